/* Version requirements: the grammar, which versions match, and the canonical text. What cargo
   itself makes of requirements is checked by tests/cargo/check_resolve.py. */
#include "tests/support/random.h"

#include <cratedex/version_requirement.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

static struct version_requirement parse(const char *text)
{
    struct version_requirement requirement;
    struct error error;
    if (version_requirement_parse(&requirement, text, strlen(text), &error) != 0)
        fail_msg("%s: %s", text, error.message);
    return requirement;
}

static struct semver parse_version(const char *text)
{
    struct semver version;
    if (semver_parse(&version, text, strlen(text)) != 0)
        fail_msg("%s is no version", text);
    return version;
}

static void check_canonical(const char *text, const char *expected)
{
    char canonical[VERSION_REQUIREMENT_MAX_TEXT];
    struct version_requirement requirement = parse(text);
    size_t length = version_requirement_print(&requirement, canonical);
    assert_string_equal(canonical, expected);
    assert_int_equal(length, strlen(expected));
}

static void the_canonical_text_is_one_for_all_spellings(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *canonical;
    } cases[] = {
        {"1.2", "^1.2"},
        {" 1.2", "^1.2"},
        {"^1.2", "^1.2"},
        {"^  1.2   ", "^1.2"},
        {"1.2.3", "^1.2.3"},
        {"1", "^1"},
        {"0", "^0"},
        {"*", "*"},
        {"  * ", "*"},
        {"x", "*"},
        {"X ", "*"},
        {"1.*", "1.*"},
        {"1.x", "1.*"},
        {"1.*.*", "1.*"},
        {"1.X.*", "1.*"},
        {"1.2.x", "1.2.*"},
        {"=1.*", "=1"},
        {">1.2.*", ">1.2"},
        {"~ 1.x.x", "~1"},
        {"^1.*", "^1"},
        {"=1.2.3-rc.1+build.01", "=1.2.3-rc.1"},
        {"1.2.3+a.b", "^1.2.3"},
        {">=1.2,<1.5", ">=1.2, <1.5"},
        {">= 1.2 ,  < 1.5 ", ">=1.2, <1.5"},
        {"<=1.0.0-alpha-1,>0", "<=1.0.0-alpha-1, >0"},
        {"18446744073709551615", "^18446744073709551615"},
        {"=1.2.3,=1.2.3", "=1.2.3, =1.2.3"},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        check_canonical(cases[i].text, cases[i].canonical);
        check_canonical(cases[i].canonical, cases[i].canonical);
    }
}

static void faults_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *what; /* behind "invalid version requirement: " */
    } cases[] = {
        {"", "a number is expected at the beginning"},
        {"   ", "a number is expected behind `   `"},
        {"latest", "a number is expected at the beginning"},
        {"v1", "a number is expected at the beginning"},
        {"^", "a number is expected behind `^`"},
        {"==1", "a number is expected behind `=`"},
        {"> =1", "a number is expected behind `> `"},
        {"=>1", "a number is expected behind `=`"},
        {">*", "a number is expected behind `>`"},
        {"-1", "a number is expected at the beginning"},
        {"\t1", "a number is expected at the beginning"},
        {"1\t", "a comma or the end is expected behind `1`"},
        {"1\n", "a comma or the end is expected behind `1`"},
        {"1.", "a number is expected behind `1.`"},
        {"1..2", "a number is expected behind `1.`"},
        {"1.2.3.4", "a comma or the end is expected behind `1.2.3`"},
        {"1 .2", "a comma or the end is expected behind `1 `"},
        {"1.2 1.3", "a comma or the end is expected behind `1.2 `"},
        {"1 || 2", "a comma or the end is expected behind `1 `"},
        {"1.0 - 2.0", "a comma or the end is expected behind `1.0 `"},
        {"1,", "a number is expected behind `1,`"},
        {",1", "a number is expected at the beginning"},
        {"1,,2", "a number is expected behind `1,`"},
        {"*,1", "nothing can stand behind `*`"},
        {"*.1", "nothing can stand behind `*`"},
        {"1,*", "a number is expected behind `1,`"},
        {"1.*.2", "nothing but a wildcard can stand behind `1.*.`"},
        {"1.*-a", "a comma or the end is expected behind `1.*`"},
        {"1.2-a", "a comma or the end is expected behind `1.2`"},
        {"1.2+a", "a comma or the end is expected behind `1.2`"},
        {"01", "a number has a leading zero at the beginning"},
        {"1.00", "a number has a leading zero behind `1.`"},
        {"1.2.03", "a number has a leading zero behind `1.2.`"},
        {"18446744073709551616", "a number exceeds 64 bits at the beginning"},
        {"1.99999999999999999999999999999999", "a number exceeds 64 bits behind `1.`"},
        {"1.2.3-", "an identifier of the pre-release is not valid behind `1.2.3-`"},
        {"1.2.3-a..b", "an identifier of the pre-release is not valid behind `1.2.3-a.`"},
        {"1.2.3-01", "an identifier of the pre-release is not valid behind `1.2.3-01`"},
        {"1.2.3+", "an identifier of the build metadata is not valid behind `1.2.3+`"},
        {"1.2.3-a_b", "a comma or the end is expected behind `1.2.3-a`"},
        {"1.2.3-\303\244", "an identifier of the pre-release is not valid behind `1.2.3-`"},
        {"\357\274\221", "a number is expected at the beginning"},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        struct version_requirement requirement;
        struct error error;
        char expected[256];
        snprintf(expected, sizeof expected, "invalid version requirement: %s", cases[i].what);
        if (version_requirement_parse(&requirement, cases[i].text, strlen(cases[i].text), &error) ==
            0)
            fail_msg("%s parses", cases[i].text);
        assert_string_equal(error.message, expected);
    }
}

