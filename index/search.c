/* A search in order: check what was asked, read the seek key, build the filter, look the text up, and
   let the sort decide how the page is filled. */
#include <cratedex/search.h>

#include "index/search_steps.h"

#include <cratedex/utf8.h>
#include <stdio.h>
#include <string.h>

const char *search_tier_name(enum search_tier tier)
{
    static const char *const names[N_SEARCH_TIERS] = {
        "exact name", "name", "keywords", "description", "readme", "part of name", "listed"};
    return names[tier];
}

enum search_status search_check_text(const char *text, size_t length, struct error *error)
{
    if (length > SEARCH_MAX_TEXT_BYTES) {
        error_set(error, "the query is longer than %d bytes", SEARCH_MAX_TEXT_BYTES);
        return SEARCH_BAD_TEXT;
    }
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20 || c == 0x7f) {
            error_set(error, "the query has a control character");
            return SEARCH_BAD_TEXT;
        }
    }
    if (!utf8_is_valid(text, length)) {
        error_set(error, "the query is not valid UTF-8");
        return SEARCH_BAD_TEXT;
    }
    return SEARCH_OK;
}

static struct search_string trimmed(struct search_string text)
{
    while (text.length > 0 && text.data[0] == ' ') {
        text.data++;
        text.length--;
    }
    while (text.length > 0 && text.data[text.length - 1] == ' ')
        text.length--;
    return text;
}

static void set_seek_key(const struct index *index, enum search_sort sort,
                         struct search_result *result)
{
    result->seek_key[0] = '\0';
    if (result->n_hits == 0)
        return;
    const struct search_hit *last = &result->hits[result->n_hits - 1];
    struct seek_key key = {.sort = sort, .score = last->score, .exact = last->exact};
    if (sort == SEARCH_SORT_RELEVANCE) {
        key.id = last->rank;
    } else if (sort == SEARCH_SORT_ALPHABETICAL) {
        struct index_crate crate;
        index_crate(index, last->rank, &crate);
        key.name_length = crate.name_length < sizeof key.name ? crate.name_length : sizeof key.name;
        memcpy(key.name, crate.name, key.name_length);
    } else {
        key.id = index->columns.ids[last->rank - 1];
        key.value = crate_columns_sort_value(&index->columns, search_order_of(sort), last->rank);
    }
    seek_key_format(&key, result->seek_key);
}

enum search_status search_run(struct index_reader *reader, const struct search_query *query,
                              struct search_result *result, struct error *error)
{
    struct search_query asked = *query;
    asked.text = trimmed(query->text);
    if (asked.text.length == 0 && asked.sort == SEARCH_SORT_RELEVANCE)
        asked.sort = SEARCH_SORT_ALPHABETICAL;
    enum search_status text_status = search_check_text(asked.text.data, asked.text.length, error);
    if (text_status != SEARCH_OK)
        return text_status;
    result->n_hits = 0;
    result->total = 0;
    struct seek_key after;
    bool has_after = query->after.data != NULL;
    if (has_after &&
        seek_key_parse(&after, asked.sort, query->after.data, query->after.length) != 0) {
        error_set(error, "invalid seek parameter");
        return SEARCH_BAD_SEEK;
    }
    const uint64_t *filter;
    struct search_match match;
    bool has_text = asked.text.length > 0;
    if (search_filter_build(reader, &asked, &filter, error) != 0)
        return SEARCH_FAILED;
    if (has_text && search_match_prepare(reader, asked.text, &match, error) != 0)
        return SEARCH_FAILED;
    if (asked.sort != SEARCH_SORT_RELEVANCE)
        search_in_order(reader, &asked, has_text ? &match : NULL, filter, has_after ? &after : NULL,
                        result);
    else if (search_by_relevance(reader, &asked, &match, filter, has_after ? &after : NULL, result,
                                 error) != 0)
        return SEARCH_FAILED;
    set_seek_key(reader->index, asked.sort, result);
    return SEARCH_OK;
}
