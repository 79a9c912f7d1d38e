/* The merge against sorting everything, on random streams. */
#include "index/tier_merge.h"

#include "tests/support/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_CRATES 400

static int compare_hits(const void *left_hit, const void *right_hit)
{
    const struct tier_hit *left = left_hit;
    const struct tier_hit *right = right_hit;
    if (left->score != right->score)
        return left->score > right->score ? -1 : 1;
    return left->rank < right->rank ? -1 : left->rank > right->rank;
}

struct scene {
    float popularity[N_CRATES];
    uint32_t ranks[TIER_MERGE_MAX_STREAMS][N_CRATES];
    struct tier_stream streams[TIER_MERGE_MAX_STREAMS];
    uint32_t n_streams;
    double popularity_weight;
    struct tier_hit sorted[N_CRATES];
    size_t n_sorted;
};

/* Popularity falls in steps, so that there are ties within a stream and between streams. */
static void make_scene(struct scene *scene, uint64_t *seed)
{
    uint32_t n_levels = 1 + random_below(seed, 40);
    uint32_t n_crates = random_below(seed, N_CRATES + 1);
    scene->n_streams = random_below(seed, TIER_MERGE_MAX_STREAMS + 1);
    scene->popularity_weight = (double)random_below(seed, 9) / 4;
    scene->n_sorted = 0;
    for (uint32_t i = 0; i < N_CRATES; i++)
        scene->popularity[i] =
            1 - floorf((float)(i * n_levels) / N_CRATES) / (float)n_levels; /* falls, from 1 */
    for (uint32_t i = 0; i < scene->n_streams; i++)
        scene->streams[i] =
            (struct tier_stream){scene->ranks[i], 0, (double)random_below(seed, 5) / 4};
    for (uint32_t rank = 1; rank <= n_crates && scene->n_streams > 0; rank++) {
        uint32_t stream = random_below(seed, scene->n_streams + 2);
        if (stream >= scene->n_streams)
            continue;
        struct tier_stream *to = &scene->streams[stream];
        scene->ranks[stream][to->n++] = rank;
        double score = to->weight + scene->popularity_weight * (double)scene->popularity[rank - 1];
        scene->sorted[scene->n_sorted++] = (struct tier_hit){rank, stream, score};
    }
    qsort(scene->sorted, scene->n_sorted, sizeof *scene->sorted, compare_hits);
}

static void test_merge_equals_a_full_sort(void **state)
{
    (void)state;
    struct scene *scene = malloc(sizeof *scene);
    assert_non_null(scene);
    uint64_t seed = 47;
    for (int round = 0; round < 3000; round++) {
        make_scene(scene, &seed);
        size_t n_skipped = random_below(&seed, (uint32_t)scene->n_sorted + 5);
        size_t limit = random_below(&seed, 60);
        if (round % 10 == 0) {
            n_skipped = 0;
            limit = N_CRATES;
        }
        struct tier_hit hits[N_CRATES];
        size_t n_hits = tier_merge(scene->streams, scene->n_streams, scene->popularity_weight,
                                   scene->popularity, n_skipped, limit, hits);
        size_t n_left = n_skipped < scene->n_sorted ? scene->n_sorted - n_skipped : 0;
        assert_int_equal(n_hits, n_left < limit ? n_left : limit);
        for (size_t i = 0; i < n_hits; i++) {
            const struct tier_hit *expected = &scene->sorted[n_skipped + i];
            assert_int_equal(hits[i].rank, expected->rank);
            assert_int_equal(hits[i].stream, expected->stream);
            assert_true(hits[i].score == expected->score);
        }
    }
    free(scene);
}

/* The same score in two streams: the lower rank first, whichever stream it is in. */
static void test_ties_between_streams(void **state)
{
    (void)state;
    static const float popularity[] = {0.5F, 0.5F, 0.5F, 0.5F};
    static const uint32_t first[] = {2, 3};
    static const uint32_t second[] = {1, 4};
    const struct tier_stream streams[] = {{first, 2, 1.0}, {second, 2, 1.0}};
    struct tier_hit hits[4];
    assert_int_equal(tier_merge(streams, 2, 2.0, popularity, 0, 4, hits), 4);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(hits[i].rank, i + 1);
        assert_true(hits[i].score == 2.0);
    }
    assert_int_equal(hits[0].stream, 1);
    assert_int_equal(hits[1].stream, 0);
    assert_int_equal(tier_merge(streams, 2, 2.0, popularity, 3, 4, hits), 1);
    assert_int_equal(hits[0].rank, 4);
}

static void test_score(void **state)
{
    (void)state;
    static const float popularity[] = {1.0F, 0.25F};
    assert_true(tier_score(1.5, 2.0, popularity, 1) == 3.5);
    assert_true(tier_score(0.0, 2.0, popularity, 2) == 0.5);
    assert_true(tier_score(0.75, 0.0, popularity, 2) == 0.75);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merge_equals_a_full_sort),
        cmocka_unit_test(test_ties_between_streams),
        cmocka_unit_test(test_score),
    };
    return cmocka_run_group_tests_name("tier_merge", tests, NULL, NULL);
}
