/* Filters whose values are looked up in an index: what is found in which spelling, what is unknown,
   what is refused. */
#include "tests/support/filtered_crates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* What a filter, "name=value", is read as: the text of its value, or how it is refused. */
static const char *read_as(void **state, const char *written)
{
    static char text[1100];
    const struct built_index *built = *state;
    struct search_filters filters;
    struct error error = {.message = ""};
    size_t length = strcspn(written, "=");
    search_filters_init(&filters);
    int status = search_filters_add(
        &filters, built->index, (struct search_string){written, length},
        (struct search_string){written + length + 1, strlen(written + length + 1)}, &error);
    if (status == 0) {
        assert_int_equal(filters.n, 1);
        struct search_string value = search_filter_text(&filters, &filters.filters[0]);
        snprintf(text, sizeof text, "%.*s", (int)value.length, value.data);
        return text;
    }
    assert_int_equal(filters.n, 0);
    snprintf(text, sizeof text, "%s", status == SEARCH_FILTER_UNKNOWN ? "unknown" : error.message);
    return text;
}

struct expected {
    const char *written;
    const char *read;
};

static void expect(void **state, const struct expected *expected, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *read = read_as(state, expected[i].written);
        if (strcmp(read, expected[i].read) != 0)
            fail_msg("%s is read as\n  %s\nnot\n  %s", expected[i].written, read, expected[i].read);
    }
}
#define EXPECT(state, expected) expect(state, expected, sizeof(expected) / sizeof *(expected))

#define LICENSES                                                                                   \
    "invalid value for license (expected MIT, Apache-2.0, Apache-2.0 WITH LLVM-exception, Zlib, "  \
    "see the file COPYING)"

static void test_licenses(void **state)
{
    static const struct expected expected[] = {
        {"license=MIT", "MIT"},
        {"license=mit", "MIT"},
        {"license=(mit)", "MIT"},
        {"license=apache-2.0 with llvm-exception", "Apache-2.0 WITH LLVM-exception"},
        {"license=SEE THE FILE copying", "see the file COPYING"},
        {"license=MIT OR Apache-2.0",
         "license takes one name at a time: give each of MIT, Apache-2.0 by itself"},
        {"license=MIT/Apache-2.0",
         "license takes one name at a time: give each of MIT, Apache-2.0 by itself"},
        {"license=MIT AND Zlib",
         "license takes one name at a time: give each of MIT, Zlib by itself"},
        {"license=GPL-3.0", LICENSES},
        {"license=", LICENSES},
        {"license=MIT,Apache-2.0", LICENSES},
    };
    EXPECT(state, expected);
}

static void test_editions(void **state)
{
    static const struct expected expected[] = {
        {"edition=2021", "2021"},
        {"edition=2024", "2024"},
        {"edition=2020", "invalid value for edition (expected 2021, 2015, 2018, 2024)"},
        {"edition=", "invalid value for edition (expected 2021, 2015, 2018, 2024)"},
        {"edition=21", "invalid value for edition (expected 2021, 2015, 2018, 2024)"},
    };
    EXPECT(state, expected);
}

static void test_owners(void **state)
{
    static const struct expected expected[] = {
        {"owner=Ada-L", "ada-l"},
        {"owner=GitHub:Org:Core", "github:org:core"},
        {"owner=idle", "idle"},
        {"owner=nobody", "unknown"},
        {"owner=ada-l ", "unknown"},
        {"owner=", "invalid value for owner (expected the login of a user or team)"},
    };
    EXPECT(state, expected);
}

static void test_crates(void **state)
{
    static const struct expected expected[] = {
        {"depends_on=Alpha", "alpha"},  {"depends_on=omega", "unknown"},
        {"keyword=NO_STD", "no_std"},   {"keyword=no-std", "no_std"},
        {"category=no-std", "no-std"},  {"category=No-Std::Alloc", "no-std::alloc"},
        {"category=no_std", "unknown"},
    };
    EXPECT(state, expected);
}

static int set_up(void **state)
{
    return built_index_set_up(state, filtered_crates);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_licenses),
        cmocka_unit_test(test_editions),
        cmocka_unit_test(test_owners),
        cmocka_unit_test(test_crates),
    };
    return cmocka_run_group_tests(tests, set_up, built_index_tear_down);
}
