/* Lists walked to their end: following the seek keys visits every item once, in order, and gives
   what page after page by offset gives and what a plain scan gives. For every sort, with match=best
   and match=all, with and without a text and filters. By relevance the walk crosses from the exact
   matches to the second stage and on to the first. */
#include "index/base/base64url.h"
#include "tests/support/built_index.h"
#include "tests/support/random.h"
#include "tests/support/random_query.h"
#include "tests/support/search_scan.h"

#include <cratedex/ranking.h>
#include <cratedex/search.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_SORTS 6

struct fixture {
    struct built_index built;
    struct search_scan *scan;
    struct query_source *source;
    struct ranking ranking; /* nothing is corrected */
    unsigned n_crossings;   /* walks from one stage to the next */
};

static int open_fixture(void **state)
{
    static struct fixture fixture;
    built_index_open_sample(&fixture.built);
    fixture.scan = search_scan_open(fixture.built.path);
    fixture.source = query_source_open(fixture.built.path);
    ranking_set_defaults(&fixture.ranking);
    fixture.ranking.typos = false;
    *state = &fixture;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *fixture = *state;
    query_source_close(fixture->source);
    search_scan_close(fixture->scan);
    built_index_remove(&fixture->built);
    return 0;
}

static void run(struct fixture *fixture, const struct search_query *query,
                struct search_result *result)
{
    struct error error = {.message = ""};
    memset(result, 0xee, sizeof *result);
    if (search_run(fixture->built.reader, query, result, &error) != SEARCH_OK)
        fail_msg("\"%.*s\", sort %d: %s", (int)query->text.length, query->text.data,
                 (int)query->sort, error.message);
}

/* The ranks that a walk has visited, in order. */
struct visited {
    uint32_t *ranks;
    bool *seen; /* by rank */
    size_t n;
    size_t n_second;
};

static void visit(struct visited *visited, const struct search_query *query,
                  const struct search_result *result)
{
    if (visited->seen == NULL || visited->ranks == NULL) {
        fail_msg("out of memory");
        return; /* the analyzer does not know that a failure does not come back */
    }
    for (uint32_t i = 0; i < result->n_hits; i++) {
        uint32_t rank = result->hits[i].rank;
        if (visited->seen[rank])
            fail_msg("\"%.*s\", sort %d, limit %u: rank %u is listed twice",
                     (int)query->text.length, query->text.data, (int)query->sort, query->limit,
                     rank);
        visited->seen[rank] = true;
        visited->ranks[visited->n++] = rank;
        visited->n_second += result->hits[i].is_second_stage;
    }
}

static void by_keys(struct fixture *fixture, struct search_query *query, struct visited *visited)
{
    static struct search_result result;
    static char key[SEARCH_MAX_SEEK_KEY];
    for (;;) {
        run(fixture, query, &result);
        search_scan_expect(fixture->scan, query, visited->n, &result);
        visit(visited, query, &result);
        if (result.n_hits == 0)
            break;
        assert_true(strlen(result.seek_key) > 0);
        memcpy(key, result.seek_key, sizeof key);
        query->after = (struct search_string){key, strlen(key)};
    }
    assert_string_equal(result.seek_key, "");
    query->after = (struct search_string){NULL, 0};
}

static void by_offsets(struct fixture *fixture, struct search_query *query, size_t n_all,
                       struct visited *visited)
{
    static struct search_result result;
    for (; query->offset < n_all; query->offset += query->limit) {
        run(fixture, query, &result);
        search_scan_expect(fixture->scan, query, query->offset, &result);
        visit(visited, query, &result);
    }
    query->offset = 0;
}

/* Walks the list both ways, each page compared with the scan. Returns how many it visited; 0 where
   rounding decides what matches. */
