/* The grammar and the order of versions: the specification's own examples, and properties of the
   order on random versions. */
#include "tests/support/random.h"

#include <cratedex/semver.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct semver parse(const char *text)
{
    struct semver version;
    if (semver_parse(&version, text, strlen(text)) != 0)
        fail_msg("%s does not parse", text);
    return version;
}

static void test_parts(void **state)
{
    (void)state;
    struct semver version = parse("1.22.333-rc.1.x-y+build.007");
    assert_true(version.major == 1 && version.minor == 22 && version.patch == 333);
    assert_int_equal(version.prerelease_length, 8);
    assert_memory_equal(version.prerelease, "rc.1.x-y", 8);
    assert_int_equal(version.build_length, 9);
    assert_memory_equal(version.build, "build.007", 9);
    assert_true(semver_is_prerelease(&version));

    version = parse("0.0.0");
    assert_true(version.major == 0 && version.minor == 0 && version.patch == 0);
    assert_null(version.prerelease);
    assert_null(version.build);
    assert_false(semver_is_prerelease(&version));

    /* A hyphen behind the plus belongs to the build metadata. */
    version = parse("1.0.0+a-b");
    assert_null(version.prerelease);
    assert_int_equal(version.build_length, 3);
    assert_false(semver_is_prerelease(&version));

    version = parse("18446744073709551615.18446744073709551615.18446744073709551615");
    assert_true(version.major == UINT64_MAX && version.patch == UINT64_MAX);
}

static void test_valid(void **state)
{
    (void)state;
    static const char *const valid[] = {
        "0.0.4",
        "10.20.30",
        "1.1.2-prerelease+meta",
        "1.0.0-alpha.0valid",
        "1.0.0--",
        "1.0.0---.-.0",
        "1.0.0-0",
        "1.0.0-0A.is.legal",
        "1.0.0+0.00.01",
        "1.0.0+001",
        "1.0.0-99999999999999999999999999",
        "1.2.3----R-S.12.9.1--.12+788",
        "1.0.0-x.7.z.92+exp.sha.5114f85",
    };
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++)
        parse(valid[i]);
}

static void test_invalid(void **state)
{
    (void)state;
    static const char *const invalid[] = {
        "",
        "1",
        "1.2",
        "1.2.",
        ".1.2",
        "1..2",
        "1.2.3.4",
        "01.2.3",
        "1.02.3",
        "1.2.03",
        "00.0.0",
        "-1.2.3",
        "+1.2.3",
        "v1.2.3",
        " 1.2.3",
        "1.2.3 ",
        "1. 2.3",
        "1.2.3-",
        "1.2.3+",
        "1.2.3-+b",
        "1.2.3-a+",
        "1.2.3-a..b",
        "1.2.3-.a",
        "1.2.3-a.",
        "1.2.3-01",
        "1.2.3-a.00",
        "1.2.3+a..b",
        "1.2.3+.",
        "1.2.3-a_b",
        "1.2.3+a+b",
        "1.2.3-\303\244",
        "1.2.a",
        "1.2.3a",
        "a.b.c",
        "1,2,3",
        "1.2.3-a b",
        "18446744073709551616.0.0",
        "0.99999999999999999999.0",
        "0.0.18446744073709551620",
    };
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++) {
        struct semver version = {.major = 7};
        if (semver_parse(&version, invalid[i], strlen(invalid[i])) != -1)
            fail_msg("%s parses", invalid[i]);
        assert_true(version.major == 7);
    }
    struct semver version;
    assert_int_equal(semver_parse(&version, "1.2.3\0", 6), -1);
    assert_int_equal(semver_parse(&version, "1.2.3-a\0", 8), -1);
    /* The length decides where the text ends. */
    assert_int_equal(semver_parse(&version, "1.2.345", 5), 0);
    assert_true(version.patch == 3);
}

