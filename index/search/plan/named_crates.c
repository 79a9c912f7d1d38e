/* One walk along the trie of names, which passes over separators (trie_loose.h), finds the names
   that are the text but for them. Whether the text separates words where the name does is said by
   the name as it is written, for there a change of case separates too.

   What contains the text is looked for in up to three forms of it (name_forms.h), because the
   places in names (name_substrings.h) are compared byte by byte. */
#include "index/search/plan/named_crates.h"

#include "index/text/loose_text.h"
#include "index/trie/trie_complete.h"
#include "index/trie/trie_loose.h"

#include <cratedex/canonical_name.h>
#include <string.h>

/* Names that are the text but for separators are seldom more than two. */
#define MAX_LOOSE_NAMES 32

/* A crate is in use that is among the first of all, one in so many. */
#define USED_SHARE 8

static void mark(struct named_crates *named, uint32_t rank)
{
    named->mask |= UINT64_C(1) << (rank % 64);
}

void named_crates_add(struct named_crates *named, uint32_t rank, enum named_how how)
{
    if (named->n_crates == NAMED_MAX || named_crates_has(named, rank))
        return;
    named->crates[named->n_crates++] = (struct named_crate){rank, how};
    mark(named, rank);
}

/* Finds the places in names where the forms of the text stand. */
static void find_places(struct named_crates *named, const struct index *index,
                        const char *canonical, size_t length, const struct loose_text *loose)
{
    struct name_forms forms;
    name_forms_read(&forms, canonical, length, loose);
    for (uint32_t i = 0; i < forms.n; i++) {
        const struct name_form *form = &forms.forms[i];
        const struct name_places *places =
            form->is_short ? &index->substrings.word_starts : &index->substrings.anywhere;
        uint32_t first;
        uint32_t n = name_places_find(&index->substrings, places, form->text, form->length, &first);
        if (n == 0)
            continue;
        named->places[named->n_forms++] = (struct named_places){places->ranks + first, n};
        named->n_places += n;
    }
}

/* Whether the text has `-` or `_` between words, and nothing else that is no letter of a name. */
static bool is_typed_as_name(const struct loose_text *loose, const char *canonical, size_t length)
{
    uint32_t n_separators = 0;
    for (size_t i = 0; i < length; i++)
        n_separators += canonical[i] == '_';
    return loose->n_boundaries > 0 && loose->n_boundaries == n_separators &&
           loose->length + n_separators == length;
}

/* Whether common words mean the crate and not what they say. Names of two common words are taken
   soon, and many a crate has nothing but the name. */
static bool is_meant(const struct index *index, uint32_t rank)
{
    return query_is_popular(index, rank, USED_SHARE);
}

/* Whether a crate that has the text's letters stands in front. A name that is one word with
   separators around it (`.net`) is that name, however common the word. */
static bool is_text(const struct index *index, const struct loose_text *loose, uint32_t rank,
                    bool is_phrase)
{
    struct index_crate crate;
    index_crate(index, rank, &crate);
    bool is_one_word = loose->n_boundaries == 0 && crate.name_length == loose->length;
    return loose_text_compare(loose, crate.name, crate.name_length) == 0 &&
           (!is_phrase || is_one_word || is_meant(index, rank));
}

/* Moves a rank forward, and those on its way back by one. */
static void move_to(uint32_t *ranks, size_t from, size_t to)
{
    uint32_t moved = ranks[from];
    memmove(&ranks[to + 1], &ranks[to], (from - to) * sizeof *ranks);
    ranks[to] = moved;
}

/* Where rank number `i` belongs among those before it, which ascend. */
static size_t place_among(const uint32_t *ranks, size_t i)
{
    size_t at = i;
    while (at > 0 && ranks[at - 1] > ranks[i])
        at--;
    return at;
}

/* Sorts the ranks of crates that have the text's letters, and moves those that stand in front to
   the beginning. Returns how many these are. One that is far more popular than all of them is meant
   too: `thread pool`, threadpool. */
