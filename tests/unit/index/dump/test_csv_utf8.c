/* Every kind of ill-formed bytes, mended at every place in a block of eight, and what is shown of
   them. */
#include "index/dump/csv_utf8.h"

#include <cratedex/utf8.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_repairs(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        const char *repaired;
    } examples[] = {
        {"", ""},
        {"abc", "abc"},
        {"\xFF", "\uFFFD"},
        {"\x80", "\uFFFD"},
        {"\xC0\xAF", "\uFFFD\uFFFD"},                     /* overlong */
        {"\xE0\x80\x80", "\uFFFD\uFFFD\uFFFD"},           /* overlong */
        {"\xF0\x80\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"}, /* overlong */
        {"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},           /* a surrogate */
        {"\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"}, /* above U+10FFFF */
        {"\xF0\x9F\x92", "\uFFFD"},                       /* cut short: one part */
        {"\xE2\x82z\xF0\x9Fz\xC3", "\uFFFDz\uFFFDz\uFFFD"},
        {"\xE4\xB8\xAD\xFE\xF0\x9F\x92\x96", "\u4E2D\uFFFD\U0001F496"},
    };
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        for (size_t before = 0; before < 20; before++) {
            char text[64], expected[96];
            size_t length = (size_t)snprintf(text, sizeof text, "%.*s%s", (int)before,
                                             "12345678901234567890", examples[i].bytes);
            snprintf(expected, sizeof expected, "%.*s%s", (int)before, "12345678901234567890",
                     examples[i].repaired);
            char *exact = malloc(length + 1); /* its end is the end of the allocation */
            char *out = malloc(CSV_UTF8_REPAIRED_SIZE(length) + 1);
            assert_non_null(exact);
            assert_non_null(out);
            memcpy(exact + 1, text, length);
            out[csv_utf8_repair(out, exact + 1, length)] = '\0';
            assert_string_equal(out, expected);
            bool is_valid = strcmp(examples[i].bytes, examples[i].repaired) == 0;
            assert_int_equal(utf8_valid_length(exact + 1, length) == length, is_valid);
            assert_int_equal(utf8_valid_length(out, strlen(out)), strlen(out));
            free(exact);
            free(out);
        }
    }
}

static void test_quotes(void **state)
{
    (void)state;
    static const char text[] = "a\"b\\c\n\r\t\x01\x7F\xC2\x9B\xFF\u00E4\xE4\xB8";
    char out[128];
    csv_utf8_quote(out, sizeof out, text, sizeof text - 1);
    assert_string_equal(out, "\"a\\\"b\\\\c\\n\\r\\t\\x01\\x7f\\xc2\\x9b\\xff\u00E4\\xe4\\xb8\"");
    size_t full_length = strlen(out);
    csv_utf8_quote(out, sizeof out, "", 0);
    assert_string_equal(out, "\"\"");
    /* Whatever fits: a whole number of characters, the closing quote, and a sign that it is cut. */
    for (size_t capacity = 16; capacity <= 100; capacity++) {
        char *exact = malloc(capacity);
        assert_non_null(exact);
        csv_utf8_quote(exact, capacity, text, sizeof text - 1);
        size_t length = strlen(exact);
        assert_true(length < capacity);
        assert_int_equal(utf8_valid_length(exact, length), length);
        bool is_cut = strcmp(exact + length - strlen("…"), "…") == 0;
        assert_true(is_cut || exact[length - 1] == '"');
        /* Room for the sign is kept, needed or not. */
        assert_int_equal(is_cut, capacity < full_length + sizeof "…");
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_repairs),
        cmocka_unit_test(test_quotes),
    };
    return cmocka_run_group_tests_name("csv_utf8", tests, NULL, NULL);
}