/* Section 11: each line of examples, ascending. */
static void test_examples_of_the_specification(void **state)
{
    (void)state;
    static const char *const lines[][9] = {
        {"1.9.0", "1.10.0", "1.11.0"},        /* section 2 */
        {"1.0.0", "2.0.0", "2.1.0", "2.1.1"}, /* 11.2 */
        {"1.0.0-alpha", "1.0.0"},             /* 11.3, 9 */
        {"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
         "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0"}, /* 11.4 */
    };
    for (size_t line = 0; line < sizeof lines / sizeof *lines; line++)
        for (size_t i = 0; lines[line][i] != NULL; i++)
            for (size_t j = 0; lines[line][j] != NULL; j++) {
                struct semver left = parse(lines[line][i]);
                struct semver right = parse(lines[line][j]);
                int precedence = semver_precedence(&left, &right);
                assert_int_equal((precedence > 0) - (precedence < 0), (i > j) - (i < j));
            }
    /* Sections 9 and 10 by themselves: each is a version. */
    static const char *const versions[] = {
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-0.3.7",
        "1.0.0-x.7.z.92",
        "1.0.0-x-y-z.--",
        "1.0.0-alpha+001",
        "1.0.0+20130313144700",
        "1.0.0-beta+exp.sha.5114f85",
        "1.0.0+21AF26D3----117B344092BD",
    };
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
        parse(versions[i]);
}

/* Ascending by precedence; the first two lines and the pre-releases are the examples of section
   11. */
static const char *const ascending[] = {
    "0.0.0-0",
    "0.0.0",
    "0.9.10",
    "1.0.0-0",
    "1.0.0-2",
    "1.0.0-10",
    "1.0.0-99999999999999999999",
    "1.0.0-100000000000000000000",
    "1.0.0--",
    "1.0.0-A",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.1.0",
    "1.0.0-alpha.beta",
    "1.0.0-alpha0",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "2.0.0",
    "2.1.0",
    "2.1.1",
    "2.10.0",
    "10.0.0",
};

static void test_precedence(void **state)
{
    (void)state;
    size_t n = sizeof ascending / sizeof *ascending;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            struct semver left = parse(ascending[i]);
            struct semver right = parse(ascending[j]);
            int precedence = semver_precedence(&left, &right);
            if ((i > j) - (i < j) != (precedence > 0) - (precedence < 0))
                fail_msg("%s against %s gives %d", ascending[i], ascending[j], precedence);
            int order = semver_order(&left, &right);
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
        }
    }
}

static void test_build_metadata(void **state)
{
    (void)state;
    /* Equal in precedence, ascending in the total order. */
    static const char *const builds[] = {
        "1.0.0-a",    "1.0.0-a+0",   "1.0.0-a+00",  "1.0.0-a+00.0", "1.0.0-a+1",
        "1.0.0-a+01", "1.0.0-a+001", "1.0.0-a+2",   "1.0.0-a+10",   "1.0.0-a+10.b",
        "1.0.0-a+A",  "1.0.0-a+a",   "1.0.0-a+a.1", "1.0.0-a+a.b",
    };
    size_t n = sizeof builds / sizeof *builds;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            struct semver left = parse(builds[i]);
            struct semver right = parse(builds[j]);
            assert_int_equal(semver_precedence(&left, &right), 0);
            int order = semver_order(&left, &right);
            if ((i > j) - (i < j) != (order > 0) - (order < 0))
                fail_msg("%s against %s gives %d", builds[i], builds[j], order);
        }
    }
}

#define TEXT_SIZE 64

/* Few different parts, so that many versions agree in most of them. */
static void random_version(uint64_t *seed, char text[TEXT_SIZE])
{
    static const char *const identifiers[] = {"0", "1", "10", "9", "a", "A", "a-", "-", "1a", "rc"};
    static const char *const builds[] = {"0", "00", "1", "01", "a", "b", "001", "-"};
    int length = snprintf(text, TEXT_SIZE, "%u.%u.%u", random_next(seed) % 2, random_next(seed) % 2,
                          random_next(seed) % 11);
    uint32_t n_identifiers = random_next(seed) % 4;
    for (uint32_t i = 0; i < n_identifiers; i++)
        length += snprintf(text + length, (size_t)(TEXT_SIZE - length), "%c%s", i == 0 ? '-' : '.',
                           identifiers[random_next(seed) % 10]);
    uint32_t n_builds = random_next(seed) % 3;
    for (uint32_t i = 0; i < n_builds; i++)
        length += snprintf(text + length, (size_t)(TEXT_SIZE - length), "%c%s", i == 0 ? '+' : '.',
                           builds[random_next(seed) % 8]);
}

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

