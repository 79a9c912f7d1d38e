/* Completions come from tries that give ranks in ascending order, which is the order of popularity:
   names, what follows in names from a later word on, and keywords. The tries are walked along past
   all separators (index/trie/trie_loose.c); names that go on where a separator was typed as the
   same word come behind the others. Edits are found by a walk along
   the trie of names (index/trie/trie_fuzzy.c), which is the costly part: it is bounded by the rank
   that a name must have to stand before the completions, and is made without that bound only where
   completions leave room. */
#include <cratedex/suggest.h>

#include "index/base/edit_automaton.h"
#include "index/search/name_completions.h"
#include "index/search/plan/query_characters.h"
#include "index/search/plan/query_reading.h"
#include "index/segment/open_index.h"
#include "index/text/loose_text.h"
#include "index/text/name_words.h"
#include "index/trie/trie.h"
#include "index/trie/trie_complete.h"
#include "index/trie/trie_fuzzy.h"
#include "index/trie/trie_loose.h"

#include <cratedex/canonical_name.h>
#include <cratedex/index_file.h>
#include <cratedex/search_language.h>
#include <cratedex/search_text.h>
#include <cratedex/utf8.h>
#include <string.h>

_Static_assert(SUGGEST_MAX_LIMIT <= NAME_COMPLETIONS_MAX, "so many completions are found");

#define ONE_EDIT_CHARACTERS 5
#define TWO_EDITS_CHARACTERS 9
/* Names that are the text but for separators; they are seldom more than two. */
#define MAX_SAME_NAMES 32

struct suggesting {
    const struct index *index;
    struct typed_name typed;
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
    return suggesting->typed.has_letters
               ? (uint32_t)loose_text_beginning(&suggesting->typed.loose, name, length, &n_missed)
               : (uint32_t)suggesting->typed.length;
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
    uint32_t n = trie_find(names, suggesting->typed.text, suggesting->typed.length, &ranks);
    for (uint32_t i = 0; i < n; i++)
        add_beginning(suggesting, trie_value(ranks, i));
    bool is_whole = suggesting->typed.has_letters &&
                    !suggesting->typed.loose.boundary[suggesting->typed.loose.length];
    size_t n_same =
        is_whole ? trie_loose_find(names, &suggesting->typed.loose, same, MAX_SAME_NAMES) : 0;
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
                           : loose_text_beginning(&suggesting->typed.loose, crate.name + at,
                                                  crate.name_length - at, &n_missed);
        is_sure = n > 0 && n_missed == 0;
        if (n > 0 && (is_sure || length == 0)) {
            start = at;
            length = (uint32_t)n;
        }
    }
    add_crate(suggesting, rank, start, length);
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
static void drop_common(struct name_list *completions)
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
static void add_completions(struct suggesting *suggesting, struct name_list *completions)
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
    if (neighbour->is_longer && edit_automaton_init(&automaton, suggesting->typed.text,
                                                    suggesting->typed.length, neighbour->distance))
        length = edit_closest_prefix(&automaton, name, length, &distance);
    add_crate(suggesting, neighbour->value, 0, (uint32_t)length);
}

/* Names one edit away with a rank of at most `max_rank`. */
static void add_slips(struct suggesting *suggesting, uint32_t max_rank)
{
    if (suggesting->typed.n_characters + 1 < ONE_EDIT_CHARACTERS || max_rank == 0)
        return;
    struct trie_fuzzy_bounds bounds = {
        .max_distance = 1, .max_value = max_rank, .min_characters = ONE_EDIT_CHARACTERS};
    struct trie_neighbour neighbours[SUGGEST_MAX_LIMIT];
    size_t n = trie_fuzzy_find(&suggesting->index->names, suggesting->typed.text,
                               suggesting->typed.length, &bounds, neighbours, suggesting->limit);
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
    size_t n =
        trie_fuzzy_find(&suggesting->index->names, suggesting->typed.text, suggesting->typed.length,
                        &bounds, neighbours, suggesting->limit + suggesting->n);
    for (size_t i = 0; i < n && suggesting->n < suggesting->limit; i++)
        add_neighbour(suggesting, &neighbours[i]);
}

static void add_all_close(struct suggesting *suggesting)
{
    if (suggesting->typed.is_sentence && suggesting->n == 0)
        return;
    if (suggesting->typed.n_characters < ONE_EDIT_CHARACTERS) {
        add_slips(suggesting, UINT32_MAX);
        return;
    }
    add_close(suggesting, 1, UINT32_MAX);
    if (suggesting->typed.n_characters < TWO_EDITS_CHARACTERS || suggesting->n > 0 ||
        suggesting->typed.has_spaces)
        return;
    add_close(suggesting, 2, index_n_crates(suggesting->index) / SUGGEST_POPULAR_SHARE);
    if (suggesting->n == 0)
        add_close(suggesting, 2, UINT32_MAX);
}

