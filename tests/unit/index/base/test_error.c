/* Messages that do not fit are cut, but never within a character, and they are one line, whatever
   they quote: they go into logs and into JSON. */
#include <cratedex/error.h>

#include <cratedex/utf8.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void is_cut_between_characters(void **state)
{
    (void)state;
    static const char *const characters[] = {"a", "ä", "€", "🦀"};
    char text[2048];
    for (size_t i = 0; i < sizeof characters / sizeof *characters; i++) {
        size_t length = strlen(characters[i]);
        for (size_t ahead = 0; ahead < 5; ahead++) {
            struct error error;
            memset(text, 'x', ahead);
            for (size_t at = ahead; at < 1500; at += length)
                memcpy(text + at, characters[i], length + 1);
            assert_int_equal(error_set(&error, "%s", text), -1);
            size_t kept = strlen(error.message);
            assert_in_range(kept, sizeof error.message - 4, sizeof error.message - 1);
            assert_true(utf8_is_valid(error.message, kept));
            assert_memory_equal(error.message, text, kept);
            error_set(&error, "%s", text + ahead);
            assert_int_equal(error_prefix(&error, "%.*s", (int)ahead, text), -1);
            assert_true(utf8_is_valid(error.message, strlen(error.message)));
        }
    }
}

static void keeps_what_fits(void **state)
{
    (void)state;
    struct error error;
    error_set(&error, "%s does not exist", "ünknown");
    error_prefix(&error, "%s: ", "t.csv");
    assert_string_equal(error.message, "t.csv: ünknown does not exist");
    assert_int_equal(error_set(NULL, "nobody wants to know"), -1);
}

/* What a forged file, or a name on a disk, may hold. */
static void is_one_line(void **state)
{
    (void)state;
    static const char *const quoted[][2] = {
        {"a\nb", "a?b"},    {"\x1b[2J", "?[2J"}, {"tif\x7f", "tif?"},
        {"\xff\xfe", "??"}, {"\xc2\x9b", "??"},  {"caf\xc3\xa9 \xf0\x9f\xa6\x80", NULL},
        {"\xe2\x82", "??"}, {"\t", "?"},         {"\xed\xa0\x80", "???"},
    };
    for (size_t i = 0; i < sizeof quoted / sizeof *quoted; i++) {
        struct error error;
        char expected[64];
        const char *shown = quoted[i][1] != NULL ? quoted[i][1] : quoted[i][0];
        snprintf(expected, sizeof expected, "no word `%s`", shown);
        assert_int_equal(error_set(&error, "no word `%s`", quoted[i][0]), -1);
        assert_string_equal(error.message, expected);
        snprintf(expected, sizeof expected, "%s: no word `%s`", shown, shown);
        assert_int_equal(error_prefix(&error, "%s: ", quoted[i][0]), -1);
        assert_string_equal(error.message, expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_cut_between_characters),
        cmocka_unit_test(keeps_what_fits),
        cmocka_unit_test(is_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