static size_t choose_front(const struct index *index, const struct loose_text *loose,
                           bool is_phrase, uint32_t *ranks, size_t n)
{
    size_t n_front = 0;
    uint32_t first = 0;
    for (size_t i = 1; i < n; i++)
        move_to(ranks, i, place_among(ranks, i));
    for (size_t i = 0; i < n && first == 0; i++)
        first = is_text(index, loose, ranks[i], is_phrase) ? ranks[i] : 0;
    for (size_t i = 0; i < n; i++) {
        if (ranks[i] < first / QUERY_FAR_BETTER || is_text(index, loose, ranks[i], is_phrase))
            move_to(ranks, i, n_front++);
    }
    return n_front;
}

/* Adds some crates, the best first, as many as there may be of a kind. */
static void add_some(struct named_crates *named, const uint32_t *ranks, size_t n,
                     enum named_how how)
{
    uint32_t end = named->n_crates + NAMED_MAX_OF_A_KIND;
    for (size_t i = 0; i < n && named->n_crates < end; i++)
        named_crates_add(named, ranks[i], how);
}

/* Adds the crates whose names begin with the text. */
static void add_beginnings(struct named_crates *named, const struct index *index,
                           const char *canonical, size_t length, bool is_common)
{
    uint32_t ranks[NAMED_MAX_OF_A_KIND + 1];
    size_t n = trie_complete(&index->names, canonical, length, ranks, NAMED_MAX_OF_A_KIND + 1);
    while (n > 0 && is_common && !is_meant(index, ranks[n - 1]))
        n--;
    add_some(named, ranks, n, NAMED_BY_BEGINNING);
}

static void add_pasted(struct named_crates *named, const struct query_reading *reading)
{
    for (uint32_t i = 0; i < reading->n_named; i++)
        named_crates_add(named, reading->named[i], NAMED_PASTED);
}

/* Finds the crates of the text's own name. It is exact only where nothing was taken off it. */
static void find_exact(struct named_crates *named, const struct index *index, const char *canonical,
                       const struct query_reading *reading)
{
    if (!reading->is_as_typed) {
        const unsigned char *values;
        uint32_t n = trie_find(&index->names, canonical, reading->text.length, &values);
        for (uint32_t i = 0; i < n && i < NAMED_MAX_OF_A_KIND; i++)
            named_crates_add(named, trie_value(values, i), NAMED_PASTED);
        return;
    }
    named->exact_values = reading->typed_values;
    named->n_exact = reading->n_typed;
    for (uint32_t i = 0; i < named->n_exact; i++)
        mark(named, trie_value(named->exact_values, i));
}

void named_crates_read(struct named_crates *named, const struct index *index,
                       const struct query_reading *reading, bool is_common)
{
    struct search_string text = reading->text;
    char canonical[SEARCH_MAX_TEXT_BYTES];
    struct loose_text loose;
    struct trie_loose_match matches[MAX_LOOSE_NAMES];
    uint32_t ranks[MAX_LOOSE_NAMES];
    *named = (struct named_crates){0};
    canonical_name(canonical, text.data, text.length);
    find_exact(named, index, canonical, reading);
    if (!reading->is_name)
        add_pasted(named, reading);
    if (!loose_text_read(&loose, text.data, text.length)) {
        find_places(named, index, canonical, text.length, NULL);
        return;
    }
    find_places(named, index, canonical, text.length, &loose);
    size_t n = trie_loose_find(&index->names, &loose, matches, MAX_LOOSE_NAMES);
    for (size_t i = 0; i < n; i++)
        ranks[i] = matches[i].value;
    bool is_phrase =
        is_common && (loose.n_boundaries == 0 || name_forms_has_spaces(canonical, text.length));
    size_t n_front = choose_front(index, &loose, is_phrase, ranks, n);
    add_some(named, ranks, n_front, NAMED_BUT_FOR_SEPARATORS);
    add_pasted(named, reading);
    if (is_typed_as_name(&loose, canonical, text.length))
        add_beginnings(named, index, canonical, text.length, is_common);
    add_some(named, ranks + n_front, n - n_front, NAMED_BY_WORDS);
}
