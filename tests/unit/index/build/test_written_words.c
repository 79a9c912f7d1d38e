/* Collecting words against a plain table, with so many that the hash table grows. */
#include "index/build/written_words.h"

#include "index/segment/word_stems.h"
#include "index/trie/trie.h"
#include "index/trie/trie_open.h"
#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_WORDS 40000
#define N_RANKS 2000
#define PER_RANK 60

/* What was added: a set of fields a word and crate. */
static uint8_t added[N_WORDS][N_RANKS + 1];

static struct written_words *add_random_words(void)
{
    uint64_t seed = 19;
    struct written_words *words = written_words_create();
    assert_non_null(words);
    memset(added, 0, sizeof added);
    for (uint32_t rank = 1; rank <= N_RANKS; rank++) {
        if (rank % 7 == 0)
            continue; /* a crate without words */
        for (unsigned i = 0; i < PER_RANK; i++) {
            uint32_t number = random_below(&seed, 1 + random_below(&seed, N_WORDS));
            enum posting_field field = random_below(&seed, 40) == 0  ? POSTING_KEYWORDS
                                       : random_below(&seed, 2) == 0 ? POSTING_README
                                                                     : POSTING_DESCRIPTION;
            char word[16];
            int length = snprintf(word, sizeof word, "w%u", number);
            assert_int_equal(written_words_add(words, rank, field, word, (size_t)length, NULL), 0);
            added[number][rank] |= (uint8_t)field;
        }
    }
    return words;
}

/* Of a word: crates, crates that have it outside of their README, and whether it tells. */
struct expected {
    uint32_t n_crates;
    uint32_t n_outside;
    bool is_telling;
};

static struct expected expected_of(uint32_t number)
{
    struct expected expected = {0};
    for (uint32_t rank = 1; rank <= N_RANKS; rank++) {
        unsigned fields = added[number][rank];
        expected.n_crates += fields != 0;
        expected.n_outside += (fields & ~(unsigned)POSTING_README) != 0;
        expected.is_telling |= (fields & POSTING_KEYWORDS) != 0;
    }
    return expected;
}

static void what_spelling_knows(void **state)
{
    (void)state;
    struct written_words *words = add_random_words();
    struct counted_word *counted;
    size_t n_counted;
    size_t n_expected = 0;
    for (uint32_t i = 0; i < N_WORDS; i++) {
        struct expected expected = expected_of(i);
        n_expected += i < 10000 && (expected.n_outside > 1 || expected.is_telling);
    }
    assert_int_equal(written_words_spelling(words, strlen("w9999"), &counted, &n_counted, NULL), 0);
    assert_int_equal(n_counted, n_expected);
    assert_true(n_counted < 10000 && n_counted > 1000);
    for (size_t i = 0; i < n_counted; i++) {
        char word[16] = "";
        memcpy(word, counted[i].text, counted[i].length);
        struct expected expected = expected_of((uint32_t)strtoul(word + 1, NULL, 10));
        assert_int_equal(counted[i].n_crates, expected.n_outside);
        assert_true(expected.n_outside > 1 || expected.is_telling);
    }
    free(counted);
    written_words_destroy(words);
}

static void expect_postings(const struct trie *trie, const struct postings *postings,
                            const uint32_t *stems, uint32_t number)
{
    char word[16];
    const unsigned char *values;
    int length = snprintf(word, sizeof word, "w%u", number);
    uint32_t n_found = trie_find(trie, word, (size_t)length, &values);
    struct posting_list list = {0};
    if (n_found > 0) {
        list = postings_of(postings, trie_value(values, 0));
        assert_int_equal(stems[trie_value(values, 0) - 1], number + 1);
    }
    uint32_t at = 0;
    for (uint32_t rank = 1; rank <= N_RANKS; rank++) {
        if (added[number][rank] == 0)
            continue;
        if (at == list.n || list.ranks[at] != rank || list.fields[at] != added[number][rank])
            fail_msg("%s of crate %u is missing or wrong", word, rank);
        at++;
    }
    assert_int_equal(at, list.n);
    assert_int_equal(n_found, at > 0);
}

/* The stem of word i is i + 1; none of `w7`, where the context says so. */
static uint32_t stem_of(void *context, const char *word, size_t length)
{
    char text[16] = "";
    assert_in_range(length, 2, sizeof text - 1);
    memcpy(text, word, length);
    return context != NULL && strcmp(text, "w7") == 0 ? 0
                                                      : (uint32_t)strtoul(text + 1, NULL, 10) + 1;
}

static void init_parts(struct written_parts *parts)
{
    msgpack_sbuffer_init(&parts->postings);
    msgpack_sbuffer_init(&parts->trie);
    msgpack_sbuffer_init(&parts->stems);
}

static void destroy_parts(struct written_parts *parts)
{
    msgpack_sbuffer_destroy(&parts->postings);
    msgpack_sbuffer_destroy(&parts->trie);
    msgpack_sbuffer_destroy(&parts->stems);
}

static void parts_of_all_words(void **state)
{
    (void)state;
    struct written_words *words = add_random_words();
    struct written_parts parts;
    struct postings postings;
    struct trie trie;
    const uint32_t *stems;
    init_parts(&parts);
    assert_int_equal(written_words_build(words, stem_of, NULL, &parts, NULL), 0);
    assert_int_equal(
        postings_open(&postings, N_RANKS, parts.postings.data, parts.postings.size, NULL), 0);
    assert_int_equal(trie_open(&trie, parts.trie.data, parts.trie.size, NULL), 0);
    assert_int_equal(trie.n_values, postings.n_terms);
    assert_int_equal(word_stems_open(&stems, postings.n_terms, N_WORDS, parts.stems.data,
                                     parts.stems.size, NULL),
                     0);
    for (uint32_t i = 0; i < N_WORDS; i++)
        expect_postings(&trie, &postings, stems, i);
    for (uint32_t term = 1; term < postings.n_terms; term++)
        assert_true(postings_of(&postings, term).n >= postings_of(&postings, term + 1).n);
    destroy_parts(&parts);
    written_words_destroy(words);
}

static void a_word_without_a_stem(void **state)
{
    (void)state;
    struct error error;
    struct written_words *words = written_words_create();
    struct written_parts parts;
    init_parts(&parts);
    assert_int_equal(written_words_add(words, 1, POSTING_README, "w7", 2, NULL), 0);
    assert_int_equal(written_words_build(words, stem_of, &error, &parts, &error), -1);
    assert_string_equal(error.message, "FTS5 has no word with the stem of `w7`");
    destroy_parts(&parts);
    written_words_destroy(words);
}

static void no_words(void **state)
{
    (void)state;
    struct written_words *words = written_words_create();
    struct counted_word *counted;
    size_t n_counted;
    struct written_parts parts;
    struct postings postings;
    init_parts(&parts);
    assert_int_equal(written_words_spelling(words, 64, &counted, &n_counted, NULL), 0);
    assert_int_equal(n_counted, 0);
    free(counted);
    assert_int_equal(written_words_build(words, stem_of, NULL, &parts, NULL), 0);
    assert_int_equal(postings_open(&postings, 0, parts.postings.data, parts.postings.size, NULL),
                     0);
    assert_int_equal(postings.n_terms, 0);
    destroy_parts(&parts);
    written_words_destroy(words);
    written_words_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_spelling_knows),
        cmocka_unit_test(parts_of_all_words),
        cmocka_unit_test(a_word_without_a_stem),
        cmocka_unit_test(no_words),
    };
    return cmocka_run_group_tests_name("written_words", tests, NULL, NULL);
}
