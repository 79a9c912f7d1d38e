/* The words of a name or text with their places are those under which it is indexed, and each
   stands where its place says. */
#include "index/text/name_words.h"
#include "index/text/placed_words.h"
#include "index/text/symbol_words.h"

#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAX_WORDS 256

struct fixture {
    sqlite3 *database;
    struct tokenizer *tokenizer;
};

/* Words as they come, "sha@0-3". */
struct collected {
    char words[MAX_WORDS][64];
    size_t n;
    bool has_places;
};

static int open_tokenizer(void **state)
{
    static struct fixture fixture;
    assert_int_equal(sqlite3_open(":memory:", &fixture.database), SQLITE_OK);
    fixture.tokenizer = tokenizer_open(fixture.database, NULL);
    assert_non_null(fixture.tokenizer);
    *state = &fixture;
    return 0;
}

static int close_tokenizer(void **state)
{
    struct fixture *fixture = *state;
    tokenizer_close(fixture->tokenizer);
    return sqlite3_close(fixture->database);
}

static int collect(void *context, const char *word, size_t length, size_t start, size_t end)
{
    struct collected *collected = context;
    assert_true(collected->n < MAX_WORDS);
    char *out = collected->words[collected->n++];
    if (collected->has_places)
        snprintf(out, sizeof collected->words[0], "%.*s@%zu-%zu", (int)length, word, start, end);
    else
        snprintf(out, sizeof collected->words[0], "%.*s", (int)length, word);
    return 0;
}

static void expect(const struct collected *collected, const char *expected)
{
    char joined[4096] = "";
    for (size_t i = 0; i < collected->n; i++) {
        size_t at = strlen(joined);
        snprintf(joined + at, sizeof joined - at, "%s%s", i > 0 ? " " : "", collected->words[i]);
    }
    assert_string_equal(joined, expected);
}

static void places_of_names(void **state)
{
    static const struct {
        const char *name;
        const char *expected;
    } cases[] = {
        {"serde_json", "serde@0-5 json@6-10"},
        {"sha2-asm", "sha@0-3 2@3-4 sha2@0-4 asm@5-8"},
        {"HTTPServer", "http@0-4 server@4-10 httpserver@0-10"},
        {"x86_64", "x@0-1 86@1-3 x86@0-3 64@4-6"},
        {"use-no_std", "use@0-3 no@4-6 std@7-10 nostd@4-10"},
        {"gr\u00FCn-2", "grun@0-5 2@6-7"},
        {"--", ""},
        {"", ""},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct collected found = {.has_places = true};
        assert_int_equal(placed_words_of_name(fixture->tokenizer, cases[i].name,
                                              strlen(cases[i].name), collect, &found),
                         0);
        expect(&found, cases[i].expected);
    }
}

static void places_of_texts(void **state)
{
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {"For C++ names", "for@0-3 c@4-5 names@8-13 cplusplus@4-7"},
        {"Caf\u00E9, cafe\u0301!", "cafe@0-5 cafe@7-13"},
        {"no std", "no@0-2 std@3-6 nostd@0-6"},
        {"\u2014 \u2026!", ""},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct collected found = {.has_places = true};
        assert_int_equal(placed_words_of_text(fixture->tokenizer, cases[i].text,
                                              strlen(cases[i].text), collect, &found),
                         0);
        expect(&found, cases[i].expected);
    }
}

static int compare(const void *left, const void *right)
{
    return strcmp(left, right);
}

/* The same words as of the text that the index has of the name, in whatever order. */
static void words_are_those_of_the_index(void **state)
{
    static const char alphabet[] = "abCD12__-- .+#no";
    struct fixture *fixture = *state;
    uint64_t seed = 5;
    size_t n_words = 0;
    for (int round = 0; round < 3000; round++) {
        char name[24];
        size_t length = random_below(&seed, sizeof name);
        struct collected found = {.n = 0};
        struct collected expected = {.n = 0};
        msgpack_sbuffer indexed;
        for (size_t i = 0; i < length; i++)
            name[i] = alphabet[random_below(&seed, sizeof alphabet - 1)];
        msgpack_sbuffer_init(&indexed);
        assert_int_equal(name_words_text(name, length, &indexed), 0);
        assert_int_equal(symbol_words_append(name, length, &indexed), 0);
        if (indexed.size > 0)
            assert_int_equal(
                text_words_each(fixture->tokenizer, indexed.data, indexed.size, collect, &expected),
                0);
        assert_int_equal(placed_words_of_name(fixture->tokenizer, name, length, collect, &found),
                         0);
        assert_int_equal(found.n, expected.n);
        qsort(found.words, found.n, sizeof found.words[0], compare);
        qsort(expected.words, expected.n, sizeof expected.words[0], compare);
        for (size_t i = 0; i < found.n; i++)
            if (strcmp(found.words[i], expected.words[i]) != 0)
                fail_msg("\"%.*s\": %s, not %s", (int)length, name, found.words[i],
                         expected.words[i]);
        n_words += found.n;
        msgpack_sbuffer_destroy(&indexed);
    }
    assert_true(n_words > 3000);
}

static int stop(void *context, const char *word, size_t length, size_t start, size_t end)
{
    (void)word;
    (void)length;
    (void)start;
    (void)end;
    ++*(int *)context;
    return 9;
}

static void ends_where_a_visit_says_so(void **state)
{
    struct fixture *fixture = *state;
    int n = 0;
    assert_int_equal(placed_words_of_name(fixture->tokenizer, "a-b1", 4, stop, &n), 9);
    assert_int_equal(placed_words_of_text(fixture->tokenizer, "a b c++", 7, stop, &n), 9);
    assert_int_equal(n, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_of_names),
        cmocka_unit_test(places_of_texts),
        cmocka_unit_test(words_are_those_of_the_index),
        cmocka_unit_test(ends_where_a_visit_says_so),
    };
    return cmocka_run_group_tests_name("placed_words", tests, open_tokenizer, close_tokenizer);
}
