/* The whole list of PostgreSQL's `english` configuration, and nothing else. */
#include "index/text/stop_words.h"

#include "tests/support/stop_word_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Every word of the list; what is cut from it or added to it is found only if it is on the list
   itself. */
static void test_every_word(void **state)
{
    (void)state;
    size_t n_words = 0;
    for (const char *word = &STOP_WORD_LIST[1]; *word != '\0';) {
        size_t length = strcspn(word, " ");
        if (!stop_word(word, length))
            fail_msg("%.*s is not found", (int)length, word);
        for (size_t cut = 1; cut < length; cut++) {
            char spaced[32] = " ";
            strncat(spaced, word, cut);
            strncat(spaced, " ", 2);
            assert_int_equal(stop_word(word, cut), strstr(STOP_WORD_LIST, spaced) != NULL);
        }
        char longer[32] = "";
        strncat(longer, word, length);
        strncat(longer, "qx", 3);
        assert_false(stop_word(longer, length + 2));
        n_words++;
        word += length + 1;
    }
    assert_int_equal(n_words, N_STOP_WORDS);
}

static void test_other_words(void **state)
{
    (void)state;
    static const char *const words[] = {"serde",   "rust", "error", "zip",  "aa", "The",
                                        "THE",     "té",   "x",     "get",  "",   "youth",
                                        "thereof", "0",    "-",     "with "};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (stop_word(words[i], strlen(words[i])))
            fail_msg("%s is found", words[i]);
    }
    assert_false(stop_word("the\0", 4));
    assert_true(stop_word("theory", 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_word),
        cmocka_unit_test(test_other_words),
    };
    return cmocka_run_group_tests_name("stop_words", tests, NULL, NULL);
}
