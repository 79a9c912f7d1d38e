/* What each crate has of the text, added up word by word; fields count as the word's, as a
   synonym's or as a completion's, in this order. */
#include "tests/support/search_scan_steps.h"

#include <math.h>

#define LOWEST_MASS 0.01

double scan_mass_of(const struct search_scan *scan, uint64_t n)
{
    double mass = log(1 + ((double)scan->n_crates - (double)n + 0.5) / ((double)n + 0.5));
    return mass < LOWEST_MASS ? LOWEST_MASS : mass;
}

#define SHORT_CHARACTERS 4
#define RARE_CRATES 5

/* What a word counts in a crate: in scores, by the fields of any form and by those in which it is
   written as it was typed, and towards a match; and whether it is the first of the text. */
struct word_weight {
    double mass;
    double written_mass;
    double reach;
    bool is_first;
};

/* Adds what a word has in some fields. */
static double add_to(double *sum, bool has, bool is_written, struct word_weight weight)
{
    double more = (has ? weight.mass : 0) + (has && is_written ? weight.written_mass : 0);
    *sum += more;
    return more;
}

static void cover(struct scan_coverage *coverage, unsigned fields, unsigned written,
                  struct word_weight weight)
{
    const unsigned main_fields = (1U << SCAN_README) - 1;
    enum scan_field best = N_SCAN_FIELDS;
    for (unsigned field = N_SCAN_FIELDS; field-- > 0;) {
        if (fields >> field & 1)
            best = (enum scan_field)field;
        add_to(&coverage->fields[field], fields >> field & 1, written >> field & 1, weight);
    }
    double any = add_to(&coverage->any, fields != 0, written != 0, weight);
    double main =
        add_to(&coverage->main, (fields & main_fields) != 0, (written & main_fields) != 0, weight);
    coverage->reach += weight.reach;
    coverage->best = fmax(coverage->best, any);
    coverage->best_main = fmax(coverage->best_main, main);
    coverage->has_first |= weight.is_first && best != SCAN_README;
    if (!coverage->has_any || best > coverage->worst)
        coverage->worst = best;
    coverage->has_any = true;
}

/* What the forms of a word count. */
struct word_masses {
    double whole;
    double stem;
    double synonym;
    double completion;
    bool stem_is_chance; /* nobody has written the word, which begins others */
};

static struct word_masses masses_of(const struct search_scan *scan, const struct scan_found *found)
{
    const struct ranking *ranking = &scan->ranking;
    bool has_completions = found->completions.n_words > 0;
    struct word_masses masses = {
        .stem_is_chance =
            found->n > 0 && found->n_written == 0 && found->n_synonymous == 0 && has_completions,
    };
    bool is_whole = (found->n > 0 || found->n_synonymous > 0) && !masses.stem_is_chance;
    uint64_t n = !is_whole      ? found->n + found->completions.n_crates
                 : found->n > 0 ? found->n
                                : found->n_synonymous;
    double mass = found->share * scan_mass_of(scan, n < scan->n_crates ? n : scan->n_crates);
    double stem = !found->is_cut                            ? 1 - (1 - ranking->stem) / 4
                  : found->n_characters <= SHORT_CHARACTERS ? ranking->stem / 2
                                                            : ranking->stem;
    if (has_completions && found->n_written <= RARE_CRATES)
        stem = fmin(stem, ranking->prefix);
    bool is_same = found->n_written == 0 || found->n_written == found->n;
    masses.completion = mass * ranking->prefix;
    masses.synonym = mass * ranking->synonym;
    masses.whole = is_whole ? mass : masses.completion;
    masses.stem = is_same ? masses.whole : masses.whole * stem;
    return masses;
}

/* The fields of a crate for the word, or for what stands in its place. */
static unsigned fields_of(const struct search_scan *scan, uint32_t rank)
{
    return scan->fields[rank] != 0    ? scan->fields[rank]
           : scan->synonym[rank] != 0 ? scan->synonym[rank]
                                      : scan->completion[rank];
}

/* Counts a word, or what stands in its place, of a crate. */
static void cover_word(struct search_scan *scan, uint32_t rank, const struct word_masses *masses,
                       bool is_first, bool is_typed)
{
    struct scan_coverage *coverage = &scan->coverage[rank];
    unsigned fields = fields_of(scan, rank);
    bool has_stem = scan->fields[rank] != 0;
    bool is_whole = has_stem || scan->synonym[rank] != 0;
    struct word_weight weight = {.mass = masses->completion, .is_first = is_first};
    if (fields == 0)
        return;
    weight.reach = is_whole && !masses->stem_is_chance ? masses->whole : masses->completion;
    if (has_stem) {
        weight.mass = masses->stem;
        weight.written_mass = masses->whole - masses->stem;
    } else if (is_whole) {
        weight.mass = masses->synonym;
    }
    cover(coverage, fields, has_stem ? scan->written[rank] : 0, weight);
    coverage->n_words++;
    coverage->n_whole += is_whole && is_typed;
}

void scan_cover_all(struct search_scan *scan, const struct scan_found *found)
{
    const struct word_masses masses = masses_of(scan, found);
    bool is_first = scan->total_mass == 0;
    scan->total_mass += masses.whole;
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++)
        cover_word(scan, rank, &masses, is_first, found->is_typed);
    for (unsigned i = 0; i < scan->alike.n; i++) {
        unsigned fields = fields_of(scan, scan->alike.ranks[i]);
        cover(&scan->alike.coverage[i], fields | 1U << SCAN_NAME, 0,
              (struct word_weight){masses.whole, 0, masses.whole, is_first});
    }
}

void scan_cover_alike(struct search_scan *scan)
{
    for (unsigned i = 0; i < scan->alike.n; i++)
        cover(&scan->alike.coverage[i], 1U << SCAN_NAME, 0, (struct word_weight){1, 0, 1, true});
}
