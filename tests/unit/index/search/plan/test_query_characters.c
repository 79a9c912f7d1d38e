/* Every character there is, beside what the tokenizer of the index makes of it. */
#include "index/search/plan/query_characters.h"

#include "index/segment/open_reader.h"
#include "index/text/text_words.h"
#include "tests/support/built_index.h"

#include <cratedex/utf8.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static size_t encode(char *out, unsigned character)
{
    if (character < 0x80) {
        out[0] = (char)character;
        return 1;
    }
    size_t n = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, character >>= 6)
        out[i] = (char)(0x80 | (character & 0x3f));
    out[0] = (char)((0xf00U >> n & 0xff) | character);
    return n;
}

/* To Unicode 6.1, which the tokenizer has, these are not assigned yet, and so words: no word of a
   crate's texts is written with them. */
static bool is_newer_symbol(unsigned c)
{
    return c == 0x61c || (c >= 0x2000 && c < 0x3000) || (c >= 0x1f000 && c < 0x1fc00) ||
           c >= 0xe0000;
}

/* What becomes a space parts words in the index too: between two letters of another script, where
   nothing is left out. */
static void no_word_is_cut(void **state)
{
    const struct built_index *built = *state;
    struct tokenizer *tokenizer = built->reader->tokenizer;
    static struct text_words before;
    static struct text_words after;
    unsigned n_spaces = 0;
    for (unsigned c = 0x80; c < 0x110000; c++) {
        char text[16] = "\u044F"; /* a Cyrillic letter */
        char unified[16];
        if (c >= 0xd800 && c < 0xe000)
            continue;
        size_t length = 2 + encode(text + 2, c);
        memcpy(text + length, "\u044F", 2);
        length += 2;
        assert_true(utf8_is_valid(text, length));
        size_t n_unified = query_characters_unify(unified, text, length);
        assert_true(n_unified <= length && utf8_is_valid(unified, n_unified));
        if (n_unified == length && memcmp(unified, text, length) == 0)
            continue;
        n_spaces++;
        assert_int_equal(text_words_cut(tokenizer, text, length, NULL, NULL, &before, NULL), 0);
        assert_int_equal(text_words_cut(tokenizer, unified, n_unified, NULL, NULL, &after, NULL),
                         0);
        assert_int_equal(after.n_words, 1); /* twice the same */
        if (before.words[0].length != after.words[0].length && !is_newer_symbol(c))
            fail_msg("U+%04X is of a word", c);
    }
    assert_true(n_spaces > 4000);
}

static void what_is_not_seen_parts_no_name(void **state)
{
    (void)state;
    static const char *const typed[] = {"ser\u200Bde", "ser\u00ADde", "s\uFEFFerde", "serd\u2060e",
                                        "\u200Eser\u200Dde\u200E"};
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
        char out[32];
        size_t length = query_characters_unify(out, typed[i], strlen(typed[i]));
        char *start = memchr(out, 's', length);
        assert_non_null(start);
        assert_memory_equal(start, "serde", 5);
    }
}

static void blank_texts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_blank;
    } cases[] = {
        {"", true},       {" \t\r\n\v\f", true}, {"\u00A0\u3000\u2003", true},
        {"\uFEFF", true}, {"\u200B", true},      {"x", false},
        {"-", false},     {"\U0001F980", false}, {" \u2122 ", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(query_characters_are_blank(cases[i].text, strlen(cases[i].text)),
                         cases[i].is_blank);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_word_is_cut),
        cmocka_unit_test(what_is_not_seen_parts_no_name),
        cmocka_unit_test(blank_texts),
    };
    return cmocka_run_group_tests_name("query_characters", tests, built_index_set_up_sample,
                                       built_index_tear_down);
}