/* Long texts, deep lists, and bytes that no text has. */
static void hostile_texts_are_refused(void **state)
{
    (void)state;
    struct version_requirement requirement;
    struct error error;
    char text[4096];
    assert_int_equal(version_requirement_parse(&requirement, "1.2\0", 4, &error), -1);
    assert_int_equal(version_requirement_parse(&requirement, "\0", 1, &error), -1);
    assert_int_equal(version_requirement_parse(&requirement, "1,\0", 3, &error), -1);

    size_t length = 0;
    for (int i = 0; i < VERSION_REQUIREMENT_MAX_COMPARATORS; i++)
        length +=
            (size_t)snprintf(text + length, sizeof text - length, "%s>=%d", i > 0 ? "," : "", i);
    assert_int_equal(version_requirement_parse(&requirement, text, length, &error), 0);
    assert_int_equal(requirement.n_comparators, VERSION_REQUIREMENT_MAX_COMPARATORS);
    length += (size_t)snprintf(text + length, sizeof text - length, ",1");
    assert_int_equal(version_requirement_parse(&requirement, text, length, &error), -1);
    assert_string_equal(error.message,
                        "invalid version requirement: it has more than 32 comparators");

    memset(text, ' ', sizeof text);
    text[0] = '1';
    assert_int_equal(
        version_requirement_parse(&requirement, text, VERSION_REQUIREMENT_MAX_BYTES, &error), 0);
    assert_int_equal(
        version_requirement_parse(&requirement, text, VERSION_REQUIREMENT_MAX_BYTES + 1, &error),
        -1);
    assert_string_equal(error.message, "invalid version requirement: it has more than 1024 bytes");

    /* The longest canonical text: as many comparators as there can be, each of them growing. */
    static char longest[VERSION_REQUIREMENT_MAX_TEXT];
    length = 0;
    for (int i = 0; i < VERSION_REQUIREMENT_MAX_COMPARATORS; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s1.1.1-%s",
                                   i > 0 ? "," : "", "abcdefghijklmnopqrstuvwxy");
    assert_int_equal(length, VERSION_REQUIREMENT_MAX_BYTES - 1);
    assert_int_equal(version_requirement_parse(&requirement, text, length, &error), 0);
    assert_int_equal(version_requirement_print(&requirement, longest),
                     length + 2 * VERSION_REQUIREMENT_MAX_COMPARATORS - 1);

    /* Of a long text the error quotes the end, so that it fits. */
    text[length] = '!';
    assert_int_equal(version_requirement_parse(&requirement, text, length + 1, &error), -1);
    assert_non_null(strstr(error.message, "behind `…"));
    assert_true(strlen(error.message) < 200);
}

/* Requirements and versions in a table: `+` matches, `r` only by range, `-` neither, `=` by cargo's
   rule alone. */
