/* Which words with symbols a text has. */
#include "index/text/symbol_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The words, separated by spaces. */
static void expect(const char *text, const char *words)
{
    msgpack_sbuffer out;
    msgpack_sbuffer_init(&out);
    assert_int_equal(symbol_words_append(text, strlen(text), &out), 0);
    size_t length = out.size > 0 ? out.size - 1 : 0; /* without the first space */
    if (length != strlen(words) || (length > 0 && memcmp(out.data + 1, words, length) != 0))
        fail_msg("\"%s\" gives \"%.*s\", not \"%s\"", text, (int)length,
                 out.size > 0 ? out.data + 1 : "", words);
    msgpack_sbuffer_destroy(&out);
}

static void words_with_a_symbol_at_their_end(void **state)
{
    (void)state;
    expect("c++", "cplusplus");
    expect("C++ and C#, F#.", "cplusplus csharp fsharp");
    expect("C/C++/CLI", "cplusplus");
    expect("C++17 (c++20)", "cplusplus cplusplus");
    expect("objective-c++ g++ notepad++", "cplusplus gplusplus notepadplusplus");
    expect("a+", "aplus");
    expect("#c++#", ""); /* what is behind belongs to nobody knows what */
    expect("x += 1; i++; ++i", "iplusplus");
}

static void symbols_elsewhere(void **state)
{
    (void)state;
    expect("", "");
    expect("c", "");
    expect("+c #c ++ # + ", "");
    expect("a+b a++b a#b i+=1 c+++ c##", "");
    expect("serde#123 1+1 2# 3++", "");
    expect("\u00e9c++ c++\u00e9 \u00e9++", "");
}

static void what_is_absent(void **state)
{
    (void)state;
    expect("no_std no-std No Std NO_STD", "nostd nostd nostd nostd");
    expect("#![no_std]", "nostd");
    expect("a no-std, no-alloc crate", "nostd noalloc");
    expect("no std\tno\tstd no\nalloc", "nostd nostd noalloc");
    expect("no-std::no-alloc", "nostd noalloc");
    expect("no_panic no-nonsense", "nopanic nononsense");
    expect("nostd noalloc", ""); /* these are words already */
    /* In running text `no` stands before anything, and then it is a word of its own. */
    expect("there is no panic, no  std, no standard", "");
    expect("piano_std no no_ no- -no_1 no_x no_st\u00e9", "");
}

static struct symbol_word first_of(const char *text)
{
    struct symbol_word found;
    size_t at = 0;
    assert_true(symbol_words_next(text, strlen(text), &at, &found));
    assert_int_equal(at, found.start + found.length);
    return found;
}

static void places_in_the_text(void **state)
{
    (void)state;
    struct symbol_word found = first_of("for C++11");
    assert_int_equal(found.start, 4);
    assert_int_equal(found.length, 3);
    assert_false(found.is_certain);
    found = first_of("a no std");
    assert_int_equal(found.start, 2);
    assert_int_equal(found.length, 6);
    assert_true(found.is_certain);
    assert_true(first_of("no_alloc").is_certain);
    assert_false(first_of("no_panic").is_certain);
}

static void lengths(void **state)
{
    (void)state;
    char text[SYMBOL_WORD_MAX_BYTES + 8];
    memset(text, 'x', sizeof text);
    const size_t longest = SYMBOL_WORD_MAX_BYTES - strlen("plusplus");
    struct symbol_word found;
    for (size_t n = longest; n <= longest + 1; n++) {
        size_t at = 0;
        memcpy(text + n, "++", 2);
        assert_int_equal(symbol_words_next(text, n + 2, &at, &found), n == longest);
        assert_int_equal(at, n + 2);
    }
    /* The length ends the text, not what is behind it. */
    size_t at = 0;
    assert_true(symbol_words_next("c+++", 3, &at, &found));
    at = 0;
    assert_true(symbol_words_next("c++", 2, &at, &found));
    assert_int_equal(found.word_length, strlen("cplus"));
    at = 0;
    assert_false(symbol_words_next("no_std", 4, &at, &found));
    assert_false(symbol_words_next("c++", 3, &(size_t){3}, &found));
}

static void out_of_memory(void **state)
{
    (void)state;
    msgpack_sbuffer full = {.size = SIZE_MAX - 8, .data = NULL, .alloc = SIZE_MAX - 8};
    assert_int_equal(symbol_words_append("no_std", 6, &full), -1);
    assert_int_equal(symbol_words_append("nostd", 5, &full), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_with_a_symbol_at_their_end),
        cmocka_unit_test(symbols_elsewhere),
        cmocka_unit_test(what_is_absent),
        cmocka_unit_test(places_in_the_text),
        cmocka_unit_test(lengths),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests_name("symbol_words", tests, NULL, NULL);
}