static size_t walk(struct fixture *fixture, struct search_query *query)
{
    uint32_t n_crates = index_n_crates(fixture->built.index);
    size_t n_all = search_scan_run(fixture->scan, query);
    struct visited ways[2] = {{0}};
    if (search_scan_is_unsure(fixture->scan))
        return 0;
    for (int way = 0; way < 2; way++) {
        ways[way].ranks = calloc(n_crates + (size_t)1, sizeof *ways[way].ranks);
        ways[way].seen = calloc(n_crates + (size_t)1, sizeof *ways[way].seen);
        if (ways[way].ranks == NULL || ways[way].seen == NULL)
            abort();
        if (way == 0)
            by_keys(fixture, query, &ways[way]);
        else
            by_offsets(fixture, query, n_all, &ways[way]);
        assert_int_equal(ways[way].n, n_all);
    }
    assert_memory_equal(ways[0].ranks, ways[1].ranks, n_all * sizeof *ways[0].ranks);
    assert_int_equal(ways[0].n_second, ways[1].n_second);
    fixture->n_crossings += ways[0].n_second > 0 && ways[0].n_second < n_all;
    for (int way = 0; way < 2; way++) {
        free(ways[way].ranks);
        free(ways[way].seen);
    }
    return n_all;
}

static const uint32_t limits[] = {1, 7, 64, SEARCH_MAX_LIMIT};
#define N_LIMITS (sizeof limits / sizeof *limits)

static void whole_index(void **state)
{
    for (unsigned i = 0; i < N_SORTS * N_LIMITS; i++) {
        struct search_query query = {.sort = (enum search_sort)(i % N_SORTS),
                                     .limit = limits[i / N_SORTS]};
        assert_int_equal(walk(*state, &query),
                         index_n_crates(((struct fixture *)*state)->built.index));
    }
}

static void texts(void **state)
{
    static const char *const words[] = {"parser", "json",  "a",           "serde", "SERDE",
                                        "rand",   "async", "no std",      "-",     "new",
                                        "the",    "s",     "rust library"};
    struct fixture *fixture = *state;
    size_t n_visited = 0;
    for (size_t word = 0; word < sizeof words / sizeof *words; word++) {
        for (unsigned i = 0; i < 2 * N_SORTS * N_LIMITS; i++) {
            struct search_query query = {.text = {words[word], strlen(words[word])},
                                         .sort = (enum search_sort)(i % N_SORTS),
                                         .match = i / N_SORTS % 2 == 0 ? SEARCH_MATCH_BEST
                                                                       : SEARCH_MATCH_ALL,
                                         .ranking = &fixture->ranking,
                                         .limit = limits[i / N_SORTS / 2]};
            n_visited += walk(fixture, &query);
        }
    }
    assert_true(fixture->n_crossings > 20);
    assert_true(n_visited > 1000);
}

static void random_texts_and_filters(void **state)
{
    struct fixture *fixture = *state;
    size_t n_visited = 0;
    uint64_t seed = 103;
    for (unsigned round = 0; round < 400; round++) {
        struct random_query random;
        random_query_text(fixture->source, &seed, &random);
        if (random_below(&seed, 3) == 0)
            random.query.text = (struct search_string){NULL, 0};
        if (random_below(&seed, 2) == 0)
            random_query_filter(fixture->source, &seed, &random);
        random.query.sort =
            round % 2 == 0 ? SEARCH_SORT_RELEVANCE : (enum search_sort)(round / 2 % N_SORTS);
        random.query.match = (enum search_match)(round / 3 % 3);
        random.query.limit = limits[random_below(&seed, N_LIMITS)];
        n_visited += walk(fixture, &random.query);
    }
    assert_true(n_visited > 5000);
}