struct match_case {
    const char *requirement;
    const char *versions; /* each with its sign in front, separated by spaces */
};

static void check_case(const struct match_case *match)
{
    struct version_requirement requirement = parse(match->requirement);
    char versions[512];
    snprintf(versions, sizeof versions, "%s", match->versions);
    for (char *at = strtok(versions, " "); at != NULL; at = strtok(NULL, " ")) {
        struct semver version = parse_version(at + 1);
        bool matches = *at == '+' || *at == '=';
        bool includes = *at == '+' || *at == 'r';
        if (version_requirement_matches(&requirement, &version) != matches)
            fail_msg("%s %s %s", match->requirement, matches ? "does not match" : "matches",
                     at + 1);
        if (version_requirement_includes(&requirement, &version) != includes)
            fail_msg("%s %s %s", match->requirement, includes ? "excludes" : "includes", at + 1);
    }
}

/* The examples of the Cargo Book, and the rule for pre-releases. */
static void versions_match_as_in_cargo(void **state)
{
    (void)state;
    static const struct match_case cases[] = {
        {"1.2.3", "+1.2.3 +1.2.4 +1.9.0 -1.2.2 -2.0.0 -0.9.0 +1.2.3+build r1.2.4-rc -1.2.3-rc "
                  "-2.0.0-alpha r1.3.0-0"},
        {"1.2", "+1.2.0 +1.99.0 -1.1.9 -2.0.0 -1.2.0-rc r1.2.1-rc"},
        {"1", "+1.0.0 +1.2.3 -0.9.9 -2.0.0 -1.0.0-rc r1.0.1-rc"},
        {"0.2.3", "+0.2.3 +0.2.9 -0.3.0 -0.2.2 -1.2.3 r0.2.4-a -0.3.0-a"},
        {"0.2", "+0.2.0 +0.2.9 -0.3.0 -0.1.9 -0.2.0-a r0.2.1-a"},
        {"0.0.3", "+0.0.3 -0.0.4 -0.0.2 -0.1.3 -0.0.4-a -0.0.3-a +0.0.3+b"},
        {"0.0", "+0.0.0 +0.0.9 -0.1.0 r0.0.1-a -0.0.0-a"},
        {"0", "+0.0.0 +0.9.9 -1.0.0 r0.1.0-a -0.0.0-a"},
        {"~1.2.3", "+1.2.3 +1.2.9 -1.3.0 -1.2.2 r1.2.4-a -1.2.3-a -1.3.0-a"},
        {"~1.2", "+1.2.0 +1.2.9 -1.3.0 r1.2.5-a -1.2.0-a"},
        {"~1", "+1.0.0 +1.9.9 -2.0.0 -1.0.0-a r1.1.0-a"},
        {"~0", "+0.0.0 +0.9.9 -1.0.0"},
        {"*", "+0.0.0 +9.9.9 r1.0.0-a r0.0.0-0"},
        {"1.*", "+1.0.0 +1.9.9 -2.0.0 -0.9.9 -1.0.0-a r1.1.0-a"},
        {"1.2.*", "+1.2.0 +1.2.9 -1.3.0 -1.2.0-a r1.2.1-a -1.3.0-a"},
        {"=1.2.3", "+1.2.3 +1.2.3+build -1.2.4 -1.2.3-a -1.2.2"},
        {"=1.2", "+1.2.0 +1.2.9 -1.3.0 -1.2.0-a r1.2.1-a -1.3.0-a"},
        {"=1", "+1.0.0 +1.9.0 -2.0.0 -1.0.0-a r1.9.0-a"},
        {">1.2.3", "+1.2.4 +2.0.0 -1.2.3 -1.2.3-a r1.2.4-a r2.0.0-a"},
        {">1.2", "+1.3.0 +2.0.0 -1.2.0 -1.2.9 r1.3.0-a -1.2.9-a"},
        {">1", "+2.0.0 -1.0.0 -1.9.9 r2.0.0-a -1.9.9-a"},
        {">=1.2.3", "+1.2.3 +1.2.4 +9.0.0 -1.2.2 -1.2.3-a r1.2.4-a"},
        {">=1.2", "+1.2.0 +2.0.0 -1.1.9 -1.2.0-a r1.2.1-a"},
        {">=1", "+1.0.0 +2.0.0 -0.9.9 -1.0.0-a r1.0.1-a"},
        {"<1.2.3", "+1.2.2 +0.0.0 -1.2.3 -1.2.4 r1.2.3-a r1.2.2-a"},
        {"<1.2", "+1.1.9 -1.2.0 -1.2.1 r1.2.0-a r1.1.0-a"},
        {"<1", "+0.9.9 -1.0.0 r1.0.0-a -1.0.1-a"},
        {"<=1.2.3", "+1.2.3 +1.2.2 -1.2.4 r1.2.3-a -1.2.4-a"},
        {"<=1.2", "+1.2.9 +1.1.0 -1.3.0 r1.2.9-a r1.2.0-a -1.3.0-a"},
        {"<=1", "+1.9.9 -2.0.0 r1.9.9-a -2.0.0-a"},
        {">=1.2, <1.5", "+1.2.0 +1.4.9 -1.5.0 -1.1.0 r1.4.9-a r1.5.0-a -1.2.0-a"},
        {">=1.2.0, <1.5.0, >1.3", "+1.4.0 -1.3.9 -1.5.0"},
        {">2, <1", "-0.1.0 -1.5.0 -3.0.0"},
        {"18446744073709551615", "+18446744073709551615.0.0 -1844674407370955161.0.0"},
        /* A pre-release that is named, and those around it. */
        {"1.2.3-beta.2",
         "+1.2.3-beta.2 +1.2.3-beta.10 +1.2.3-rc +1.2.3 +1.9.0 -1.2.3-beta.1 -1.2.2 "
         "r1.2.4-beta.3 -2.0.0"},
        {"=1.2.3-beta", "+1.2.3-beta -1.2.3-beta.1 -1.2.3"},
        {"~1.2.3-beta", "+1.2.3-beta +1.2.3-rc +1.2.9 r1.2.4-rc -1.3.0"},
        {"0.0.3-beta", "+0.0.3-beta +0.0.3-rc +0.0.3 -0.0.4 -0.0.3-alpha"},
        {">1.2.3-beta", "+1.2.3-rc +1.2.3 +1.2.4 -1.2.3-beta r1.2.4-a"},
        {"<1.2.3-beta", "+1.2.3-alpha +1.2.2 -1.2.3-beta r1.2.2-alpha -1.2.3"},
        {"<=1.2.3-beta", "+1.2.3-beta +1.2.3-alpha -1.2.3-rc -1.2.3"},
        {">=1.0.0-alpha, <2", "+1.0.0-alpha +1.0.0-beta +1.5.0 -2.0.0 r1.5.0-a r2.0.0-a"},
        {">=2.0.0-alpha, <2.0.0", "+2.0.0-alpha +2.0.0-rc.1 -2.0.0"},
        {"<1.5, >=1.5.0-rc", "-1.5.0 -1.4.0 r1.5.0-rc"},
        {"^1, >=1.0.0-rc", "=1.0.0-rc +1.0.0 +1.9.0 -2.0.0"},
        {"1.*, >=1.0.0-rc", "-1.0.0-rc +1.0.0"},
        {">=1.2.0-alpha, >=1.3.0-alpha", "-1.2.0-rc +1.3.0-rc +1.3.0"},
        {"1.2.3-alpha.01x", "+1.2.3-alpha.01x +1.2.3-alpha.02x +1.2.3-alpha.b"},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++)
        check_case(&cases[i]);
}

