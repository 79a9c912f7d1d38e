/* How names are cut into words, and the text under which they are indexed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "index/text/name_words.h"

#include <cmocka.h>

/* Under AddressSanitizer a request for too much memory is to fail as it does without. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static const struct {
    const char *name;
    const char *words; /* separated by `|` */
    const char *text;
} table[] = {
    {"serde", "serde", "serde"},
    {"serde_json", "serde|json", "serde json"},
    {"FizzBuzz", "Fizz|Buzz", "Fizz Buzz FizzBuzz"},
    {"fizzBuzz", "fizz|Buzz", "fizz Buzz fizzBuzz"},
    {"HTTPServer", "HTTP|Server", "HTTP Server HTTPServer"},
    {"HTTP", "HTTP", "HTTP"},
    {"ABc", "A|Bc", "A Bc ABc"},
    {"aBC", "a|BC", "a BC aBC"},
    {"aB", "a|B", "a B aB"},
    {"Ab", "Ab", "Ab"},
    {"A", "A", "A"},
    {"parseHTTPHeader", "parse|HTTP|Header", "parse HTTP Header parseHTTPHeader"},
    {"HTTP_Server", "HTTP|Server", "HTTP Server"},
    {"sha2", "sha|2", "sha 2 sha2"},
    {"sha2-asm", "sha|2|asm", "sha 2 asm sha2"},
    {"x86_64", "x|86|64", "x 86 64 x86"},
    {"i2c-hal3x", "i|2|c|hal|3|x", "i 2 c hal 3 x i2c hal3x"},
    {"utf8parse", "utf|8|parse", "utf 8 parse utf8parse"},
    {"H2O", "H|2|O", "H 2 O H2O"},
    {"2048", "2048", "2048"},
    {"@scope/pkg-name", "scope|pkg|name", "scope pkg name"},
    {"--a..b__", "a|b", "a b"},
    {"lodash.merge", "lodash|merge", "lodash merge"},
    {"", "", ""},
    {"-", "", ""},
    {"-_./ @", "", ""},
    /* Bytes above 127 are letters without case. */
    {"gr\303\274n", "gr\303\274n", "gr\303\274n"},
    {"\303\274A", "\303\274A", "\303\274A"},
    {"\303\2742", "\303\274|2", "\303\274 2 \303\2742"},
    {"\377-\200", "\377|\200", "\377 \200"},
    {"A\303\274", "A\303\274", "A\303\274"},
};

#define N_ROWS (sizeof table / sizeof *table)

static void test_split(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ROWS; i++) {
        const char *name = table[i].name;
        struct name_word words[16];
        size_t n_words = name_words_split(name, strlen(name), words, 16);
        char joined[128] = "";
        size_t length = 0;
        for (size_t j = 0; j < n_words; j++) {
            assert_true(words[j].length > 0);
            length +=
                (size_t)snprintf(joined + length, sizeof joined - length, "%s%.*s",
                                 j > 0 ? "|" : "", (int)words[j].length, name + words[j].start);
        }
        assert_string_equal(joined, table[i].words);
    }
}

static void test_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ROWS; i++) {
        msgpack_sbuffer out;
        msgpack_sbuffer_init(&out);
        assert_int_equal(msgpack_sbuffer_write(&out, "before,", 7), 0);
        assert_int_equal(name_words_text(table[i].name, strlen(table[i].name), &out), 0);
        assert_int_equal(out.size, 7 + strlen(table[i].text));
        assert_memory_equal(out.data, "before,", 7);
        assert_memory_equal(out.data + 7, table[i].text, out.size - 7);
        msgpack_sbuffer_destroy(&out);
    }
}

static void test_too_small_capacity(void **state)
{
    (void)state;
    struct name_word words[3] = {{7, 7}, {7, 7}, {7, 7}};
    assert_int_equal(name_words_split("a-bb-ccc", 8, words, 2), 3);
    assert_int_equal(words[0].start, 0);
    assert_int_equal(words[0].length, 1);
    assert_int_equal(words[1].start, 2);
    assert_int_equal(words[1].length, 2);
    assert_int_equal(words[2].start, 7);
    assert_int_equal(name_words_split("a-bb-ccc", 8, NULL, 0), 3);
}

static void test_length_decides_not_nul(void **state)
{
    (void)state;
    struct name_word words[4];
    assert_int_equal(name_words_split("ab\0cd", 5, words, 4), 2);
    assert_int_equal(words[1].start, 3);
    assert_int_equal(name_words_split("serde_json", 7, words, 4), 2);
    assert_int_equal(words[1].length, 1);
    /* A capital at the end of the given bytes starts no word, whatever comes after them. */
    assert_int_equal(name_words_split("HTTPServer", 5, words, 4), 1);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    msgpack_sbuffer full = {.size = SIZE_MAX - 8, .data = NULL, .alloc = SIZE_MAX - 8};
    assert_int_equal(name_words_text("serde_json", 10, &full), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_too_small_capacity),
        cmocka_unit_test(test_length_decides_not_nul),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests_name("name_words", tests, NULL, NULL);
}
