/* What the function says of 64 crates at a time is what a sum says of each, float for float. */
#include "index/search/scan/search_threshold.h"

#include "tests/support/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define N_ROUNDS 3000

struct scene {
    struct threshold_words words;
    uint64_t bits[THRESHOLD_MAX_ALTERNATIVES][THRESHOLD_BLOCK_WORDS];
    const uint64_t *pointers[THRESHOLD_MAX_ALTERNATIVES];
    struct threshold threshold;
    struct threshold_scratch scratch;
};

static uint64_t random_word(uint64_t *seed)
{
    return (uint64_t)random_next(seed) << 32 | random_next(seed);
}

/* Words like those of queries: one to five, of which some have a second or third alternative. */
static void make_scene(struct scene *scene, uint64_t *seed)
{
    struct threshold_words *words = &scene->words;
    words->n_words = 1 + random_below(seed, 5);
    words->first[0] = 0;
    for (uint32_t word = 0; word < words->n_words; word++) {
        uint32_t n = random_below(seed, 3) == 0 ? 1 + random_below(seed, 3) : 1;
        words->first[word + 1] = (uint8_t)(words->first[word] + n);
        for (unsigned i = words->first[word]; i < words->first[word + 1]; i++)
            words->values[i] = (float)random_below(seed, 12000) / 1000;
    }
    for (unsigned i = 0; i < words->first[words->n_words]; i++) {
        bool is_rare = random_below(seed, 2) == 0;
        for (size_t j = 0; j < THRESHOLD_BLOCK_WORDS; j++) {
            scene->bits[i][j] = random_word(seed);
            for (int thinned = 0; is_rare && thinned < 2; thinned++)
                scene->bits[i][j] &= random_word(seed);
        }
        scene->pointers[i] = scene->bits[i];
    }
}

static bool has(const struct scene *scene, unsigned alternative, size_t crate)
{
    return (scene->bits[alternative][crate / 64] >> (crate % 64) & 1) != 0;
}

static float sum_of(const struct scene *scene, size_t crate, bool *has_any)
{
    const struct threshold_words *words = &scene->words;
    float sum = 0;
    *has_any = false;
    for (uint32_t word = 0; word < words->n_words; word++) {
        unsigned i = words->first[word];
        while (i < words->first[word + 1] && !has(scene, i, crate))
            i++;
        if (i == words->first[word + 1])
            continue;
        sum += words->values[i];
        *has_any = true;
    }
    return sum;
}

/* Half of the limits are a sum that occurs, or its neighbour. */
static float random_limit(const struct scene *scene, uint64_t *seed)
{
    bool has_any;
    float sum = sum_of(scene, random_below(seed, 64 * THRESHOLD_BLOCK_WORDS), &has_any);
    switch (random_below(seed, 4)) {
    case 0:
        return sum;
    case 1:
        return nextafterf(sum, INFINITY);
    default:
        return (float)random_below(seed, 30000) / 1000 - 1;
    }
}

static void functions_say_what_sums_say(void **state)
{
    (void)state;
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    uint64_t seed = 211;
    uint64_t n_true = 0;
    uint64_t n_false = 0;
    for (int round = 0; round < N_ROUNDS; round++) {
        make_scene(scene, &seed);
        float limit = random_limit(scene, &seed);
        float added = random_below(&seed, 2) == 0 ? 0 : (float)random_below(&seed, 1000) / 1000;
        size_t n_words = 8 + 8 * random_below(&seed, THRESHOLD_BLOCK_WORDS / 8);
        if (threshold_build(&scene->threshold, &scene->words, added, limit) != 0)
            fail_msg("round %d: a function of %u words is too large", round, scene->words.n_words);
        const uint64_t *result =
            threshold_evaluate(&scene->threshold, scene->pointers, n_words, &scene->scratch);
        for (size_t crate = 0; crate < 64 * n_words; crate++) {
            bool has_any;
            float sum = sum_of(scene, crate, &has_any);
            bool expected = has_any && sum + added >= limit;
            bool found = result != NULL && (result[crate / 64] >> (crate % 64) & 1) != 0;
            if (found != expected)
                fail_msg("round %d, crate %zu: %d", round, crate, found);
            n_true += expected;
            n_false += !expected;
        }
    }
    assert_true(n_true > 100000 && n_false > 100000);
    free(scene);
}

static void sums_of_the_greatest_values(void **state)
{
    (void)state;
    static const struct threshold_words words = {
        .n_words = 3, .first = {0, 2, 3, 5}, .values = {1, 4, 8, 32, 16}};
    assert_true(threshold_greatest_sum(&words, 0) == 0);
    assert_true(threshold_greatest_sum(&words, 1) == 4);
    assert_true(threshold_greatest_sum(&words, 6) == 40);
    assert_true(threshold_greatest_sum(&words, 7) == 44);
}

/* Eight words of different values, any half of which may do, are more than is worth building. */
static void large_functions_are_refused(void **state)
{
    (void)state;
    struct threshold_words words = {.n_words = THRESHOLD_MAX_WORDS};
    struct threshold threshold;
    for (uint32_t word = 0; word < THRESHOLD_MAX_WORDS; word++) {
        words.first[word] = (uint8_t)(3 * word);
        for (unsigned i = 3 * word; i < 3 * word + 3; i++)
            words.values[i] = 1 + (float)((7 * i) % 23) / 100;
    }
    words.first[THRESHOLD_MAX_WORDS] = 3 * THRESHOLD_MAX_WORDS;
    assert_int_equal(threshold_build(&threshold, &words, 0, 4.5F), -1);
    assert_int_equal(threshold_build(&threshold, &words, 0, 0), 0);
    assert_int_equal(threshold_build(&threshold, &words, 0, 100), 0);
    assert_null(threshold_evaluate(&threshold, NULL, 8, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_say_what_sums_say),
        cmocka_unit_test(sums_of_the_greatest_values),
        cmocka_unit_test(large_functions_are_refused),
    };
    return cmocka_run_group_tests_name("search_threshold", tests, NULL, NULL);
}
