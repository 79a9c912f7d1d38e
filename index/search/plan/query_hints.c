/* Keywords are found in the trie that suggestions use, whose keys are canonical: `-` and `_` are
   equal there, and of two keywords that differ in nothing else the more frequent one is meant.
   Slugs of categories have a `-` between their words. */
#include "index/search/plan/query_hints.h"

#include "index/trie/trie.h"

#include <cratedex/canonical_name.h>
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

static bool is_filtered(const struct search_query *query, const struct search_hint *hint)
{
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

/* Writes the text in lower case, with `separator` for `-`, `_` and spaces. */
static void join(char *joined, const char *text, size_t length, char separator)
{
    canonical_name(joined, text, length);
    for (size_t i = 0; i < length; i++)
        joined[i] = joined[i] == '_' || joined[i] == ' ' ? separator : joined[i];
}

/* Looks for a text as a category and as a keyword. Returns whether it is either. */
static bool look_up(struct hinting *hinting, const char *text, size_t length)
{
    const struct index *index = hinting->index;
    char joined[SEARCH_MAX_TEXT_BYTES];
    if (length == 0 || length > sizeof joined)
        return false;
    join(joined, text, length, '-');
    const struct listed_category *category = category_list_find(&index->categories, joined, length);
    if (category != NULL)
        add(hinting, (struct search_hint){SEARCH_HINT_CATEGORY, category->slug, category->length,
                                          category->n_crates});
    join(joined, text, length, '_');
    uint32_t number = trie_find_first(&index->keywords, joined, length);
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
    look_up(&hinting, text.data, text.length);
    for (uint32_t i = 0; i < words->n_words && hinting.n_hints < SEARCH_MAX_HINTS; i++) {
        /* As it was typed, with its symbols (`c++`), or folded (`café`). */
        if (!look_up(&hinting, text.data + words->words[i].text_start, words->words[i].text_length))
            look_up(&hinting, words->written + words->words[i].written_start,
                    words->words[i].written_length);
    }
    return hinting.n_hints;
}
