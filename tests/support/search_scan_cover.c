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

/* What a word counts: in scores, towards a match; and whether it is the first of the text. */
struct word_weight {
    double mass;
    double reach;
    bool is_first;
};

static void cover(struct scan_coverage *coverage, unsigned fields, struct word_weight weight)
{
    enum scan_field best = N_SCAN_FIELDS;
    for (unsigned field = N_SCAN_FIELDS; field-- > 0;) {
        if (fields >> field & 1) {
            coverage->fields[field] += weight.mass;
            best = (enum scan_field)field;
        }
    }
    coverage->any += weight.mass;
    coverage->reach += weight.reach;
    coverage->best = fmax(coverage->best, weight.mass);
    if (best != SCAN_README) {
        coverage->main += weight.mass;
        coverage->best_main = fmax(coverage->best_main, weight.mass);
        coverage->has_first |= weight.is_first;
    }
    if (!coverage->has_any || best > coverage->worst)
        coverage->worst = best;
    coverage->has_any = true;
}

/* The fields of a crate for the word, or for what stands in its place. */
static unsigned fields_of(const struct search_scan *scan, uint32_t rank)
{
    return scan->fields[rank] != 0    ? scan->fields[rank]
           : scan->synonym[rank] != 0 ? scan->synonym[rank]
                                      : scan->completion[rank];
}

/* Counts a word, or what stands in its place, of a crate. */
static void cover_word(struct search_scan *scan, uint32_t rank, struct word_weight weight,
                       double completed_mass, bool is_typed)
{
    struct scan_coverage *coverage = &scan->coverage[rank];
    unsigned fields = fields_of(scan, rank);
    bool is_whole = scan->fields[rank] != 0 || scan->synonym[rank] != 0;
    if (fields == 0)
        return;
    if (scan->fields[rank] == 0)
        weight.mass = is_whole ? weight.mass * scan->ranking.synonym : completed_mass;
    if (!is_whole)
        weight.reach = completed_mass;
    cover(coverage, fields, weight);
    coverage->n_words++;
    coverage->n_whole += is_whole && is_typed;
}

void scan_cover_all(struct search_scan *scan, double mass, double completed_mass, bool is_typed)
{
    const struct word_weight weight = {mass, mass, scan->total_mass == 0};
    scan->total_mass += mass;
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++)
        cover_word(scan, rank, weight, completed_mass, is_typed);
    for (unsigned i = 0; i < scan->alike.n; i++) {
        unsigned fields = fields_of(scan, scan->alike.ranks[i]);
        cover(&scan->alike.coverage[i], fields | 1U << SCAN_NAME, weight);
    }
}

void scan_cover_alike(struct search_scan *scan)
{
    for (unsigned i = 0; i < scan->alike.n; i++)
        cover(&scan->alike.coverage[i], 1U << SCAN_NAME, (struct word_weight){1, 1, true});
}
