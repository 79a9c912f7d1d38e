/* The filters among the parameters of the crate list, and their part of the key. How values are
   read is tested in test_search_filters.c. */
#include "server/endpoints/crate_list_parameters.h"
#include "tests/support/filtered_crates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

struct parsed {
    struct query_string query;
    struct crate_list_parameters parameters;
    struct canonical_key key;
    struct failure failure;
};

static int parse(void **state, struct parsed *parsed, const char *text)
{
    const struct built_index *built = *state;
    assert_int_equal(query_string_parse(&parsed->query, text, strlen(text), &parsed->failure.error),
                     0);
    canonical_key_init(&parsed->key, 0, 0, 1);
    return crate_list_parse(&parsed->query, built->index, EXPERIMENT_NONE, &parsed->parameters,
                            &parsed->key, &parsed->failure);
}

static bool have_equal_keys(void **state, const char *left, const char *right)
{
    static struct parsed parsed[2];
    assert_int_equal(parse(state, &parsed[0], left), 0);
    assert_int_equal(parse(state, &parsed[1], right), 0);
    return parsed[0].key.size == parsed[1].key.size &&
           memcmp(parsed[0].key.bytes, parsed[1].key.bytes, parsed[0].key.size) == 0;
}

static void test_without_filters(void **state)
{
    static struct parsed parsed;
    assert_int_equal(parse(state, &parsed, "q=json&keyword=cli&category=web"), 0);
    assert_null(parsed.parameters.search.filters);
    assert_int_equal(parse(state, &parsed, "min_downloads=1"), 0);
    assert_ptr_equal(parsed.parameters.search.filters, &parsed.parameters.filters);
}

static void test_equal_keys(void **state)
{
    static const char *const same[][2] = {
        {"min_downloads=10&updated_since=2024-01-31", "updated_since=2024-01-31&min_downloads=10"},
        {"min_downloads=10&q=a", "q=a&min_downloads=010&min_downloads=10"},
        {"created_since=2024-01-31", "created_since=2024-01-31T02:00:00%2B02:00"},
        {"created_since=2024-01-31", "created_since=2024-01-31T02:00:00+02:00"},
        {"license=MIT&license=Zlib", "license=zlib&license=(mit)&license=MIT"},
        {"owner=Ada-L&q=a", "q=a&owner=ada-l"},
        {"rust_version=1.70&stable=yes", "stable=Yes&rust_version=1.70.0"},
        {"has=lib&has=bin", "has=BIN&has=lib&has=bin"},
        {"depends_on=alpha&kind=dev", "kind=dev&depends_on=Alpha"},
        {"depends_on=alpha&kind=dev", "kind=dev&q=depends_on:alpha"},
        {"depends_on=alpha&kind=dev", "depends_on=alpha&q=kind:dev"},
        {"license=MIT", "license=%20MIT%20"},
    };
    for (size_t i = 0; i < N_ELEMENTS(same); i++)
        if (!have_equal_keys(state, same[i][0], same[i][1]))
            fail_msg("%s and %s have different keys", same[i][0], same[i][1]);
}

static void test_different_keys(void **state)
{
    static const char *const different[] = {
        "",
        "min_downloads=0",
        "min_downloads=1",
        "updated_since=2024-01-31",
        "created_since=2024-01-31",
        "updated_since=2024-01-31&created_since=2024-01-31",
        "license=MIT",
        "license=MIT&license=Zlib",
        "owner=ada-l",
        "owner=nobody",
        "rust_version=1.70",
        "rust_version=1.70&rust_version_known=yes",
        "edition=2021",
        "has=lib",
        "has=lib&has=bin",
        "stable=yes",
        "no_std=yes",
        "depends_on=alpha",
        "depends_on=alpha&kind=dev",
    };
    for (size_t i = 0; i < N_ELEMENTS(different); i++)
        for (size_t j = 0; j < i; j++)
            if (have_equal_keys(state, different[i], different[j]))
                fail_msg("%s and %s have one key", different[i], different[j]);
}

static void test_refused(void **state)
{
    static const struct {
        const char *query;
        const char *message;
    } cases[] = {
        {"min_downloads=", "invalid value for min_downloads (expected a number of downloads such "},
        {"updated_since=soon", "invalid value for updated_since (expected a date such as "},
        {"edition=2018&edition=2021", "edition is given twice, as 2018 and as 2021: "},
        {"min_downloads=1&min_downloads=2", "min_downloads is given twice, as 1 and as 2: "},
        {"q=json&page=2&created_since=2024-02-30", "invalid value for created_since (expected "},
        {"license=MIT+", "invalid value for license (expected MIT, "},
        {"created_since=2024-01-31T00:00:00", "invalid value for created_since (expected "},
    };
    static struct parsed parsed;
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        assert_int_equal(parse(state, &parsed, cases[i].query), -1);
        assert_int_equal(parsed.failure.status, 400);
        assert_ptr_equal(strstr(parsed.failure.error.message, cases[i].message),
                         parsed.failure.error.message);
    }
}

static int set_up(void **state)
{
    return built_index_set_up(state, filtered_crates);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_filters),
        cmocka_unit_test(test_equal_keys),
        cmocka_unit_test(test_different_keys),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, set_up, built_index_tear_down);
}
