/* Texts and names without their separators. */
#include "index/text/loose_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OTHER UINT32_MAX

static void test_reading(void **state)
{
    (void)state;
    struct loose_text loose;
    assert_true(loose_text_read(&loose, "-Tokio::util ", 13));
    assert_int_equal(loose.length, 9);
    assert_memory_equal(loose.letters, "tokioutil", 9);
    assert_int_equal(loose.n_boundaries, 1);
    for (uint32_t i = 0; i <= 9; i++)
        assert_int_equal(loose.boundary[i], i == 0 || i == 5 || i == 9);
    assert_true(loose_text_read(&loose, "C++", 3));
    assert_memory_equal(loose.letters, "c++", 3);
    char longest[LOOSE_TEXT_MAX_BYTES + 1];
    memset(longest, 'a', sizeof longest);
    assert_true(loose_text_read(&loose, longest, LOOSE_TEXT_MAX_BYTES));
    assert_false(loose_text_read(&loose, longest, LOOSE_TEXT_MAX_BYTES + 1));
}

static void test_comparing(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *name;
        uint32_t n_missed;
    } cases[] = {
        {"tokio util", "tokio-util", 0},
        {"tokioutil", "tokio-util", 0},
        {"temp file", "tempfile", 1},
        {"t-e-m-p", "temp", 3},
        {"fizz buzz", "FizzBuzz", 0},
        {"fizz buzz", "fizzbuzz", 1},
        {"http server", "HTTPServer", 0},
        {"base 64", "base64", 0},
        {"base64", "base_64", 0},
        {"as any", "as-any_", 0},
        {"tokio", "tokio-util", OTHER},
        {"tokio util", "tokio", OTHER},
        {"angular core", "@angular/core", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct loose_text loose;
        assert_true(loose_text_read(&loose, cases[i].text, strlen(cases[i].text)));
        uint32_t n = loose_text_compare(&loose, cases[i].name, strlen(cases[i].name));
        if (n != cases[i].n_missed)
            fail_msg("%s and %s: %u", cases[i].text, cases[i].name, n);
    }
}

static void test_beginnings(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *name;
        size_t length;
        uint32_t n_missed;
    } cases[] = {
        {"tokiout", "tokio-util", 8, 0}, {"tokio ut", "tokio-util", 8, 0},
        {"tokio", "tokio-util", 5, 0},   {"tokio-", "tokio-util", 6, 0},
        {"tok io", "tokio-util", 5, 1},  {"TempFi", "tempfile", 6, 0},
        {"temp fi", "tempfile", 6, 1},   {"tokiov", "tokio-util", 0, 0},
        {"tokio util", "tokio", 0, 0},   {"tokio-", "tokio", 0, 0},
        {"tokio-", "tokio2", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct loose_text loose;
        assert_true(loose_text_read(&loose, cases[i].text, strlen(cases[i].text)));
        uint32_t n_missed;
        assert_int_equal(
            loose_text_beginning(&loose, cases[i].name, strlen(cases[i].name), &n_missed),
            cases[i].length);
        if (cases[i].length > 0)
            assert_int_equal(n_missed, cases[i].n_missed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_comparing),
        cmocka_unit_test(test_beginnings),
    };
    return cmocka_run_group_tests_name("loose_text", tests, NULL, NULL);
}