/* A version printed from its parts is the text that it was parsed from. */
static void test_round_trip(void **state)
{
    (void)state;
    uint64_t seed = 20261101;
    for (int i = 0; i < 100000; i++) {
        char text[TEXT_SIZE];
        char printed[TEXT_SIZE];
        random_version(&seed, text);
        struct semver version = parse(text);
        snprintf(printed, sizeof printed, "%" PRIu64 ".%" PRIu64 ".%" PRIu64 "%s%.*s%s%.*s",
                 version.major, version.minor, version.patch, version.prerelease != NULL ? "-" : "",
                 (int)version.prerelease_length,
                 version.prerelease != NULL ? version.prerelease : "",
                 version.build != NULL ? "+" : "", (int)version.build_length,
                 version.build != NULL ? version.build : "");
        assert_string_equal(printed, text);
    }
}

static void test_total_order(void **state)
{
    (void)state;
    uint64_t seed = 20201127;
    for (int i = 0; i < 200000; i++) {
        char texts[3][TEXT_SIZE];
        struct semver versions[3];
        for (int j = 0; j < 3; j++) {
            random_version(&seed, texts[j]);
            versions[j] = parse(texts[j]);
        }
        int ab = semver_order(&versions[0], &versions[1]);
        int bc = semver_order(&versions[1], &versions[2]);
        int ac = semver_order(&versions[0], &versions[2]);
        assert_int_equal(sign(ab), -sign(semver_order(&versions[1], &versions[0])));
        assert_int_equal(ab == 0, strcmp(texts[0], texts[1]) == 0);
        if (ab <= 0 && bc <= 0)
            assert_true(ac <= 0 && (ac < 0 || (ab == 0 && bc == 0)));
        int precedence = semver_precedence(&versions[0], &versions[1]);
        assert_int_equal(sign(precedence), -sign(semver_precedence(&versions[1], &versions[0])));
        if (precedence != 0)
            assert_int_equal(sign(precedence), sign(ab));
        if (precedence <= 0 && semver_precedence(&versions[1], &versions[2]) <= 0)
            assert_true(semver_precedence(&versions[0], &versions[2]) <= 0);
    }
}

static int compare_texts(const void *left, const void *right)
{
    struct semver left_version = parse(left);
    struct semver right_version = parse(right);
    return semver_order(&left_version, &right_version);
}

static void test_shuffles_sort_alike(void **state)
{
    (void)state;
    enum { N = 300 };
    static char sorted[N][TEXT_SIZE];
    static char shuffled[N][TEXT_SIZE];
    uint64_t seed = 7;
    for (int i = 0; i < N; i++)
        random_version(&seed, sorted[i]);
    qsort(sorted, N, TEXT_SIZE, compare_texts);
    memcpy(shuffled, sorted, sizeof sorted);
    for (int round = 0; round < 50; round++) {
        for (uint32_t i = N - 1; i > 0; i--) {
            uint32_t j = random_next(&seed) % (i + 1);
            char swapped[TEXT_SIZE];
            memcpy(swapped, shuffled[i], TEXT_SIZE);
            memcpy(shuffled[i], shuffled[j], TEXT_SIZE);
            memcpy(shuffled[j], swapped, TEXT_SIZE);
        }
        qsort(shuffled, N, TEXT_SIZE, compare_texts);
        for (int i = 0; i < N; i++)
            assert_string_equal(shuffled[i], sorted[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_invalid),
        cmocka_unit_test(test_examples_of_the_specification),
        cmocka_unit_test(test_precedence),
        cmocka_unit_test(test_build_metadata),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_total_order),
        cmocka_unit_test(test_shuffles_sort_alike),
    };
    return cmocka_run_group_tests_name("semver", tests, NULL, NULL);
}