static void add_keywords(struct suggesting *suggesting)
{
    const struct index *index = suggesting->index;
    uint32_t numbers[2][SUGGEST_MAX_LIMIT];
    size_t n_numbers[2];
    typed_name_complete(&suggesting->typed, &index->keywords, numbers, n_numbers,
                        suggesting->limit);
    for (int missed = 0; missed < 2; missed++) {
        for (size_t i = 0; i < n_numbers[missed]; i++) {
            struct counted_word keyword = word_list_word(&index->keyword_list, numbers[missed][i]);
            add(suggesting,
                &(struct suggestion){SUGGESTION_KEYWORD, numbers[missed][i], keyword.text,
                                     keyword.length, keyword.downloads, 0,
                                     beginning_length(suggesting, keyword.text, keyword.length)});
        }
    }
}

/* Takes the text for what it is in the best name that begins with it: what is near `asynctr`, of
   which async-trait has a separator, is what is near `async_tr`. */
static void take_form(struct suggesting *suggesting, const struct name_list *completions)
{
    size_t length;
    if (completions->n_beginnings == 0)
        return;
    const char *name = index_canonical_name(suggesting->index, completions->beginnings[0], &length);
    length = beginning_length(suggesting, name, length);
    if (length > sizeof suggesting->typed.text)
        return;
    memcpy(suggesting->typed.text, name, length);
    suggesting->typed.length = length;
    suggesting->typed.n_characters = utf8_count_characters(name, length);
}

/* What is a slip of the finger for sure comes in front of what the text may become: it is far
   better than names that begin with the text as it is, and better than those that have other
   separators. */
static void run(struct suggesting *suggesting)
{
    struct name_completions found;
    name_completions_find(&found, suggesting->index, &suggesting->typed, suggesting->limit);
    const uint32_t *best = found.best;
    uint32_t far_better = best[TRIE_LOOSE_SAME] / SUGGEST_FAR_BETTER;
    add_exact(suggesting);
    if (best[TRIE_LOOSE_SAME] != UINT32_MAX || best[TRIE_LOOSE_ADDED] != UINT32_MAX)
        add_slips(suggesting,
                  far_better < best[TRIE_LOOSE_ADDED] ? far_better : best[TRIE_LOOSE_ADDED] - 1);
    add_completions(suggesting, &found.lists[0]);
    if (best[TRIE_LOOSE_MISSED] != UINT32_MAX && suggesting->n < suggesting->limit)
        add_slips(suggesting, best[TRIE_LOOSE_MISSED] - 1);
    add_completions(suggesting, &found.lists[1]);
    if (best[TRIE_LOOSE_ADDED] < best[TRIE_LOOSE_SAME] && suggesting->n < suggesting->limit) {
        add_slips(suggesting, UINT32_MAX);
        take_form(suggesting, &found.lists[0]);
    }
    if (suggesting->n < suggesting->limit)
        add_all_close(suggesting);
    if (suggesting->n < suggesting->limit)
        add_keywords(suggesting);
}

/* Reads what the text is taken for: what it is, as long as names begin with it, for `tokio::ut` may
   become tokio-util; else the crate that it names. What of several words is a filter or an
   exclusion is passed over: it goes with whatever is suggested for the others. Returns false where
   there is nothing to suggest for it. */
static bool read_text(struct suggesting *suggesting, struct search_string text)
{
    struct query_reading reading;
    struct search_filters filters;
    char rest[SEARCH_MAX_TEXT_BYTES];
    typed_name_read(&suggesting->typed, NULL, 0);
    if (search_check_text(text.data, text.length, NULL) != SEARCH_OK)
        return false;
    if (query_characters_are_blank(text.data, text.length))
        return true;
    search_filters_init(&filters);
    if (memchr(text.data, ' ', text.length) != NULL &&
        search_language_read(suggesting->index, text, &filters, rest, &text.length))
        text.data = rest;
    /* Without a reader nothing is read from the file, so that it cannot fail. */
    query_reading_make(&reading, suggesting->index, NULL, text, NULL);
    const struct query_text *read = &reading.read;
    struct search_string meant =
        read->kind == QUERY_TEXT_NAMES ? read->names.names[0] : reading.text;
    if (read->kind == QUERY_TEXT_PERHAPS) {
        typed_name_read(&suggesting->typed, read->text.data, read->text.length);
        if (name_completions_any(suggesting->index, &suggesting->typed))
            return true;
    }
    typed_name_read(&suggesting->typed, meant.data, meant.length);
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
    if (limit == 0 || !read_text(&suggesting, (struct search_string){text, text_length}))
        return 0;
    run(&suggesting);
    return suggesting.n;
}
