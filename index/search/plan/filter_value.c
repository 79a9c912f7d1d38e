/* What can be read without an index. */
#include "index/search/plan/filter_value.h"

#include "index/base/ascii.h"

#include <cratedex/rust_version.h>
#include <cratedex/timestamp.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

int filter_value_wrong(const struct filter_value *read, const char *expected, struct error *error)
{
    return error_set(error, "invalid value for %s (expected %s)", search_filter_name(read->kind),
                     expected);
}

void filter_value_set(struct filter_value *read, const char *text, size_t length)
{
    memcpy(read->text, text, length);
    read->length = length;
}

int filter_value_fold(struct filter_value *read, struct search_string value)
{
    if (value.length == 0 || value.length > sizeof read->text)
        return -1;
    for (size_t i = 0; i < value.length; i++)
        read->text[i] = ascii_lower(value.data[i]);
    read->length = value.length;
    return 0;
}

int filter_value_number(struct filter_value *read, const struct index *index,
                        struct search_string value, struct error *error)
{
    static const char expected[] = "a number of downloads such as 10000";
    (void)index;
    if (value.length == 0)
        return filter_value_wrong(read, expected, error);
    for (size_t i = 0; i < value.length; i++) {
        int digit = value.data[i] - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(read->number, 10, &read->number) ||
            __builtin_add_overflow(read->number, digit, &read->number))
            return filter_value_wrong(read, expected, error);
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
int filter_value_time(struct filter_value *read, const struct index *index,
                      struct search_string value, struct error *error)
{
    static const size_t date_length = sizeof "2024-01-31" - 1;
    (void)index;
    if (value.length < date_length || (value.length > date_length && !has_offset(value)) ||
        timestamp_parse(value.data, value.length, &read->number) != 0)
        return filter_value_wrong(read,
                                  "a date such as 2024-01-31, or a time with its offset such as "
                                  "2024-01-31T12:00:00Z or 2024-01-31T12:00:00+02:00",
                                  error);
    _Static_assert(TIMESTAMP_TEXT_SIZE <= FILTER_VALUE_MAX_TEXT, "a time has room");
    read->length = timestamp_format(read->number, read->text);
    return 0;
}

/* Three numbers, as the compiler has: what is left out is 0, as cargo reads `rust-version`. */
int filter_value_rust_version(struct filter_value *read, const struct index *index,
                              struct search_string value, struct error *error)
{
    struct rust_version version;
    (void)index;
    if (rust_version_parse(&version, value.data, value.length) != 0)
        return filter_value_wrong(read, "a version of Rust such as 1.70 or 1.70.1", error);
    read->length =
        (size_t)snprintf(read->text, sizeof read->text, "%" PRIu64 ".%" PRIu64 ".%" PRIu64,
                         version.numbers[0], version.numbers[1], version.numbers[2]);
    return 0;
}

/* One of the words, which end with NULL, in any case. */
static int read_word(struct filter_value *read, const char *const *words, const char *expected,
                     struct search_string value, struct error *error)
{
    if (filter_value_fold(read, value) == 0) {
        for (size_t i = 0; words[i] != NULL; i++) {
            if (strlen(words[i]) == read->length && memcmp(words[i], read->text, read->length) == 0)
                return 0;
        }
    }
    return filter_value_wrong(read, expected, error);
}

int filter_value_yes(struct filter_value *read, const struct index *index,
                     struct search_string value, struct error *error)
{
    static const char *const words[] = {"yes", NULL};
    (void)index;
    return read_word(read, words, "yes", value, error);
}

int filter_value_target(struct filter_value *read, const struct index *index,
                        struct search_string value, struct error *error)
{
    static const char *const words[] = {"lib", "bin", NULL};
    (void)index;
    return read_word(read, words, "lib or bin", value, error);
}

int filter_value_dependency(struct filter_value *read, const struct index *index,
                            struct search_string value, struct error *error)
{
    static const char *const words[] = {"normal", "build", "dev", NULL};
    (void)index;
    return read_word(read, words, "normal, build or dev", value, error);
}
