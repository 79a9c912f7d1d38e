/* A pass over the lists gives every match once and leaves its scratch clean, whatever the filter
   and the floor. Which crates match and with what score is compared with SQL in
   test_search_oracle.c. */
#include "index/search/scan/search_scan.h"

#include "index/base/bitmap.h"
#include "tests/support/built_index.h"
#include "tests/support/random.h"
#include "tests/support/random_query.h"

#include <cratedex/ranking.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct built_index built;
    struct query_source *source;
    uint32_t n_crates;
    struct search_plan plan;
    struct search_scan_scratch scratch;
    uint64_t *matched;
};

/* What was collected, by rank. */
struct collection {
    struct search_collector collector;
    float *scores; /* NaN: not collected */
    uint32_t n;
    uint32_t n_crates;
};

static int open_fixture(void **state)
{
    static struct fixture fixture;
    built_index_open_sample(&fixture.built);
    fixture.source = query_source_open(fixture.built.path);
    fixture.n_crates = index_n_crates(fixture.built.index);
    fixture.matched = calloc(bitmap_n_words(fixture.n_crates + 1), sizeof *fixture.matched);
    assert_non_null(fixture.matched);
    *state = &fixture;
    struct error error;
    return search_scan_scratch_create(&fixture.scratch, &fixture.built.index->columns, &error);
}

static int close_fixture(void **state)
{
    struct fixture *fixture = *state;
    search_scan_scratch_free(&fixture->scratch);
    free(fixture->matched);
    query_source_close(fixture->source);
    built_index_remove(&fixture->built);
    return 0;
}

static void collect(struct search_collector *collector, uint32_t rank, float score)
{
    struct collection *collection = (struct collection *)collector;
    assert_in_range(rank, 1, collection->n_crates);
    if (collection->scores[rank] > -INFINITY)
        fail_msg("rank %u is collected twice", rank);
    assert_true(score >= collector->floor && score < INFINITY);
    collection->scores[rank] = score;
    collection->n++;
}

static uint64_t scan(struct fixture *fixture, const uint64_t *filter, float floor,
                     struct collection *collection)
{
    collection->collector = (struct search_collector){collect, floor};
    collection->n = 0;
    collection->n_crates = fixture->n_crates;
    for (uint32_t rank = 0; rank <= fixture->n_crates; rank++)
        collection->scores[rank] = -INFINITY;
    uint64_t total = search_scan(&fixture->plan, fixture->built.index, &fixture->scratch, filter,
                                 fixture->matched, &collection->collector);
    for (uint32_t i = 0; i < SCAN_BLOCK_RANKS; i++) {
        assert_true(fixture->scratch.accumulators->cells[i].mass == 0);
        assert_true(fixture->scratch.accumulators->cells[i].score == 0);
        assert_int_equal(fixture->scratch.accumulators->credited[i], 0);
    }
    for (uint32_t i = 0; i < fixture->plan.n_alternatives; i++)
        assert_int_equal(fixture->plan.alternatives[i].list.position, 0);
    return total;
}

static void make_plan(struct fixture *fixture, const struct ranking *ranking, const char *text,
                      enum search_match match)
{
    struct error error = {.message = ""};
    struct index_reader *reader = fixture->built.reader;
    struct search_string string = {text, strlen(text)};
    static struct query_reading reading;
    if (query_reading_make(&reading, reader->index, reader, string, &error) != 0 ||
        search_plan_make(&fixture->plan, reader, ranking, &reading, match, &error) != 0)
        fail_msg("%s: %s", text, error.message);
}

static uint32_t count_named(const struct fixture *fixture, const uint64_t *filter)
{
    uint32_t n = 0;
    for (uint32_t rank = 1; rank <= fixture->n_crates; rank++)
        n += named_crates_has(&fixture->plan.named, rank) &&
             (filter == NULL || bitmap_test(filter, rank));
    return n;
}

