/* Messages that do not fit are cut, but never within a character: they go into JSON. */
#include <cratedex/error.h>

#include <cratedex/utf8.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_cut_between_characters),
        cmocka_unit_test(keeps_what_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
