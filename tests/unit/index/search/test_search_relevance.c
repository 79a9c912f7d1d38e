/* The order of relevance is one list: any page of it, by any way to ask, is a part of the same
   whole. And its parts stand in order: exact names, then the second stage's, then the first's. */
#include "index/search/search_relevance.h"

#include "tests/support/random.h"
#include "tests/support/searched_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The stage as the order has it. */
static int stage_of(const struct search_hit *hit)
{
    return hit->exact             ? SEEK_STAGE_EXACT
           : hit->in_front        ? SEEK_STAGE_FRONT
           : hit->is_second_stage ? SEEK_STAGE_SECOND
                                  : SEEK_STAGE_FIRST;
}

static void expect_order(const struct search_result *result)
{
    uint32_t n_second = 0;
    for (uint32_t i = 0; i < result->n_hits; i++) {
        const struct search_hit *hit = &result->hits[i];
        n_second += hit->is_second_stage;
        assert_int_equal(hit->exact, hit->tier == SEARCH_TIER_EXACT);
        if (i == 0)
            continue;
        const struct search_hit *before = hit - 1;
        assert_true(stage_of(before) <= stage_of(hit));
        if (stage_of(before) == stage_of(hit))
            assert_true(before->score > hit->score ||
                        (before->score == hit->score && before->rank < hit->rank));
    }
    assert_true(n_second <= RERANK_DEPTH);
}

/* Everything in one array, page by page. */
static size_t read_all(struct searched_sample *fixture, struct search_query query,
                       struct search_hit *hits)
{
    static struct search_result result;
    size_t n = 0;
    do {
        query.offset = (uint32_t)n;
        query.limit = SEARCH_MAX_LIMIT;
        searched_sample_run(fixture, &query, &result);
        expect_order(&result);
        memcpy(hits + n, result.hits, result.n_hits * sizeof *hits);
        n += result.n_hits;
    } while (result.n_hits > 0);
    assert_int_equal(n, result.total);
    return n;
}

static void pages_are_parts_of_one_list(void **state)
{
    struct searched_sample *fixture = *state;
    static struct search_result result;
    uint32_t n_crates = index_n_crates(fixture->built.index);
    struct search_hit *all = calloc(n_crates + (size_t)SEARCH_MAX_LIMIT, sizeof *all);
    assert_non_null(all);
    uint64_t seed = 151;
    unsigned n_beyond = 0;
    for (int round = 0; round < 300; round++) {
        struct random_query random;
        random_query_text(fixture->source, &seed, &random);
        random.ranking.typos = round % 3 == 0;
        random.ranking.min_share =
            round % 2 == 0 ? 0.1 : 0.4; /* more than the second stage takes */
        random.query.match = round % 5 == 0 ? SEARCH_MATCH_ALL : SEARCH_MATCH_BEST;
        if (strspn(random.text, " ") == strlen(random.text))
            continue;
        size_t n_all = read_all(fixture, random.query, all);
        n_beyond += n_all > RERANK_DEPTH;
        for (int page = 0; page < 6; page++) {
            struct search_query query = random.query;
            query.offset = random_below(&seed, (uint32_t)n_all + 2);
            query.limit = 1 + random_below(&seed, SEARCH_MAX_LIMIT);
            searched_sample_run(fixture, &query, &result);
            size_t n_left = n_all > query.offset ? n_all - query.offset : 0;
            assert_int_equal(result.total, n_all);
            assert_int_equal(result.n_hits, n_left < query.limit ? n_left : query.limit);
            for (uint32_t i = 0; i < result.n_hits; i++) {
                const struct search_hit *hit = &all[query.offset + i];
                assert_int_equal(result.hits[i].rank, hit->rank);
                assert_int_equal(result.hits[i].tier, hit->tier);
                assert_int_equal(stage_of(&result.hits[i]), stage_of(hit));
                assert_true(result.hits[i].score == hit->score);
            }
        }
    }
    assert_true(n_beyond > 10);
    free(all);
}

static void exact_names_come_first(void **state)
{
    struct searched_sample *fixture = *state;
    static struct search_result result;
    for (uint32_t rank = 1; rank <= index_n_crates(fixture->built.index); rank++) {
        struct index_crate crate;
        index_crate(fixture->built.index, rank, &crate);
        struct search_query query = {.text = {crate.name, crate.name_length}, .limit = 5};
        searched_sample_run(fixture, &query, &result);
        assert_true(result.n_hits > 0);
        assert_true(result.hits[0].exact);
        assert_int_equal(result.hits[0].tier, SEARCH_TIER_EXACT);
        expect_order(&result);
    }
}

static void the_deepest_page_is_empty(void **state)
{
    struct searched_sample *fixture = *state;
    static struct search_result result;
    struct search_query query = {
        .text = {"library", 7}, .limit = SEARCH_MAX_LIMIT, .offset = SEARCH_MAX_OFFSET};
    searched_sample_run(fixture, &query, &result);
    assert_int_equal(result.n_hits, 0);
    assert_true(result.total > RERANK_DEPTH);
    assert_string_equal(result.seek_key, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_parts_of_one_list),
        cmocka_unit_test(exact_names_come_first),
        cmocka_unit_test(the_deepest_page_is_empty),
    };
    return cmocka_run_group_tests_name("search_relevance", tests, searched_sample_open,
                                       searched_sample_close);
}
