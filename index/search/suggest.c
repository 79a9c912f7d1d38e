/* Completions come from tries that give ranks in ascending order, which is the order of popularity:
   names, what follows in names from a later word on, and keywords. The tries are walked along past
   all separators (index/trie/trie_loose.c); names that go on where a separator was typed as the
   same word come behind the others. Edits are found by a walk along
   the trie of names (index/trie/trie_fuzzy.c), which is the costly part: it is bounded by the rank
   that a name must have to stand before the completions, and is made without that bound only where
   completions leave room. */
#include <cratedex/suggest.h>

#include "index/base/edit_automaton.h"
#include "index/segment/open_index.h"
#include "index/text/loose_text.h"
#include "index/text/name_words.h"
#include "index/trie/trie.h"
#include "index/trie/trie_complete.h"
#include "index/trie/trie_fuzzy.h"
#include "index/trie/trie_loose.h"

#include <cratedex/canonical_name.h>
#include <cratedex/index_file.h>
#include <cratedex/utf8.h>
#include <string.h>

#define MAX_TEXT_BYTES 256
#define ONE_EDIT_CHARACTERS 5
#define TWO_EDITS_CHARACTERS 9
/* Names that are the text but for separators; they are seldom more than two. */
#define MAX_SAME_NAMES 32

struct suggesting {
    const struct index *index;
    char text[MAX_TEXT_BYTES]; /* canonical, with `_` for what no name has between words */
    size_t length;
    size_t n_characters;
    bool has_letters; /* and this is what it is without separators */
    struct loose_text loose;
    struct suggestion *suggestions;
    size_t n;
    size_t limit;
};

static void add(struct suggesting *suggesting, const struct suggestion *suggestion)
{
    if (suggesting->n < suggesting->limit)
        suggesting->suggestions[suggesting->n++] = *suggestion;
}

static bool is_known(const struct suggesting *suggesting, uint32_t rank)
{
    for (size_t i = 0; i < suggesting->n; i++) {
        if (suggesting->suggestions[i].rank == rank)
            return true;
    }
    return false;
}

static void add_crate(struct suggesting *suggesting, uint32_t rank, uint32_t highlight_start,
                      uint32_t highlight_length)
{
    if (is_known(suggesting, rank))
        return;
    struct index_crate crate;
    index_crate(suggesting->index, rank, &crate);
    add(suggesting, &(struct suggestion){SUGGESTION_CRATE, rank, crate.name, crate.name_length,
                                         crate.downloads, highlight_start, highlight_length});
}

/* Where a name that begins with the text stops to do so. */
static uint32_t beginning_length(const struct suggesting *suggesting, const char *name,
                                 size_t length)
{
    uint32_t n_missed;
    return suggesting->has_letters
               ? (uint32_t)loose_text_beginning(&suggesting->loose, name, length, &n_missed)
               : (uint32_t)suggesting->length;
}

static void add_beginning(struct suggesting *suggesting, uint32_t rank)
{
    struct index_crate crate;
    index_crate(suggesting->index, rank, &crate);
    add_crate(suggesting, rank, 0, beginning_length(suggesting, crate.name, crate.name_length));
}

/* The crates that are called so, then those that are but for separators. */
static void add_exact(struct suggesting *suggesting)
{
    const unsigned char *ranks;
    struct trie_loose_match same[MAX_SAME_NAMES];
    const struct trie *names = &suggesting->index->names;
    uint32_t n = trie_find(names, suggesting->text, suggesting->length, &ranks);
    for (uint32_t i = 0; i < n; i++)
        add_beginning(suggesting, trie_value(ranks, i));
    bool is_whole =
        suggesting->has_letters && !suggesting->loose.boundary[suggesting->loose.length];
    size_t n_same = is_whole ? trie_loose_find(names, &suggesting->loose, same, MAX_SAME_NAMES) : 0;
    for (uint32_t last = 0, next; n_same > 0; last = next) {
        next = UINT32_MAX;
        for (size_t i = 0; i < n_same; i++) {
            if (same[i].n_missed == 0 && same[i].value > last && same[i].value < next)
                next = same[i].value;
        }
        if (next == UINT32_MAX)
            return;
        add_beginning(suggesting, next);
    }
}