#define TEXT_SIZE 96

/* Few different numbers, so that versions and requirements meet. */
static void random_version_text(uint64_t *seed, unsigned n_numbers, char text[TEXT_SIZE])
{
    static const char *const prereleases[] = {"", "", "-0", "-a", "-a.1", "-a.b", "-b"};
    int length = snprintf(text, TEXT_SIZE, "%u", random_below(seed, 3));
    for (unsigned i = 1; i < n_numbers; i++)
        length +=
            snprintf(text + length, (size_t)(TEXT_SIZE - length), ".%u", random_below(seed, 3));
    if (n_numbers == 3)
        snprintf(text + length, (size_t)(TEXT_SIZE - length), "%s",
                 prereleases[random_below(seed, N_ELEMENTS(prereleases))]);
}

static void random_comparator(uint64_t *seed, char text[TEXT_SIZE])
{
    static const char *const relations[] = {"", "^", "~", "=", ">", ">=", "<", "<="};
    char version[TEXT_SIZE];
    random_version_text(seed, 1 + random_below(seed, 3), version);
    snprintf(text, TEXT_SIZE, "%s%.60s", relations[random_below(seed, N_ELEMENTS(relations))],
             version);
}

/* What must hold between requirements, whatever they are. */
static void properties_hold(void **state)
{
    (void)state;
    uint64_t seed = 20260801;
    unsigned n_matches = 0;
    for (int i = 0; i < 200000; i++) {
        char first_text[TEXT_SIZE];
        char second_text[TEXT_SIZE];
        char version_text[TEXT_SIZE];
        char both_text[2 * TEXT_SIZE + 2];
        random_comparator(&seed, first_text);
        random_comparator(&seed, second_text);
        random_version_text(&seed, 3, version_text);
        snprintf(both_text, sizeof both_text, "%s,%s", first_text, second_text);
        struct version_requirement first = parse(first_text);
        struct version_requirement second = parse(second_text);
        struct version_requirement both = parse(both_text);
        struct semver version = parse_version(version_text);
        bool in_first = version_requirement_includes(&first, &version);
        bool in_second = version_requirement_includes(&second, &version);
        bool in_both = version_requirement_includes(&both, &version);
        bool matches_first = version_requirement_matches(&first, &version);
        bool matches_second = version_requirement_matches(&second, &version);
        bool matches_both = version_requirement_matches(&both, &version);
        n_matches += matches_both;
        assert_true(in_both == (in_first && in_second));
        if (matches_first) /* of one comparator, its range has all that it matches */
            assert_true(in_first);
        if (!semver_is_prerelease(&version)) {
            assert_true(matches_first == in_first);
            assert_true(matches_both == (matches_first && matches_second));
        } else if (matches_first && matches_second) {
            assert_true(matches_both);
        }
    }
    assert_in_range(n_matches, 5000, 195000);
}

