/* A text has at most SEARCH_MAX_TEXT_BYTES, and each of its filters is longer there than its value;
   what is spelled has therefore room in twice of both. */
#include "server/pages/search/box_text.h"

#include <cratedex/search_language.h>
#include <cratedex/search_text.h>
#include <string.h>

void box_text_read(struct box_text *box, const struct index *index, struct search_string text)
{
    search_filters_init(&box->filters);
    box->rest_length = 0;
    if (text.length == 0 || search_check_text(text.data, text.length, NULL) != SEARCH_OK)
        return;
    box->rest_length = search_fold_text(box->rest, text.data, text.length);
    search_language_read(index, (struct search_string){box->rest, box->rest_length}, &box->filters,
                         box->rest, &box->rest_length);
}

bool box_text_has(const struct box_text *box, enum search_filter_kind kind)
{
    uint32_t n;
    search_filters_of(&box->filters, kind, &n);
    return n > 0;
}

struct spelling {
    char *text;
    size_t length;
};

static void append(struct spelling *spelling, const char *bytes, size_t length)
{
    if (length > BOX_TEXT_MAX_BYTES - spelling->length)
        return;
    memcpy(spelling->text + spelling->length, bytes, length);
    spelling->length += length;
}

static void begin_word(struct spelling *spelling)
{
    if (spelling->length > 0)
        append(spelling, " ", 1);
}

static bool is_omitted(const struct search_filter *filter, struct box_omission omission)
{
    return filter == omission.filter || (omission.has_kind && filter->kind == omission.kind);
}

/* Whether the word must occur: it was quoted. */
static bool is_required(const struct box_text *box, const char *word, size_t length,
                        struct box_omission omission)
{
    uint32_t n;
    const struct search_filter *quoted = search_filters_of(&box->filters, SEARCH_FILTER_ALL_OF, &n);
    for (uint32_t i = 0; i < n; i++) {
        struct search_string value = search_filter_text(&box->filters, &quoted[i]);
        if (!is_omitted(&quoted[i], omission) && value.length == length &&
            memcmp(value.data, word, length) == 0)
            return true;
    }
    return false;
}

static void append_rest(struct spelling *spelling, const struct box_text *box,
                        struct search_string rest, struct box_omission omission)
{
    for (size_t at = 0; at < rest.length;) {
        const char *word = rest.data + at;
        const char *space = memchr(word, ' ', rest.length - at);
        size_t length = space != NULL ? (size_t)(space - word) : rest.length - at;
        bool is_quoted = is_required(box, word, length, omission);
        begin_word(spelling);
        append(spelling, "\"", is_quoted);
        append(spelling, word, length);
        append(spelling, "\"", is_quoted);
        at += length + 1;
    }
}

static void append_filter(struct spelling *spelling, const struct box_text *box,
                          const struct search_filter *filter)
{
    struct search_string value = search_filter_text(&box->filters, filter);
    bool has_space = memchr(value.data, ' ', value.length) != NULL;
    begin_word(spelling);
    if (filter->kind == SEARCH_FILTER_WITHOUT) {
        append(spelling, "-", 1);
    } else {
        const char *name = search_filter_name(filter->kind);
        append(spelling, name, strlen(name));
        append(spelling, ":", 1);
    }
    append(spelling, "\"", has_space);
    append(spelling, value.data, value.length);
    append(spelling, "\"", has_space);
}

size_t box_text_spell(const struct box_text *box, struct search_string rest,
                      struct box_omission omission, char out[BOX_TEXT_MAX_BYTES])
{
    struct spelling spelling = {.text = out, .length = 0};
    out[0] = '\0';
    append_rest(&spelling, box, rest, omission);
    for (uint32_t i = 0; i < box->filters.n; i++) {
        const struct search_filter *filter = &box->filters.filters[i];
        if (filter->kind != SEARCH_FILTER_ALL_OF && !is_omitted(filter, omission))
            append_filter(&spelling, box, filter);
    }
    return spelling.length;
}