/* Adds a crate of whose name a later word begins with the text, at best with all its boundaries. */
static void add_later_word(struct suggesting *suggesting, uint32_t rank)
{
    struct index_crate crate;
    struct name_word words[NAME_ENDS_MAX_WORDS];
    uint32_t start = 0;
    uint32_t length = 0;
    bool is_sure = false;
    index_crate(suggesting->index, rank, &crate);
    size_t n_words = name_words_split(crate.name, crate.name_length, words, NAME_ENDS_MAX_WORDS);
    for (size_t i = 0; i < n_words && i < NAME_ENDS_MAX_WORDS && !is_sure; i++) {
        uint32_t at = words[i].start;
        uint32_t n_missed = 0;
        size_t n = at == 0 ? 0
                           : loose_text_beginning(&suggesting->loose, crate.name + at,
                                                  crate.name_length - at, &n_missed);
        is_sure = n > 0 && n_missed == 0;
        if (n > 0 && (is_sure || length == 0)) {
            start = at;
            length = (uint32_t)n;
        }
    }
    add_crate(suggesting, rank, start, length);
}

/* Two lists of ranks, ascending. */
struct completions {
    uint32_t beginnings[SUGGEST_MAX_LIMIT];  /* names that begin with the text */
    uint32_t later_words[SUGGEST_MAX_LIMIT]; /* names with a later word that does */
    size_t n_beginnings;
    size_t n_later_words;
};

/* Where a trie goes on after the text, whatever separates its words. */
struct reached {
    struct trie_loose_match nodes[TRIE_LOOSE_MAX_REACHED];
    size_t n;
};

/* The smallest values of keys that begin with the text: where all its boundaries are some of the
   key, or else (`missed`) the others. */
static size_t complete_in(const struct suggesting *suggesting, const struct trie *trie,
                          const struct reached *reached, bool missed, uint32_t *values)
{
    if (!suggesting->has_letters)
        return missed ? 0
                      : trie_complete(trie, suggesting->text, suggesting->length, values,
                                      suggesting->limit);
    return trie_loose_complete(trie, reached->nodes, reached->n, missed, values, suggesting->limit);
}

static void reach(const struct suggesting *suggesting, const struct trie *trie,
                  struct reached *reached)
{
    reached->n = suggesting->has_letters ? trie_loose_reach(trie, &suggesting->loose,
                                                            reached->nodes, TRIE_LOOSE_MAX_REACHED)
                                         : 0;
}

/* What the text may become: with all its boundaries, and without; and the best ranks, by what the
   names have of the boundaries. */
struct found {
    struct completions completions[2];
    uint32_t best[3]; /* by enum trie_loose_kind; UINT32_MAX where there is none */
};

static uint32_t lower(uint32_t left, uint32_t right)
{
    return left < right ? left : right;
}

static void complete(const struct suggesting *suggesting, struct found *found)
{
    const struct index *index = suggesting->index;
    struct reached names;
    struct reached ends;
    reach(suggesting, &index->names, &names);
    reach(suggesting, &index->name_ends, &ends);
    for (int missed = 0; missed < 2; missed++) {
        struct completions *completions = &found->completions[missed];
        completions->n_beginnings =
            complete_in(suggesting, &index->names, &names, missed, completions->beginnings);
        completions->n_later_words =
            complete_in(suggesting, &index->name_ends, &ends, missed, completions->later_words);
    }
    for (int kind = 0; kind < 3; kind++)
        found->best[kind] = lower(
            trie_loose_best(&index->names, names.nodes, names.n, (enum trie_loose_kind)kind),
            trie_loose_best(&index->name_ends, ends.nodes, ends.n, (enum trie_loose_kind)kind));
}

/* Removes ranks that are suggested already. */
static size_t drop_known(const struct suggesting *suggesting, uint32_t *ranks, size_t n_ranks)
{
    size_t n = 0;
    for (size_t i = 0; i < n_ranks; i++) {
        if (!is_known(suggesting, ranks[i]))
            ranks[n++] = ranks[i];
    }
    return n;
}