/* With corrections the scan has no say, but a walk still visits everything once, either way. */
static void texts_that_are_corrected(void **state)
{
    static const char *const words[] = {"serdee",      "tokoi",         "rnad",
                                        "jsno parser", "asinc runtime", "librarry",
                                        "regx",        "sedre_json",    "paresr"};
    static struct search_result result;
    struct fixture *fixture = *state;
    unsigned n_relaxed = 0;
    for (size_t i = 0; i < N_LIMITS * sizeof words / sizeof *words; i++) {
        const char *text = words[i / N_LIMITS];
        struct search_query query = {.text = {text, strlen(text)}, .limit = limits[i % N_LIMITS]};
        uint32_t in_order[2][64];
        size_t n[2] = {0, 0};
        char key[SEARCH_MAX_SEEK_KEY];
        for (int way = 0; way < 2; way++) {
            query.after = (struct search_string){NULL, 0};
            query.offset = 0;
            for (;;) {
                run(fixture, &query, &result);
                for (uint32_t hit = 0; hit < result.n_hits; hit++, n[way]++) {
                    if (n[way] < 64)
                        in_order[way][n[way]] = result.hits[hit].rank;
                }
                if (result.n_hits == 0)
                    break;
                memcpy(key, result.seek_key, sizeof key);
                if (way == 0)
                    query.after = (struct search_string){key, strlen(key)};
                else
                    query.offset += result.n_hits;
            }
            assert_int_equal(n[way], result.total);
        }
        assert_memory_equal(in_order[0], in_order[1], (n[0] < 64 ? n[0] : 64) * sizeof(uint32_t));
        for (size_t at = 0; at < n[0] && at < 64; at++)
            for (size_t before = 0; before < at; before++)
                assert_int_not_equal(in_order[0][before], in_order[0][at]);
        n_relaxed += result.is_relaxed;
    }
    assert_true(n_relaxed >= N_LIMITS);
}

/* A key of one sort continues no other; the sort is part of the key. */
static void keys_belong_to_their_sort(void **state)
{
    static struct search_result result;
    struct fixture *fixture = *state;
    for (int with_text = 0; with_text < 2; with_text++) {
        const struct search_string text = {with_text ? "parser" : NULL, with_text ? 6 : 0};
        for (int sort = 0; sort < N_SORTS; sort++) {
            struct search_query query = {.text = text, .sort = (enum search_sort)sort, .limit = 2};
            char key[SEARCH_MAX_SEEK_KEY];
            run(fixture, &query, &result);
            memcpy(key, result.seek_key, sizeof key);
            for (int other = 0; other < N_SORTS; other++) {
                struct error error = {.message = ""};
                struct search_query next = {.text = text,
                                            .sort = (enum search_sort)other,
                                            .limit = 2,
                                            .after = {key, strlen(key)}};
                /* Without a text, relevance is alphabetical. */
                int kinds[2] = {sort, other};
                for (int i = 0; i < 2; i++)
                    if (!with_text && kinds[i] == SEARCH_SORT_RELEVANCE)
                        kinds[i] = SEARCH_SORT_ALPHABETICAL;
                enum search_status status =
                    search_run(fixture->built.reader, &next, &result, &error);
                assert_int_equal(status, kinds[0] == kinds[1] ? SEARCH_OK : SEARCH_BAD_SEEK);
                if (status == SEARCH_BAD_SEEK)
                    assert_string_equal(error.message, "invalid seek parameter");
            }
        }
    }
}

static void broken_keys_are_refused(void **state)
{
    static struct search_result result;
    static const char *const keys[] = {"",       "x",        "=",        "ZDox",
                                       "%2e%2e", "ZDoxOjI=", "\xff\xfe", "a:serde"};
    struct fixture *fixture = *state;
    for (int sort = 0; sort < N_SORTS; sort++) {
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
            struct error error = {.message = ""};
            struct search_query query = {.text = {"json", 4},
                                         .sort = (enum search_sort)sort,
                                         .limit = 10,
                                         .after = {keys[i], strlen(keys[i])}};
            assert_int_equal(search_run(fixture->built.reader, &query, &result, &error),
                             SEARCH_BAD_SEEK);
            assert_string_equal(error.message, "invalid seek parameter");
        }
    }
}

/* By relevance a key says where in which stage to go on. One that no search gave goes on somewhere,
   or is refused; what it lists is a part of the list, in its order. */
