/* Completions come from tries that give ranks in ascending order, which is the order of popularity:
   names, what follows in names from a later word on, and keywords. Edits are found by a walk along
   the trie of names (index/trie/trie_fuzzy.c), which is the costly part: it is bounded by the rank
   that a name must have to stand before the completions, and is made without that bound only where
   completions leave room. */
#include <cratedex/suggest.h>

#include "index/base/edit_automaton.h"
#include "index/search/plan/query_characters.h"
#include "index/search/plan/query_reading.h"
#include "index/segment/open_index.h"
#include "index/text/name_words.h"
#include "index/trie/trie.h"
#include "index/trie/trie_complete.h"
#include "index/trie/trie_fuzzy.h"

#include <cratedex/canonical_name.h>
#include <cratedex/index_file.h>
#include <cratedex/search_text.h>
#include <cratedex/utf8.h>
#include <string.h>

#define ONE_EDIT_CHARACTERS 5
#define TWO_EDITS_CHARACTERS 9

struct suggesting {
    const struct index *index;
    char text[SEARCH_MAX_TEXT_BYTES]; /* canonical */
    size_t length;
    size_t n_characters;
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

static void add_exact(struct suggesting *suggesting)
{
    const unsigned char *ranks;
    uint32_t n = trie_find(&suggesting->index->names, suggesting->text, suggesting->length, &ranks);
    for (uint32_t i = 0; i < n; i++)
        add_crate(suggesting, trie_value(ranks, i), 0, (uint32_t)suggesting->length);
}

/* Where the first later word stands that begins with the text. */
static uint32_t find_word(const struct suggesting *suggesting, uint32_t rank)
{
    size_t length;
    const char *canonical = index_canonical_name(suggesting->index, rank, &length);
    const char *name =
        canonical - suggesting->index->columns.canonical_names + suggesting->index->columns.names;
    struct name_word words[NAME_ENDS_MAX_WORDS];
    size_t n_words = name_words_split(name, length, words, NAME_ENDS_MAX_WORDS);
    for (size_t i = 0; i < n_words && i < NAME_ENDS_MAX_WORDS; i++) {
        uint32_t start = words[i].start;
        if (start > 0 && length - start >= suggesting->length &&
            memcmp(canonical + start, suggesting->text, suggesting->length) == 0)
            return start;
    }
    return 0;
}

/* Two lists of ranks, ascending. */
struct completions {
    uint32_t beginnings[SUGGEST_MAX_LIMIT];  /* names that begin with the text */
    uint32_t later_words[SUGGEST_MAX_LIMIT]; /* names with a later word that does */
    size_t n_beginnings;
    size_t n_later_words;
};

static void complete(const struct suggesting *suggesting, struct completions *completions)
{
    const struct index *index = suggesting->index;
    completions->n_beginnings = trie_complete(&index->names, suggesting->text, suggesting->length,
                                              completions->beginnings, suggesting->limit);
    completions->n_later_words =
        trie_complete(&index->name_ends, suggesting->text, suggesting->length,
                      completions->later_words, suggesting->limit);
}

/* The smallest rank; UINT32_MAX where nothing was found. */
static uint32_t best_completion(const struct completions *completions)
{
    uint32_t best = completions->n_beginnings > 0 ? completions->beginnings[0] : UINT32_MAX;
    return completions->n_later_words > 0 && completions->later_words[0] < best
               ? completions->later_words[0]
               : best;
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
        add_crate(suggesting, completions->beginnings[i], 0, (uint32_t)suggesting->length);
    for (size_t i = 0; i < n_later_words && suggesting->n < suggesting->limit; i++) {
        uint32_t rank = completions->later_words[i];
        add_crate(suggesting, rank, find_word(suggesting, rank), (uint32_t)suggesting->length);
    }
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
    uint32_t numbers[SUGGEST_MAX_LIMIT];
    size_t n = trie_complete(&index->keywords, suggesting->text, suggesting->length, numbers,
                             suggesting->limit - suggesting->n);
    for (size_t i = 0; i < n; i++) {
        struct counted_word keyword = word_list_word(&index->keyword_list, numbers[i]);
        add(suggesting,
            &(struct suggestion){SUGGESTION_KEYWORD, numbers[i], keyword.text, keyword.length,
                                 keyword.downloads, 0, (uint32_t)suggesting->length});
    }
}

static void run(struct suggesting *suggesting)
{
    struct completions completions;
    complete(suggesting, &completions);
    uint32_t best = best_completion(&completions);
    add_exact(suggesting);
    if (best != UINT32_MAX)
        add_slips(suggesting, best / SUGGEST_FAR_BETTER);
    add_completions(suggesting, &completions);
    if (suggesting->n < suggesting->limit &&
        memchr(suggesting->text, ' ', suggesting->length) == NULL)
        add_all_close(suggesting);
    if (suggesting->n < suggesting->limit)
        add_keywords(suggesting);
}

/* Writes the canonical form of what the text is taken for. Returns false where there is nothing to
   suggest for it. */
static bool read_text(struct suggesting *suggesting, const char *text, size_t length)
{
    struct query_reading reading;
    suggesting->length = 0;
    if (search_check_text(text, length, NULL) != SEARCH_OK)
        return false;
    if (query_characters_are_blank(text, length))
        return true;
    /* Without a reader nothing is read from the file, so that it cannot fail. */
    query_reading_make(&reading, suggesting->index, NULL, (struct search_string){text, length},
                       NULL);
    struct search_string meant =
        reading.read.kind == QUERY_TEXT_NAMES ? reading.read.names.names[0] : reading.text;
    canonical_name(suggesting->text, meant.data, meant.length);
    suggesting->length = meant.length;
    return meant.length > 0;
}

size_t suggest(const struct index *index, const char *text, size_t text_length,
               struct suggestion *suggestions, size_t limit)
{
    struct suggesting suggesting = {
        .index = index,
        .suggestions = suggestions,
        .limit = limit < SUGGEST_MAX_LIMIT ? limit : SUGGEST_MAX_LIMIT,
    };
    if (limit == 0 || !read_text(&suggesting, text, text_length))
        return 0;
    suggesting.n_characters = utf8_count_characters(suggesting.text, suggesting.length);
    run(&suggesting);
    return suggesting.n;
}