/* Removes later words of names that begin with the text too; both lists ascend. */
static void drop_common(struct completions *completions)
{
    size_t n = 0;
    size_t at = 0;
    for (size_t i = 0; i < completions->n_later_words; i++) {
        uint32_t rank = completions->later_words[i];
        while (at < completions->n_beginnings && completions->beginnings[at] < rank)
            at++;
        if (at == completions->n_beginnings || completions->beginnings[at] != rank)
            completions->later_words[n++] = rank;
    }
    completions->n_later_words = n;
}

/* Where there is no room for all, a name with a later word takes the place of one that begins with
   the text only if it is far better. */
static void add_completions(struct suggesting *suggesting, struct completions *completions)
{
    size_t room = suggesting->limit - suggesting->n;
    drop_common(completions);
    size_t n_beginnings =
        drop_known(suggesting, completions->beginnings, completions->n_beginnings);
    size_t n_later_words =
        drop_known(suggesting, completions->later_words, completions->n_later_words);
    size_t n_first = 0;
    for (size_t n_second = 0; n_first < n_beginnings && n_first + n_second < room;) {
        if (n_second < n_later_words && completions->later_words[n_second] <
                                            completions->beginnings[n_first] / SUGGEST_FAR_BETTER)
            n_second++;
        else
            n_first++;
    }
    for (size_t i = 0; i < n_first; i++)
        add_beginning(suggesting, completions->beginnings[i]);
    for (size_t i = 0; i < n_later_words && suggesting->n < suggesting->limit; i++)
        add_later_word(suggesting, completions->later_words[i]);
}

static void add_neighbour(struct suggesting *suggesting, const struct trie_neighbour *neighbour)
{
    struct edit_automaton automaton;
    size_t length;
    unsigned distance;
    const char *name = index_canonical_name(suggesting->index, neighbour->value, &length);
    if (neighbour->is_longer &&
        edit_automaton_init(&automaton, suggesting->text, suggesting->length, neighbour->distance))
        length = edit_closest_prefix(&automaton, name, length, &distance);
    add_crate(suggesting, neighbour->value, 0, (uint32_t)length);
}

/* Names one edit away with a rank of at most `max_rank`. */
static void add_slips(struct suggesting *suggesting, uint32_t max_rank)
{
    if (suggesting->n_characters + 1 < ONE_EDIT_CHARACTERS || max_rank == 0)
        return;
    struct trie_fuzzy_bounds bounds = {
        .max_distance = 1, .max_value = max_rank, .min_characters = ONE_EDIT_CHARACTERS};
    struct trie_neighbour neighbours[SUGGEST_MAX_LIMIT];
    size_t n = trie_fuzzy_find(&suggesting->index->names, suggesting->text, suggesting->length,
                               &bounds, neighbours, suggesting->limit);
    for (size_t i = 0; i < n; i++)
        add_neighbour(suggesting, &neighbours[i]);
}

/* Names of which at least a beginning is so close. All that begin with the text itself are closer
   and known, so as many more are asked for. */
static void add_close(struct suggesting *suggesting, unsigned max_distance, uint32_t max_rank)
{
    struct trie_fuzzy_bounds bounds = {
        .max_distance = max_distance, .with_longer_keys = true, .max_value = max_rank};
    struct trie_neighbour neighbours[TRIE_FUZZY_MAX_NEIGHBOURS];
    size_t n = trie_fuzzy_find(&suggesting->index->names, suggesting->text, suggesting->length,
                               &bounds, neighbours, suggesting->limit + suggesting->n);
    for (size_t i = 0; i < n && suggesting->n < suggesting->limit; i++)
        add_neighbour(suggesting, &neighbours[i]);
}

static void add_all_close(struct suggesting *suggesting)
{
    if (suggesting->n_characters < ONE_EDIT_CHARACTERS) {
        add_slips(suggesting, UINT32_MAX);
        return;
    }
    add_close(suggesting, 1, UINT32_MAX);
    if (suggesting->n_characters < TWO_EDITS_CHARACTERS || suggesting->n > 0)
        return;
    add_close(suggesting, 2, index_n_crates(suggesting->index) / SUGGEST_POPULAR_SHARE);
    if (suggesting->n == 0)
        add_close(suggesting, 2, UINT32_MAX);
}

