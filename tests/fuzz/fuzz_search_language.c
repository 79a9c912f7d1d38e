/* Any text that may be searched for, read in a small index: what is left lies within it and
   may be searched for, and what was taken out is in order and within bounds. A text that was folded
   is read as the text itself, and what is left of it folded is what is left. */
#include "tests/support/fuzzed_index.h"

#include <cratedex/search.h>
#include <cratedex/search_filter_list.h>
#include <cratedex/search_language.h>
#include <cratedex/search_text.h>
#include <cratedex/utf8.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct fuzzed_index fuzzed;

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the signature is libFuzzer's */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    fuzzed_index_open(&fuzzed);
    return 0;
}

/* How a text was read. */
struct language {
    struct search_filters filters;
    char rest[SEARCH_MAX_TEXT_BYTES];
    size_t length;
};

/* Reads a copy of the text, so that a byte behind the end is seen. */
static void read_copy(struct language *read, const char *text, size_t size)
{
    char *exact = malloc(size > 0 ? size : 1);
    require(exact != NULL);
    memcpy(exact, text, size);
    search_filters_init(&read->filters);
    if (!search_language_read(fuzzed.index, (struct search_string){exact, size}, &read->filters,
                              read->rest, &read->length)) {
        require(read->filters.n == 0);
        memcpy(read->rest, exact, size);
        read->length = size;
    }
    free(exact);
    require(read->length <= size);
    require(search_check_text(read->rest, read->length, NULL) == SEARCH_OK);
}

static void check_filters(const struct search_filters *filters)
{
    require(filters->n <= SEARCH_MAX_FILTERS && filters->text_length <= SEARCH_MAX_FILTER_TEXT);
    for (uint32_t i = 0; i < filters->n; i++) {
        const struct search_filter *filter = &filters->filters[i];
        struct search_string text = search_filter_text(filters, filter);
        require(filter->start + filter->length <= filters->text_length);
        require(text.length > 0 && utf8_is_valid(text.data, text.length));
        require(i == 0 || filter[-1].kind <= filter->kind);
    }
}

static bool are_equal(const struct search_filters *left, const struct search_filters *right)
{
    bool is_equal = left->n == right->n;
    for (uint32_t i = 0; i < left->n && is_equal; i++) {
        struct search_string one = search_filter_text(left, &left->filters[i]);
        struct search_string other = search_filter_text(right, &right->filters[i]);
        is_equal = left->filters[i].kind == right->filters[i].kind && one.length == other.length &&
                   memcmp(one.data, other.data, one.length) == 0;
    }
    return is_equal;
}

static void search(const struct language *read)
{
    static struct search_result result;
    struct error error;
    struct search_query query = {.limit = 10, .filters = &read->filters};
    query.text = (struct search_string){read->rest, read->length};
    require(search_run(fuzzed.reader, &query, &result, &error) == SEARCH_OK);
    require(result.total <= index_n_crates(fuzzed.index));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct language read, folded_read;
    char folded[SEARCH_MAX_TEXT_BYTES];
    char rest[SEARCH_MAX_TEXT_BYTES];
    if (search_check_text((const char *)data, size, NULL) != SEARCH_OK)
        return 0;
    read_copy(&read, (const char *)data, size);
    check_filters(&read.filters);
    read_copy(&folded_read, folded, search_fold_text(folded, (const char *)data, size));
    require(are_equal(&read.filters, &folded_read.filters));
    size_t length =
        search_fold_text(rest, read.rest, read.length); /* as it is, where it was read */
    require(length == folded_read.length && memcmp(rest, folded_read.rest, length) == 0);
    search(&read);
    return 0;
}
