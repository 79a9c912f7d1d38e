/* One function a kind of value: it writes the canonical text, so that what means the same is
   written the same, and asks the parts of the index that are held in memory whether there is such a
   thing. */
#include <cratedex/search_filters.h>

#include "index/segment/open_index.h"
#include "index/trie/trie.h"

#include <cratedex/canonical_name.h>
#include <cratedex/timestamp.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Nothing that an index has to filter by is longer: longer values name nothing. */
#define FILTER_VALUE_MAX_TEXT 256

struct filter_value {
    enum search_filter_kind kind;
    int64_t number; /* as struct search_filter has it */
    size_t length;
    char text[FILTER_VALUE_MAX_TEXT];
};

typedef int read_function(struct filter_value *read, const struct index *index,
                          struct search_string value, struct error *error);

static int wrong_value(const struct filter_value *read, const char *expected, struct error *error)
{
    return error_set(error, "invalid value for %s (expected %s)", search_filter_name(read->kind),
                     expected);
}

static void set_text(struct filter_value *read, const char *text, size_t length)
{
    memcpy(read->text, text, length);
    read->length = length;
}

/* Digits alone, without a sign: the number of downloads. */
static int read_downloads(struct filter_value *read, const struct index *index,
                          struct search_string value, struct error *error)
{
    static const char expected[] = "a number of downloads such as 10000";
    (void)index;
    if (value.length == 0)
        return wrong_value(read, expected, error);
    for (size_t i = 0; i < value.length; i++) {
        int digit = value.data[i] - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(read->number, 10, &read->number) ||
            __builtin_add_overflow(read->number, digit, &read->number))
            return wrong_value(read, expected, error);
    }
    read->length = (size_t)snprintf(read->text, sizeof read->text, "%" PRId64, read->number);
    return 0;
}

/* Whether a time ends in an offset as RFC 3339 has it: `Z`, `+02:00`. */
static bool has_offset(struct search_string value)
{
    const char *end = value.data + value.length;
    return end[-1] == 'Z' || end[-1] == 'z' ||
           (value.length > 6 && (end[-6] == '+' || end[-6] == '-') && end[-3] == ':');
}

/* A date is its beginning in UTC. */
static int read_time(struct filter_value *read, const struct index *index,
                     struct search_string value, struct error *error)
{
    static const size_t date_length = sizeof "2024-01-31" - 1;
    (void)index;
    if (value.length < date_length || (value.length > date_length && !has_offset(value)) ||
        timestamp_parse(value.data, value.length, &read->number) != 0)
        return wrong_value(read,
                           "a date such as 2024-01-31, or a time with its offset such as "
                           "2024-01-31T12:00:00Z or 2024-01-31T12:00:00+02:00",
                           error);
    _Static_assert(TIMESTAMP_TEXT_SIZE <= FILTER_VALUE_MAX_TEXT, "a time has room");
    read->length = timestamp_format(read->number, read->text);
    return 0;
}

/* Stores a value that is the name of something in small letters (ASCII). */
static int fold(struct filter_value *read, struct search_string value, const char *expected,
                struct error *error)
{
    if (value.length == 0 || value.length > sizeof read->text)
        return wrong_value(read, expected, error);
    for (size_t i = 0; i < value.length; i++) {
        char c = value.data[i];
        read->text[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    read->length = value.length;
    return 0;
}

/* Of the keywords that differ in `-` and `_` alone, the one that is written so, else the one that
   most crates have. */
static int read_keyword(struct filter_value *read, const struct index *index,
                        struct search_string value, struct error *error)
{
    char canonical[FILTER_VALUE_MAX_TEXT];
    const unsigned char *numbers;
    if (fold(read, value, "a keyword such as cli", error) != 0)
        return -1;
    canonical_name(canonical, read->text, read->length);
    uint32_t n = trie_find(&index->keywords, canonical, read->length, &numbers);
    for (uint32_t i = 0; i < n; i++) {
        struct counted_word keyword = word_list_word(&index->keyword_list, trie_value(numbers, i));
        if (keyword.length == read->length && memcmp(keyword.text, read->text, keyword.length) == 0)
            return 0;
    }
    if (n == 0)
        return SEARCH_FILTER_UNKNOWN;
    struct counted_word first = word_list_word(&index->keyword_list, trie_value(numbers, 0));
    if (first.length > sizeof read->text)
        return SEARCH_FILTER_UNKNOWN;
    set_text(read, first.text, first.length);
    return 0;
}

static int read_category(struct filter_value *read, const struct index *index,
                         struct search_string value, struct error *error)
{
    if (fold(read, value, "the slug of a category such as command-line-utilities", error) != 0)
        return -1;
    return category_list_find(&index->categories, read->text, read->length) != NULL
               ? 0
               : SEARCH_FILTER_UNKNOWN;
}

static const struct {
    const char *name;
    enum search_filter_kind kind;
    read_function *read;
} readers[] = {
    {"updated_since", SEARCH_FILTER_UPDATED_SINCE, read_time},
    {"created_since", SEARCH_FILTER_CREATED_SINCE, read_time},
    {"min_downloads", SEARCH_FILTER_MIN_DOWNLOADS, read_downloads},
    {"keyword", SEARCH_FILTER_KEYWORD, read_keyword},
    {"category", SEARCH_FILTER_CATEGORY, read_category},
};
#define N_READERS (sizeof readers / sizeof *readers)

static int unknown_name(struct search_string name, struct error *error)
{
    char names[512];
    size_t length = 0;
    names[0] = '\0';
    for (size_t i = 0; i < N_READERS; i++)
        length += (size_t)snprintf(names + length, sizeof names - length, "%s%s",
                                   i == 0 ? "" : ", ", readers[i].name);
    return error_set(error, "there is no filter %.*s (expected one of %s)",
                     name.length < 64 ? (int)name.length : 64, name.data, names);
}

/* Reads a value of any filter. Returns 0, SEARCH_FILTER_UNKNOWN (the value is set), or -1. */
static int read_value(struct filter_value *read, const struct index *index,
                      struct search_string name, struct search_string value, struct error *error)
{
    read->number = 0;
    read->length = 0;
    for (size_t i = 0; i < N_READERS; i++) {
        if (strlen(readers[i].name) == name.length &&
            memcmp(readers[i].name, name.data, name.length) == 0) {
            read->kind = readers[i].kind;
            return readers[i].read(read, index, value, error);
        }
    }
    return unknown_name(name, error);
}

static int add(struct search_filters *filters, const struct index *index, struct search_string name,
               struct search_string value, bool unknown_too, struct error *error)
{
    struct filter_value read;
    int status = read_value(&read, index, name, value, error);
    if (status < 0 || (status == SEARCH_FILTER_UNKNOWN && !unknown_too))
        return status;
    struct search_string text = {read.text, read.length};
    return search_filters_add_value(filters, read.kind, text, read.number, error);
}

int search_filters_add(struct search_filters *filters, const struct index *index,
                       struct search_string name, struct search_string value, struct error *error)
{
    return add(filters, index, name, value, false, error);
}

int search_filters_require(struct search_filters *filters, const struct index *index,
                           struct search_string name, struct search_string value,
                           struct error *error)
{
    return add(filters, index, name, value, true, error);
}