static void add_keywords(struct suggesting *suggesting)
{
    const struct index *index = suggesting->index;
    struct reached reached;
    uint32_t numbers[SUGGEST_MAX_LIMIT];
    reach(suggesting, &index->keywords, &reached);
    for (int missed = 0; missed < 2; missed++) {
        size_t n = complete_in(suggesting, &index->keywords, &reached, missed, numbers);
        for (size_t i = 0; i < n; i++) {
            struct counted_word keyword = word_list_word(&index->keyword_list, numbers[i]);
            add(suggesting,
                &(struct suggestion){SUGGESTION_KEYWORD, numbers[i], keyword.text, keyword.length,
                                     keyword.downloads, 0,
                                     beginning_length(suggesting, keyword.text, keyword.length)});
        }
    }
}

/* Takes the text for what it is in the best name that begins with it: what is near `asynctr`, of
   which async-trait has a separator, is what is near `async_tr`. */
static void take_form(struct suggesting *suggesting, const struct completions *completions)
{
    size_t length;
    if (completions->n_beginnings == 0)
        return;
    const char *name = index_canonical_name(suggesting->index, completions->beginnings[0], &length);
    length = beginning_length(suggesting, name, length);
    if (length > sizeof suggesting->text)
        return;
    memcpy(suggesting->text, name, length);
    suggesting->length = length;
    suggesting->n_characters = utf8_count_characters(name, length);
}

/* What is a slip of the finger for sure comes in front of what the text may become: it is far
   better than names that begin with the text as it is, and better than those that have other
   separators. */
static void run(struct suggesting *suggesting)
{
    struct found found;
    complete(suggesting, &found);
    const uint32_t *best = found.best;
    add_exact(suggesting);
    if (lower(best[TRIE_LOOSE_SAME], best[TRIE_LOOSE_ADDED]) != UINT32_MAX)
        add_slips(suggesting,
                  lower(best[TRIE_LOOSE_SAME] / SUGGEST_FAR_BETTER, best[TRIE_LOOSE_ADDED] - 1));
    add_completions(suggesting, &found.completions[0]);
    if (best[TRIE_LOOSE_MISSED] != UINT32_MAX)
        add_slips(suggesting, best[TRIE_LOOSE_MISSED] - 1);
    add_completions(suggesting, &found.completions[1]);
    if (best[TRIE_LOOSE_ADDED] < best[TRIE_LOOSE_SAME]) {
        add_slips(suggesting, UINT32_MAX);
        take_form(suggesting, &found.completions[0]);
    }
    if (suggesting->n < suggesting->limit)
        add_all_close(suggesting);
    if (suggesting->n < suggesting->limit)
        add_keywords(suggesting);
}

/* Writes the canonical form, in which runs of spaces and colons, which no name has, are one `_`. */
static size_t write_canonical(const char *text, size_t length, char *canonical)
{
    size_t n = 0;
    for (size_t i = 0; i < length; i++) {
        bool separates = text[i] == ' ' || text[i] == ':';
        if (separates && n > 0 && canonical[n - 1] == '_')
            continue;
        canonical[n++] = (char)(separates ? '_' : text[i]);
    }
    canonical_name(canonical, canonical, n);
    return n;
}

size_t suggest(const struct index *index, const char *text, size_t text_length,
               struct suggestion *suggestions, size_t limit)
{
    struct suggesting suggesting;
    if (text_length > sizeof suggesting.text || limit == 0)
        return 0;
    for (; text_length > 0 && text[0] == ' '; text_length--)
        text++;
    while (text_length > 0 && text[text_length - 1] == ' ')
        text_length--;
    suggesting.index = index;
    suggesting.length = write_canonical(text, text_length, suggesting.text);
    suggesting.has_letters = loose_text_read(&suggesting.loose, text, text_length);
    suggesting.suggestions = suggestions;
    suggesting.n = 0;
    suggesting.limit = limit < SUGGEST_MAX_LIMIT ? limit : SUGGEST_MAX_LIMIT;
    suggesting.n_characters = utf8_count_characters(suggesting.text, suggesting.length);
    run(&suggesting);
    return suggesting.n;
}
