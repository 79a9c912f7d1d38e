/* Keywords are found in the trie that suggestions use, whose keys are canonical: `-` and `_` are
   equal there, and of two keywords that differ in nothing else the more frequent one is meant.
   Slugs of categories have a `-` between their words. */
#include "index/search/plan/query_hints.h"

#include "index/search/plan/query_characters.h"
#include "index/trie/trie.h"

#include <cratedex/search_filter_list.h>
#include <stdbool.h>
#include <string.h>

struct hinting {
    const struct index *index;
    const struct search_query *query;
    struct search_hint *hints;
    uint32_t n_hints;
};

static bool is_equal(struct search_string string, const char *text, size_t length)
{
    return string.data != NULL && string.length == length && memcmp(string.data, text, length) == 0;
}

/* Whether the further filters of the query have it. */
static bool is_listed(const struct search_filters *filters, const struct search_hint *hint)
{
    uint32_t n = 0;
    const struct search_filter *first = NULL;
    if (filters != NULL)
        first = search_filters_of(filters,
                                  hint->kind == SEARCH_HINT_CATEGORY ? SEARCH_FILTER_CATEGORY
                                                                     : SEARCH_FILTER_KEYWORD,
                                  &n);
    for (uint32_t i = 0; i < n; i++) {
        if (is_equal(search_filter_text(filters, &first[i]), hint->id, hint->id_length))
            return true;
    }
    return false;
}

static bool is_filtered(const struct search_query *query, const struct search_hint *hint)
{
    if (is_listed(query->filters, hint))
        return true;
    if (hint->kind == SEARCH_HINT_CATEGORY)
        return is_equal(query->category, hint->id, hint->id_length);
    size_t i = 0;
    while (i < query->n_keywords && !is_equal(query->keywords[i], hint->id, hint->id_length))
        i++;
    return i < query->n_keywords;
}

static void add(struct hinting *hinting, struct search_hint hint)
{
    uint32_t i = 0;
    while (i < hinting->n_hints &&
           (hinting->hints[i].kind != hint.kind || hinting->hints[i].id != hint.id))
        i++;
    if (i == hinting->n_hints && i < SEARCH_MAX_HINTS && !is_filtered(hinting->query, &hint))
        hinting->hints[hinting->n_hints++] = hint;
}

/* Stores the canonical text with `-` for `_`. Returns false where that changes nothing. */
static bool write_slug(char *slug, const char *canonical, size_t length)
{
    bool is_other = false;
    for (size_t i = 0; i < length; i++) {
        slug[i] = canonical[i] == '_' ? '-' : canonical[i];
        is_other = is_other || canonical[i] == '_';
    }
    return is_other;
}

/* Looks for a canonical text as a category and as a keyword. Returns whether it is either. */
static bool look_up(struct hinting *hinting, const char *canonical, size_t length)
{
    const struct index *index = hinting->index;
    char slug[SEARCH_MAX_TEXT_BYTES];
    if (length == 0 || length > sizeof slug)
        return false;
    const struct listed_category *category = category_list_find(
        &index->categories, write_slug(slug, canonical, length) ? slug : canonical, length);
    if (category != NULL)
        add(hinting, (struct search_hint){SEARCH_HINT_CATEGORY, category->slug, category->length,
                                          category->n_crates});
    uint32_t number = trie_find_first(&index->keywords, canonical, length);
    if (number > 0) {
        struct counted_word keyword = word_list_word(&index->keyword_list, number);
        add(hinting, (struct search_hint){SEARCH_HINT_KEYWORD, keyword.text, keyword.length,
                                          keyword.n_crates});
    }
    return number > 0 || category != NULL;
}

uint32_t query_hints_find(const struct index *index, const struct search_query *query,
                          struct search_string text, const struct text_words *words,
                          struct search_hint hints[SEARCH_MAX_HINTS])
{
    struct hinting hinting = {index, query, hints, 0};
    char canonical[SEARCH_MAX_TEXT_BYTES];
    if (text.length > sizeof canonical)
        return 0;
    query_characters_join(canonical, text.data, text.length);
    bool is_whole_known = look_up(&hinting, canonical, text.length);
    for (uint32_t i = 0; i < words->n_words && hinting.n_hints < SEARCH_MAX_HINTS; i++) {
        /* As it was typed, with its symbols (`c++`), or else folded (`café`). */
        const char *typed = canonical + words->words[i].text_start;
        const char *folded = words->written + words->words[i].written_start;
        uint32_t length = words->words[i].text_length;
        bool is_folded =
            words->words[i].written_length == length && memcmp(typed, folded, length) == 0;
        bool is_known = length == text.length ? is_whole_known : look_up(&hinting, typed, length);
        if (!is_known && !is_folded)
            look_up(&hinting, folded, words->words[i].written_length);
    }
    return hinting.n_hints;
}
