/* Reading filters: canonical forms, what is refused and how, one order for all that means the same.
   Which crates pass is tested in test_search_filter.c. */
#include <cratedex/search_filters.h>

#include "tests/support/described_crates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct described_crate crates[] = {
    {.name = "alpha", .keywords = "cli command-line", .categories = "web web::http"},
    {.name = "beta", .keywords = "command_line cli", .categories = "web::http"},
    {.name = "gamma", .keywords = "command-line"},
    {.name = NULL},
};

static struct search_string string(const char *text)
{
    return (struct search_string){text, strlen(text)};
}

static int set_up(void **state)
{
    return described_crates_set_up(state, crates);
}

static int add(struct built_index *built, struct search_filters *filters, const char *name,
               const char *value, struct error *error)
{
    error->message[0] = '\0';
    return search_filters_add(filters, built->index, string(name), string(value), error);
}

/* What one filter is read as: the text of its value, or how it is refused. */
static const char *read_as(void **state, const char *name, const char *value)
{
    static char text[1100];
    struct search_filters filters;
    struct error error;
    search_filters_init(&filters);
    int status = add(*state, &filters, name, value, &error);
    if (status == SEARCH_FILTER_UNKNOWN)
        return filters.n == 0 ? "unknown" : "unknown, but there";
    if (status != 0) {
        snprintf(text, sizeof text, "%s", error.message);
        return filters.n == 0 ? text : "refused, but there";
    }
    assert_int_equal(filters.n, 1);
    struct search_string read = search_filter_text(&filters, &filters.filters[0]);
    snprintf(text, sizeof text, "%s=%.*s", search_filter_name(filters.filters[0].kind),
             (int)read.length, read.data);
    return text;
}