/* The bitmap has every match, filter, floor and those that the text names or not. */
static void expect_all_matched(const struct fixture *fixture, const struct collection *all)
{
    for (uint32_t rank = 1; rank <= fixture->n_crates; rank++)
        assert_int_equal(bitmap_test(fixture->matched, rank),
                         all->scores[rank] > -INFINITY ||
                             named_crates_has(&fixture->plan.named, rank));
}

static void every_match_is_collected_once(void **state)
{
    struct fixture *fixture = *state;
    size_t n_bitmap_words = bitmap_n_words(fixture->n_crates + 1);
    uint64_t *filter = calloc(n_bitmap_words, sizeof *filter);
    struct collection all = {.scores = calloc(fixture->n_crates + 1, sizeof(float))};
    struct collection some = {.scores = calloc(fixture->n_crates + 1, sizeof(float))};
    assert_true(filter != NULL && all.scores != NULL && some.scores != NULL);
    uint64_t seed = 149;
    uint64_t n_collected = 0;
    for (int round = 0; round < 500; round++) {
        struct random_query random;
        random_query_text(fixture->source, &seed, &random);
        make_plan(fixture, &random.ranking, random.text,
                  round % 2 == 0 ? SEARCH_MATCH_BEST : SEARCH_MATCH_ALL);
        uint64_t total = scan(fixture, NULL, -INFINITY, &all);
        assert_int_equal(total, all.n + count_named(fixture, NULL));
        n_collected += all.n;
        expect_all_matched(fixture, &all);

        /* A filter takes matches away and changes no score. */
        bitmap_reset(filter, n_bitmap_words);
        for (uint32_t rank = 1; rank <= fixture->n_crates; rank++) {
            if (random_below(&seed, 3) == 0)
                bitmap_set(filter, rank);
        }
        total = scan(fixture, filter, -INFINITY, &some);
        assert_int_equal(total, some.n + count_named(fixture, filter));
        for (uint32_t rank = 1; rank <= fixture->n_crates; rank++)
            assert_true(some.scores[rank] ==
                        (bitmap_test(filter, rank) ? all.scores[rank] : -INFINITY));
        expect_all_matched(fixture, &all);

        /* What is below the floor is counted, and not collected. */
        float floor = (float)random_below(&seed, 2500) / 1000;
        total = scan(fixture, NULL, floor, &some);
        assert_int_equal(total, all.n + count_named(fixture, NULL));
        for (uint32_t rank = 1; rank <= fixture->n_crates; rank++)
            assert_true(some.scores[rank] ==
                        (all.scores[rank] >= floor ? all.scores[rank] : -INFINITY));
        expect_all_matched(fixture, &all);
    }
    assert_true(n_collected > 2000);
    free(filter);
    free(all.scores);
    free(some.scores);
}

/* Where no crate has every word, match=all finds none and match=best those with most. */
static void only_best_falls_back(void **state)
{
    struct fixture *fixture = *state;
    static const char text[] = "serde tokio rand hashbrown regex clap";
    struct collection all = {.scores = calloc(fixture->n_crates + 1, sizeof(float))};
    struct ranking ranking;
    assert_non_null(all.scores);
    ranking_set_defaults(&ranking);
    ranking.typos = false;
    ranking.min_share = 1;
    make_plan(fixture, &ranking, text, SEARCH_MATCH_ALL);
    assert_int_equal(fixture->plan.n_words, 6);
    assert_int_equal(scan(fixture, NULL, -INFINITY, &all), 0);
    make_plan(fixture, &ranking, text, SEARCH_MATCH_BEST);
    assert_true(scan(fixture, NULL, -INFINITY, &all) > 0);
    free(all.scores);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_match_is_collected_once),
        cmocka_unit_test(only_best_falls_back),
    };
    return cmocka_run_group_tests_name("search_scan", tests, open_fixture, close_fixture);
}