/* On random versions both requirements give the same answer. */
static void expect_equal_ranges(const char *left_text, const char *right_text)
{
    struct version_requirement left = parse(left_text);
    struct version_requirement right = parse(right_text);
    uint64_t seed = 99;
    for (int i = 0; i < 1000; i++) {
        char text[TEXT_SIZE];
        random_version_text(&seed, 3, text);
        struct semver version = parse_version(text);
        if (version_requirement_includes(&left, &version) !=
            version_requirement_includes(&right, &version))
            fail_msg("%s: %s is not %s", text, left_text, right_text);
    }
}

/* Ranges by another way: the bounds that the Cargo Book gives for caret and tilde. */
static void carets_and_tildes_are_ranges(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 27; i++) {
        unsigned major = i / 9;
        unsigned minor = i / 3 % 3;
        unsigned patch = i % 3;
        char numbers[32];
        char sign[TEXT_SIZE];
        char range[TEXT_SIZE];
        snprintf(numbers, sizeof numbers, "%u.%u.%u", major, minor, patch);
        snprintf(sign, TEXT_SIZE, "^%s", numbers);
        if (major > 0)
            snprintf(range, TEXT_SIZE, ">=%s, <%u.0.0-0", numbers, major + 1);
        else if (minor > 0)
            snprintf(range, TEXT_SIZE, ">=%s, <0.%u.0-0", numbers, minor + 1);
        else
            snprintf(range, TEXT_SIZE, ">=%s, <0.0.%u-0", numbers, patch + 1);
        expect_equal_ranges(sign, range);
        snprintf(sign, TEXT_SIZE, "~%s", numbers);
        snprintf(range, TEXT_SIZE, ">=%s, <%u.%u.0-0", numbers, major, minor + 1);
        expect_equal_ranges(sign, range);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_canonical_text_is_one_for_all_spellings),
        cmocka_unit_test(faults_are_named),
        cmocka_unit_test(hostile_texts_are_refused),
        cmocka_unit_test(versions_match_as_in_cargo),
        cmocka_unit_test(properties_hold),
        cmocka_unit_test(carets_and_tildes_are_ranges),
    };
    return cmocka_run_group_tests_name("version_requirement", tests, NULL, NULL);
}
