/* Versions of Rust: what is one, and which suffices for which. */
#include <cratedex/rust_version.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct rust_version parse(const char *text)
{
    struct rust_version version;
    if (rust_version_parse(&version, text, strlen(text)) != 0)
        fail_msg("%s does not parse", text);
    return version;
}

static void numbers_left_out_are_zero(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t numbers[3];
    } cases[] = {
        {"1", {1, 0, 0}},
        {"1.70", {1, 70, 0}},
        {"1.70.1", {1, 70, 1}},
        {"0.0.0", {0, 0, 0}},
        {"1.85.0-nightly", {1, 85, 0}},
        {"1.85.0-beta.3", {1, 85, 0}},
        {"18446744073709551615.1.2", {UINT64_MAX, 1, 2}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rust_version version = parse(cases[i].text);
        assert_memory_equal(version.numbers, cases[i].numbers, sizeof version.numbers);
    }
}

static void other_texts_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",           "x",         "stable",
        "1.",         "1.70.",     ".70",
        "1.070",      "01.70",     "v1.70",
        "^1.70",      "1.70 ",     " 1.70",
        "1.*",        "1.70.0.0",  "1-rc",
        "1.70-rc",    "1.70.0-",   "1.70.0+a",
        "1.70.0-a+b", "1.70.0-01", "18446744073709551616",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct rust_version version = {{7, 7, 7}};
        if (rust_version_parse(&version, texts[i], strlen(texts[i])) == 0)
            fail_msg("%s parses", texts[i]);
        assert_int_equal(version.numbers[0], 7);
    }
    struct rust_version version;
    assert_int_equal(rust_version_parse(&version, "1.70\0", 5), -1);
}

static void a_higher_version_suffices(void **state)
{
    (void)state;
    static const char *const ascending[] = {"0.9", "1", "1.2.9", "1.10", "1.10.1", "1.70", "2.0"};
    for (size_t i = 0; i < sizeof ascending / sizeof *ascending; i++)
        for (size_t j = 0; j < sizeof ascending / sizeof *ascending; j++) {
            struct rust_version given = parse(ascending[i]);
            struct rust_version needed = parse(ascending[j]);
            assert_int_equal(rust_version_suffices(&given, &needed), i >= j);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_left_out_are_zero),
        cmocka_unit_test(other_texts_are_refused),
        cmocka_unit_test(a_higher_version_suffices),
    };
    return cmocka_run_group_tests_name("rust_version", tests, NULL, NULL);
}