static void keys_of_relevance_that_nothing_gave(void **state)
{
    static struct search_result result;
    static struct search_result all;
    struct fixture *fixture = *state;
    static const struct {
        const char *inside;
        int n_hits; /* -1: refused; -2: some */
    } cases[] = {
        {"s:4:0x1p0:0:1", -1},
        {"s:-1:0x1p0:0:1", -1},
        {"s:2:nan:0:1", -1},
        {"s:3:inf:0:1", -1},
        {"s:3:0x1p0:2:1", -1},
        {"s::0x1p0:0:1", -1},
        {"s:2:0x1p0:0", -1},
        {"s:0x1p0:0:1", -1},
        {"s:0:0x0p+0:0:0", 5},
        {"s:0:1:1:-1", 5},
        {"s:1:0:0:0", 5},
        {"s:2:1e300:0:0", 5},
        {"s:3:1e300:1:0", 5},
        {"s:3:-1e300:1:0", 0},
        {"s:3:0x1p-2000:1:0", 0},
        {"s:3:1e300:0.5:4294967295", -2},
        {"s:2:-1e300:0:0", -2},
        {"s:3:1:0.25:-7", -2},
        {"s:3:1:0:9223372036854775807", -2},
        {"s:2:3.5:0:4294967297", -2},
        {"s:3:0.5:1:4294967296", -2},
    };
    struct search_query query = {.text = {"library", 7}, .limit = SEARCH_MAX_LIMIT};
    run(fixture, &query, &all);
    assert_true(all.n_hits > 70);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char key[SEARCH_MAX_SEEK_KEY];
        struct error error = {.message = ""};
        base64url_encode(key, cases[i].inside, strlen(cases[i].inside));
        query.limit = 5;
        query.after = (struct search_string){key, strlen(key)};
        enum search_status status = search_run(fixture->built.reader, &query, &result, &error);
        if (status != (cases[i].n_hits == -1 ? SEARCH_BAD_SEEK : SEARCH_OK) ||
            (cases[i].n_hits >= 0 && result.n_hits != (uint32_t)cases[i].n_hits))
            fail_msg("%s: status %d, %u hits", cases[i].inside, (int)status, result.n_hits);
        if (status != SEARCH_OK)
            continue;
        assert_int_equal(result.total, all.total);
        for (uint32_t hit = 1; hit < result.n_hits; hit++) {
            const struct search_hit *before = &result.hits[hit - 1];
            assert_true(before->is_second_stage >= result.hits[hit].is_second_stage);
            if (before->is_second_stage == result.hits[hit].is_second_stage)
                assert_true(before->score >= result.hits[hit].score);
        }
    }
}

/* A key whose item is gone, as after a new dump, continues where the item would stand: no crate has
   id 0. */
static void keys_of_items_that_are_gone(void **state)
{
    static struct search_result result;
    struct fixture *fixture = *state;
    static const struct {
        enum search_sort sort;
        const char *key; /* base64url of the text behind it */
        bool at_end;
    } cases[] = {
        {SEARCH_SORT_ALPHABETICAL, "YTowOn5-fg", true},                    /* a:0:~~~ */
        {SEARCH_SORT_ALPHABETICAL, "YTowOg", false},                       /* a:0: */
        {SEARCH_SORT_DOWNLOADS, "ZDotMTow", true},                         /* d:-1:0 */
        {SEARCH_SORT_DOWNLOADS, "ZDo5MjIzMzcyMDM2ODU0Nzc1ODA3OjA", false}, /* d:2^63 - 1:0 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct search_query query = {
            .sort = cases[i].sort, .limit = 5, .after = {cases[i].key, strlen(cases[i].key)}};
        run(fixture, &query, &result);
        assert_int_equal(result.n_hits, cases[i].at_end ? 0 : 5);
        assert_int_equal(result.total, index_n_crates(fixture->built.index));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_index),
        cmocka_unit_test(texts),
        cmocka_unit_test(random_texts_and_filters),
        cmocka_unit_test(texts_that_are_corrected),
        cmocka_unit_test(keys_belong_to_their_sort),
        cmocka_unit_test(broken_keys_are_refused),
        cmocka_unit_test(keys_of_relevance_that_nothing_gave),
        cmocka_unit_test(keys_of_items_that_are_gone),
    };
    return cmocka_run_group_tests_name("list_walk", tests, open_fixture, close_fixture);
}
