/* Counting words against a plain table, with so many that the hash table grows. */
#include "index/build/word_counter.h"

#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_WORDS 50000
#define N_RANKS 3000
#define PER_RANK 60

static void counts_each_crate_once(void **state)
{
    (void)state;
    static uint32_t n_crates[N_WORDS];
    static uint32_t last_rank[N_WORDS];
    static bool is_telling[N_WORDS];
    uint64_t seed = 19;
    struct word_counter *counter = word_counter_create();
    assert_non_null(counter);
    for (uint32_t rank = 1; rank <= N_RANKS; rank++) {
        for (unsigned i = 0; i < PER_RANK; i++) {
            uint32_t number = random_below(&seed, 1 + random_below(&seed, N_WORDS));
            bool tells = random_below(&seed, 50) == 0;
            char word[16];
            int length = snprintf(word, sizeof word, "w%u", number);
            assert_int_equal(word_counter_add(counter, word, (uint32_t)length, rank, tells), 0);
            n_crates[number] += last_rank[number] != rank;
            last_rank[number] = rank;
            is_telling[number] = is_telling[number] || tells;
        }
    }
    struct counted_word *words;
    size_t n_words;
    size_t n_expected = 0;
    for (size_t i = 0; i < N_WORDS; i++)
        n_expected += n_crates[i] > 1 || is_telling[i];
    assert_int_equal(word_counter_words(counter, &words, &n_words), 0);
    assert_int_equal(n_words, n_expected);
    assert_true(n_words < N_WORDS && n_words > 1000);
    for (size_t i = 0; i < n_words; i++) {
        char word[16] = "";
        assert_true(words[i].length < sizeof word);
        memcpy(word, words[i].text, words[i].length);
        unsigned long number = strtoul(word + 1, NULL, 10);
        assert_int_equal(words[i].n_crates, n_crates[number]);
        assert_true(n_crates[number] > 1 || is_telling[number]);
        n_crates[number] = 0; /* each once */
        is_telling[number] = false;
    }
    free(words);
    word_counter_destroy(counter);
}

static void nothing_counted(void **state)
{
    (void)state;
    struct counted_word *words;
    size_t n_words;
    struct word_counter *counter = word_counter_create();
    assert_int_equal(word_counter_words(counter, &words, &n_words), 0);
    assert_int_equal(n_words, 0);
    free(words);
    word_counter_destroy(counter);
    word_counter_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_each_crate_once),
        cmocka_unit_test(nothing_counted),
    };
    return cmocka_run_group_tests_name("word_counter", tests, NULL, NULL);
}
