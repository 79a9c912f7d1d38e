/* Which crates match a text, and how well.

   The words' posting lists are intersected; the field sets tell the tier. Crates whose name contains
   the text are marked in a bitmap, from which the intersection takes out what it finds itself: what
   is left matches by its name alone. Everything comes out in ascending rank, most popular first. */
#include "index/bitmap.h"
#include "index/search_steps.h"

#include <cratedex/canonical_name.h>
#include <stdlib.h>
#include <string.h>

static int compare_lists(const void *left_list, const void *right_list)
{
    const struct posting_list *left = left_list;
    const struct posting_list *right = right_list;
    return left->n < right->n ? -1 : left->n > right->n;
}

static int find_words(struct index_reader *reader, struct search_string text,
                      struct search_match *match, struct error *error)
{
    const struct index *index = reader->index;
    struct text_words words;
    if (text_words_cut(reader->tokenizer, text.data, text.length, &words, error) != 0)
        return -1;
    match->has_words = words.n_words > 0;
    for (uint32_t i = 0; i < words.n_words; i++) {
        const unsigned char *values;
        if (trie_find(&index->terms, words.bytes + words.words[i].start, words.words[i].length,
                      &values) == 0) {
            match->has_words = false;
            return 0;
        }
        match->lists[match->n_lists++] = postings_of(&index->postings, trie_value(values, 0));
    }
    qsort(match->lists, match->n_lists, sizeof *match->lists, compare_lists);
    return 0;
}

/* Characters of valid UTF-8: the bytes that continue none. */
static size_t count_characters(const char *text, size_t length)
{
    size_t n = 0;
    for (size_t i = 0; i < length; i++)
        n += ((unsigned char)text[i] & 0xc0) != 0x80;
    return n;
}

int search_match_prepare(struct index_reader *reader, struct search_string text,
                         struct search_match *match, struct error *error)
{
    const struct index *index = reader->index;
    char canonical[SEARCH_MAX_TEXT_BYTES];
    match->n_lists = 0;
    if (find_words(reader, text, match, error) != 0)
        return -1;
    canonical_name(canonical, text.data, text.length);
    match->n_exact = trie_find(&index->names, canonical, text.length, &match->exact_values);
    const struct name_places *places =
        count_characters(canonical, text.length) >= NAME_SUBSTRING_MIN_CHARACTERS
            ? &index->substrings.anywhere
            : &index->substrings.word_starts;
    uint32_t first;
    match->n_places = name_places_find(&index->substrings, places, canonical, text.length, &first);
    match->place_ranks = places->ranks + first;
    return 0;
}

bool search_match_is_exact(const struct search_match *match, uint32_t rank)
{
    for (uint32_t i = 0; i < match->n_exact; i++) {
        if (trie_value(match->exact_values, i) == rank)
            return true;
    }
    return false;
}

static enum search_tier tier_of(enum posting_field worst_field)
{
    switch (worst_field) {
    case POSTING_NAME:
        return SEARCH_TIER_NAME;
    case POSTING_KEYWORDS:
        return SEARCH_TIER_KEYWORDS;
    case POSTING_DESCRIPTION:
        return SEARCH_TIER_DESCRIPTION;
    default:
        return SEARCH_TIER_README;
    }
}

static uint64_t visit_words(struct search_match *match, uint64_t *places, const uint64_t *filter,
                            search_visit *visit, void *context)
{
    uint64_t n_matches = 0;
    enum posting_field worst_field;
    uint32_t rank;
    while ((rank = posting_lists_next(match->lists, match->n_lists, &worst_field)) != 0) {
        bitmap_clear(places, rank);
        if (filter != NULL && !bitmap_test(filter, rank))
            continue;
        visit(context, rank, tier_of(worst_field));
        n_matches++;
    }
    return n_matches;
}

static uint64_t visit_places(const uint64_t *places, size_t n_words, const uint64_t *filter,
                             search_visit *visit, void *context)
{
    uint64_t n_matches = 0;
    for (size_t i = 0; i < n_words; i++) {
        uint64_t word = filter == NULL ? places[i] : places[i] & filter[i];
        for (; word != 0; word &= word - 1) {
            visit(context, (uint32_t)(64 * i) + (uint32_t)__builtin_ctzll(word),
                  SEARCH_TIER_SUBSTRING);
            n_matches++;
        }
    }
    return n_matches;
}

/* Takes the exact matches out of what the words find. */
struct without_exact {
    const struct search_match *match;
    search_visit *visit;
    void *context;
    uint64_t n_skipped;
};

static void visit_without_exact(void *context, uint32_t rank, enum search_tier tier)
{
    struct without_exact *without = context;
    if (search_match_is_exact(without->match, rank))
        without->n_skipped++;
    else
        without->visit(without->context, rank, tier);
}

uint64_t search_match_visit(struct search_match *match, struct index_reader *reader,
                            const uint64_t *filter, search_visit *visit, void *context)
{
    size_t n_words = bitmap_n_words(reader->index->columns.n_crates + 1);
    uint64_t n_matches = 0;
    bitmap_reset(reader->places, n_words);
    for (uint32_t i = 0; i < match->n_places; i++)
        bitmap_set(reader->places, match->place_ranks[i]);
    for (uint32_t i = 0; i < match->n_exact; i++) {
        uint32_t rank = trie_value(match->exact_values, i);
        bitmap_clear(reader->places, rank);
        if (filter != NULL && !bitmap_test(filter, rank))
            continue;
        visit(context, rank, SEARCH_TIER_EXACT);
        n_matches++;
    }
    if (match->has_words) {
        struct without_exact without = {match, visit, context, 0};
        n_matches += visit_words(match, reader->places, filter, visit_without_exact, &without);
        n_matches -= without.n_skipped;
    }
    return n_matches + visit_places(reader->places, n_words, filter, visit, context);
}
