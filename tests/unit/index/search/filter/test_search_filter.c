/* Which crates each filter lets through, alone and joined, with a text, in every order, page by
   page. How values are read is tested in test_search_filters.c. */
#include "tests/support/filtered_crates.h"
#include "tests/support/text_search.h"

#include <cratedex/search.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct expected {
    const char *filters;
    const char *found;
};

static void expect(void **state, const struct expected *expected, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *found = filtered_crates_found(*state, expected[i].filters);
        if (strcmp(found, expected[i].found) != 0)
            fail_msg("%s finds\n  %s\nnot\n  %s", expected[i].filters, found, expected[i].found);
    }
}
#define EXPECT(state, expected) expect(state, expected, sizeof(expected) / sizeof *(expected))

/* The bound itself passes. */
static void test_least(void **state)
{
    static const struct expected expected[] = {
        {"min_downloads=0", "alpha, beta, delta, epsilon, gamma; 5"},
        {"min_downloads=999", "alpha, beta, delta; 3"},
        {"min_downloads=1000", "alpha, delta; 2"},
        {"min_downloads=50001", "; 0"},
        {"updated_since=2024-01-31", "alpha, beta, delta; 3"},
        {"updated_since=2024-01-31T00:00:01Z", "beta, delta; 2"},
        {"updated_since=2024-01-31T14:00:00+02:00", "beta, delta; 2"},
        {"updated_since=2027-01-01", "; 0"},
        {"created_since=2021-01-01", "beta, delta, gamma; 3"},
        {"created_since=0001-01-01", "alpha, beta, delta, epsilon, gamma; 5"},
    };
    EXPECT(state, expected);
}

static void test_members(void **state)
{
    static const struct expected expected[] = {
        {"keyword=cli", "alpha, beta; 2"},
        {"keyword=cli&keyword=parser", "beta; 1"},
        {"keyword=gui", "; 0"},
        {"category=web", "alpha, beta, gamma; 3"},
        {"category=web::http", "beta; 1"},
        {"category=web&category=embedded", "gamma; 1"},
        {"category=games", "; 0"},
    };
    EXPECT(state, expected);
}

/* Of the default version alone: beta has later ones that need more, and of another edition. What is
   no version of Rust is as good as none. */
static void test_rust_version(void **state)
{
    static const struct expected expected[] = {
        {"rust_version=1.70", "alpha, delta, epsilon, gamma; 4"},
        {"rust_version=1.70.0", "alpha, delta, epsilon, gamma; 4"},
        {"rust_version=1.70.1", "alpha, beta, delta, epsilon, gamma; 5"},
        {"msrv=1.9", "delta, epsilon, gamma; 3"},
        {"rust_version=1", "delta, gamma; 2"},
        {"rust_version=2", "alpha, beta, delta, epsilon, gamma; 5"},
        {"rust_version=1.85.0-nightly&rust_version_known=yes", "alpha, beta, epsilon; 3"},
        {"rust_version_known=yes", "alpha, beta, epsilon; 3"},
        {"rust_version=1.69&rust_version_known=yes", "epsilon; 1"},
    };
    EXPECT(state, expected);
}

/* A choice is met by one of the names, a conjunction by both only; what stands behind WITH is part
   of the name, and what is no expression is a name. */
static void test_licenses(void **state)
{
    static const struct expected expected[] = {
        {"license=MIT", "alpha, gamma; 2"},
        {"license=mit&license=ZLIB", "alpha, beta, gamma; 3"},
        {"license=Zlib", "; 0"},
        {"license=Apache-2.0", "alpha, gamma; 2"},
        {"license=Apache-2.0 WITH LLVM-exception", "delta; 1"},
        {"license=apache-2.0  with llvm-exception&license=Zlib&license=MIT",
         "alpha, beta, delta, gamma; 4"},
        {"license=See the file COPYING", "epsilon; 1"},
        {"license=(MIT)&edition=2021&has=bin", "gamma; 1"},
    };
    EXPECT(state, expected);
}

/* Two people have had one login, one after the other. */
static void test_owners(void **state)
{
    static const struct expected expected[] = {
        {"owner=Ada-L", "alpha, beta; 2"},
        {"owner=ada_l", "alpha, beta; 2"},
        {"owner=github:org:core", "beta; 1"},
        {"owner=ada-l&owner=github:org:core", "beta; 1"},
        {"owner=moved", "delta, gamma; 2"},
        {"owner=idle", "; 0"},
        {"owner=nobody", "; 0"},
    };
    EXPECT(state, expected);
}

static void test_attributes(void **state)
{
    static const struct expected expected[] = {
        {"edition=2021", "alpha, gamma; 2"},
        {"edition=2015", "epsilon; 1"},
        {"edition=2024", "; 0"},
        {"has=lib", "alpha, delta, gamma; 3"},
        {"has=bin", "beta, gamma; 2"},
        {"has=bin&has=lib", "gamma; 1"},
        {"no_std=yes", "delta, gamma; 2"},
        {"stable=yes", "alpha, delta, gamma; 3"},
        {"stable=yes&edition=2021&has=bin", "gamma; 1"},
    };
    EXPECT(state, expected);
}

static void test_dependencies(void **state)
{
    static const struct expected expected[] = {
        {"depends_on=beta", "alpha, delta, epsilon; 3"},
        {"depends_on=BETA&kind=normal", "alpha, delta; 2"},
        {"depends_on=beta&kind=build", "epsilon; 1"},
        {"depends_on=beta&kind=dev", "epsilon; 1"},
        {"depends_on=alpha&depends_on=beta", "delta; 1"},
        {"depends_on=gamma", "alpha; 1"},
        {"depends_on=epsilon", "; 0"},
        {"depends_on=nothing", "; 0"},
    };
    EXPECT(state, expected);
}

static void test_joined(void **state)
{
    static const struct expected expected[] = {
        {"", "alpha, beta, delta, epsilon, gamma; 5"},
        {"keyword=cli&min_downloads=1000", "alpha; 1"},
        {"category=web&created_since=2021-01-01&keyword=parser", "beta, gamma; 2"},
        {"category=web&created_since=2021-01-01&keyword=parser&min_downloads=1", "beta; 1"},
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
        cmocka_unit_test(test_least),        cmocka_unit_test(test_members),
        cmocka_unit_test(test_rust_version), cmocka_unit_test(test_attributes),
        cmocka_unit_test(test_licenses),     cmocka_unit_test(test_owners),
        cmocka_unit_test(test_dependencies), cmocka_unit_test(test_joined),
    };
    return cmocka_run_group_tests(tests, set_up, built_index_tear_down);
}