static void test_dates(void **state)
{
    static const char *const same[] = {
        "2024-01-31",           "2024-01-31T00:00:00Z",          "2024-01-31T02:00:00+02:00",
        "2024-01-31 00:00:00z", "2024-01-30t19:00:00.000-05:00",
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        assert_string_equal(read_as(state, "updated_since", same[i]),
                            "updated_since=2024-01-31T00:00:00Z");
    assert_string_equal(read_as(state, "created_since", "2024-02-29T12:00:00.5Z"),
                        "created_since=2024-02-29T12:00:00.500Z");
    static const char *const wrong[] = {
        "",
        "2024",
        "2024-1-31",
        "2024-02-30",
        "yesterday",
        "31.01.2024",
        "2024-01-31T12:00:00",
        "2024-01-31T12:00:00+02",
        "2024-01-31Z",
        "2024-01-31T24:00:00Z",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_string_equal(read_as(state, "created_since", wrong[i]),
                            "invalid value for created_since (expected a date such as 2024-01-31, "
                            "or a time with its offset such as 2024-01-31T12:00:00Z or "
                            "2024-01-31T12:00:00+02:00)");
}

static void test_downloads(void **state)
{
    assert_string_equal(read_as(state, "min_downloads", "0"), "min_downloads=0");
    assert_string_equal(read_as(state, "min_downloads", "007"), "min_downloads=7");
    assert_string_equal(read_as(state, "min_downloads", "9223372036854775807"),
                        "min_downloads=9223372036854775807");
    static const char *const wrong[] = {
        "", "-1", "+1", "1e6", "10,000", "1 0", "1_000", "0x1", "9223372036854775808"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_string_equal(read_as(state, "min_downloads", wrong[i]),
                            "invalid value for min_downloads (expected a number of downloads such "
                            "as 10000)");
}

/* Two keywords may differ in `-` and `_` alone. */
static void test_taxonomy(void **state)
{
    assert_string_equal(read_as(state, "keyword", "CLI"), "keyword=cli");
    assert_string_equal(read_as(state, "keyword", "command-line"), "keyword=command-line");
    assert_string_equal(read_as(state, "keyword", "Command_Line"), "keyword=command_line");
    assert_string_equal(read_as(state, "keyword", "gui"), "unknown");
    assert_string_equal(read_as(state, "category", "Web::HTTP"), "category=web::http");
    assert_string_equal(read_as(state, "category", "web"), "category=web");
    assert_string_equal(read_as(state, "category", "games"), "unknown");
    assert_string_equal(read_as(state, "keyword", ""),
                        "invalid value for keyword (expected a keyword such as cli)");
}

static void test_rust_versions(void **state)
{
    assert_string_equal(read_as(state, "rust_version", "1.70"), "rust_version=1.70.0");
    assert_string_equal(read_as(state, "msrv", "1"), "rust_version=1.0.0");
    assert_string_equal(read_as(state, "rust_version", "1.85.0-nightly"), "rust_version=1.85.0");
    static const char *const wrong[] = {"",     "stable", "1.", "1.70.0.0", "01.70",
                                        "v1.7", "^1.70",  "-1", "1.70-beta"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_string_equal(
            read_as(state, "rust_version", wrong[i]),
            "invalid value for rust_version (expected a version of Rust such as 1.70 or 1.70.1)");
}

static void test_words(void **state)
{
    assert_string_equal(read_as(state, "has", "LIB"), "has=lib");
    assert_string_equal(read_as(state, "has", "bin"), "has=bin");
    assert_string_equal(read_as(state, "has", "lib,bin"),
                        "invalid value for has (expected lib or bin)");
    assert_string_equal(read_as(state, "stable", "Yes"), "stable=yes");
    assert_string_equal(read_as(state, "stable", "no"), "invalid value for stable (expected yes)");
    assert_string_equal(read_as(state, "no_std", "1"), "invalid value for no_std (expected yes)");
    assert_string_equal(read_as(state, "rust_version_known", ""),
                        "invalid value for rust_version_known (expected yes)");
}

/* No crate here says its edition: those of Rust are all that can be meant. */
static void test_editions(void **state)
{
    assert_string_equal(read_as(state, "edition", "2024"), "edition=2024");
    assert_string_equal(read_as(state, "edition", "2020"),
                        "invalid value for edition (expected 2015, 2018, 2021, 2024)");
}

static void test_dependencies(void **state)
{
    struct search_filters filters;
    struct error error;
    assert_string_equal(read_as(state, "depends_on", "ALPHA"), "depends_on=alpha");
    assert_string_equal(read_as(state, "depends_on", "omega"), "unknown");
    assert_string_equal(
        read_as(state, "depends_on", ""),
        "invalid value for depends_on (expected the name of a crate such as serde)");
    assert_string_equal(read_as(state, "kind", "normal"),
                        "kind is a kind of dependency: depends_on must say on which crate");
    search_filters_init(&filters);
    assert_int_equal(add(*state, &filters, "depends_on", "alpha", &error), 0);
    assert_int_equal(add(*state, &filters, "kind", "Dev", &error), 0);
    assert_int_equal(add(*state, &filters, "kind", "build", &error), -1);
    assert_string_equal(error.message, "kind is given twice, as dev and as build: give it once");
    assert_int_equal(add(*state, &filters, "kind", "tests", &error), -1);
    assert_string_equal(error.message, "invalid value for kind (expected normal, build or dev)");
    assert_int_equal(filters.n, 2);
}

static void test_unknown_name(void **state)
{
    const char *message = read_as(state, "licence", "MIT");
    assert_ptr_equal(strstr(message, "there is no filter licence (expected one of "), message);
    assert_non_null(strstr(message, "updated_since, created_since, min_downloads"));
}

/* The same filters make the same list, in whatever order and however often they come. */
static void test_canonical_form(void **state)
{
    struct search_filters one;
    struct search_filters other;
    struct error error;
    search_filters_init(&one);
    search_filters_init(&other);
    assert_int_equal(add(*state, &one, "keyword", "cli", &error), 0);
    assert_int_equal(add(*state, &one, "min_downloads", "10", &error), 0);
    assert_int_equal(add(*state, &one, "keyword", "command-line", &error), 0);
    assert_int_equal(add(*state, &other, "keyword", "COMMAND-LINE", &error), 0);
    assert_int_equal(add(*state, &other, "keyword", "cli", &error), 0);
    assert_int_equal(add(*state, &other, "keyword", "Cli", &error), 0);
    assert_int_equal(add(*state, &other, "min_downloads", "0010", &error), 0);
    assert_int_equal(one.n, 3);
    assert_int_equal(other.n, 3);
    for (uint32_t i = 0; i < 3; i++) {
        struct search_string left = search_filter_text(&one, &one.filters[i]);
        struct search_string right = search_filter_text(&other, &other.filters[i]);
        assert_int_equal(one.filters[i].kind, other.filters[i].kind);
        assert_int_equal(left.length, right.length);
        assert_memory_equal(left.data, right.data, left.length);
        assert_int_equal(one.filters[i].number, other.filters[i].number);
    }
    uint32_t n;
    const struct search_filter *keywords = search_filters_of(&one, SEARCH_FILTER_KEYWORD, &n);
    assert_int_equal(n, 2);
    assert_ptr_equal(keywords, &one.filters[1]);
    search_filters_of(&one, SEARCH_FILTER_LICENSE, &n);
    assert_int_equal(n, 0);
}

static void test_given_twice(void **state)
{
    struct search_filters filters;
    struct error error;
    search_filters_init(&filters);
    assert_int_equal(add(*state, &filters, "updated_since", "2024-01-31", &error), 0);
    assert_int_equal(add(*state, &filters, "updated_since", "2024-01-31T00:00:00Z", &error), 0);
    assert_int_equal(add(*state, &filters, "updated_since", "2024-02-01", &error), -1);
    assert_string_equal(error.message, "updated_since is given twice, as 2024-01-31T00:00:00Z and "
                                       "as 2024-02-01T00:00:00Z: give it once");
    assert_int_equal(filters.n, 1);
}

/* A full list, and values that are too long, are refused and leave the list as it was. */
static void test_bounds(void **state)
{
    struct search_filters filters;
    struct error error;
    char text[SEARCH_MAX_FILTER_TEXT];
    search_filters_init(&filters);
    for (unsigned i = 0; i < SEARCH_MAX_FILTERS; i++) {
        snprintf(text, sizeof text, "%u", i);
        assert_int_equal(
            search_filters_add_value(&filters, SEARCH_FILTER_WITHOUT, string(text), 0, &error), 0);
    }
    assert_int_equal(add(*state, &filters, "keyword", "cli", &error), -1);
    assert_string_equal(error.message, "cannot filter by more than 64 values");
    search_filters_init(&filters);
    memset(text, 'a', sizeof text);
    assert_int_equal(search_filters_add_value(&filters, SEARCH_FILTER_WITHOUT,
                                              (struct search_string){text, sizeof text - 2}, 0,
                                              &error),
                     0);
    assert_int_equal(add(*state, &filters, "keyword", "cli", &error), -1);
    assert_string_equal(error.message,
                        "the values to filter by are longer than 2048 bytes together");
    assert_int_equal(filters.n, 1);
    text[1025] = '\0';
    assert_string_equal(read_as(state, "keyword", text),
                        "invalid value for keyword (expected a keyword such as cli)");
}

static void test_what_is_told(void **state)
{
    struct search_filters filters;
    struct error error;
    struct encoder encoder;
    msgpack_sbuffer buffer;
    search_filters_init(&filters);
    assert_int_equal(add(*state, &filters, "keyword", "command-line", &error), 0);
    assert_int_equal(add(*state, &filters, "keyword", "cli", &error), 0);
    assert_int_equal(search_filters_require(&filters, ((struct built_index *)*state)->index,
                                            string("category"), string("Games"), &error),
                     0);
    assert_int_equal(add(*state, &filters, "min_downloads", "10", &error), 0);
    assert_int_equal(
        search_filters_add_value(&filters, SEARCH_FILTER_IN, string("name"), 0, &error), 0);
    msgpack_sbuffer_init(&buffer);
    encoder_init(&encoder, ENCODING_JSON, &buffer);
    search_filters_encode(&filters, string("json"), &encoder);
    assert_int_equal(encoder_finish(&encoder, &error), 0);
    static const char expected[] =
        "{\"text\":\"json\",\"min_downloads\":10,\"keyword\":[\"cli\",\"command-line\"],"
        "\"category\":[\"games\"],\"in\":\"name\"}";
    assert_int_equal(buffer.size, sizeof expected - 1);
    assert_memory_equal(buffer.data, expected, buffer.size);
    msgpack_sbuffer_destroy(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates),          cmocka_unit_test(test_downloads),
        cmocka_unit_test(test_taxonomy),       cmocka_unit_test(test_unknown_name),
        cmocka_unit_test(test_rust_versions),  cmocka_unit_test(test_words),
        cmocka_unit_test(test_editions),       cmocka_unit_test(test_dependencies),
        cmocka_unit_test(test_canonical_form), cmocka_unit_test(test_given_twice),
        cmocka_unit_test(test_bounds),         cmocka_unit_test(test_what_is_told),
    };
    return cmocka_run_group_tests(tests, set_up, described_crates_tear_down);
}
