/* Lists walked to their end: following the seek keys visits every item once, in order, and gives what
   page after page by offset gives and what a plain scan gives. For every sort, with and without a text
   and filters. */
#include "tests/support/built_index.h"
#include "tests/support/random.h"
#include "tests/support/random_query.h"
#include "tests/support/search_scan.h"

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
};

static int open_fixture(void **state)
{
    static struct fixture fixture;
    built_index_make(&fixture.built, SAMPLE_DUMP);
    fixture.scan = search_scan_open(fixture.built.path);
    fixture.source = query_source_open(fixture.built.path);
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
    struct error error = {""};
    memset(result, 0xee, sizeof *result);
    if (search_run(fixture->built.reader, query, result, &error) != SEARCH_OK)
        fail_msg("\"%.*s\", sort %d: %s", (int)query->text.length, query->text.data,
                 (int)query->sort, error.message);
}

/* Walks the list both ways, each page compared with the scan: that visits everything once. */
static size_t walk(struct fixture *fixture, struct search_query *query)
{
    static struct search_result result;
    static char key[SEARCH_MAX_SEEK_KEY];
    const struct search_hit *all;
    size_t n_all = search_scan_run(fixture->scan, query, &all);
    size_t n_seen = 0;
    query->after = (struct search_string){NULL, 0};
    query->offset = 0;
    for (;;) {
        run(fixture, query, &result);
        search_scan_expect(query, all, n_all, n_seen, &result);
        n_seen += result.n_hits;
        if (result.n_hits == 0) {
            assert_string_equal(result.seek_key, "");
            break;
        }
        assert_true(strlen(result.seek_key) > 0);
        memcpy(key, result.seek_key, sizeof key);
        query->after = (struct search_string){key, strlen(key)};
    }
    assert_int_equal(n_seen, n_all);
    query->after = (struct search_string){NULL, 0};
    for (; query->offset < n_all; query->offset += query->limit) {
        run(fixture, query, &result);
        search_scan_expect(query, all, n_all, query->offset, &result);
    }
    return n_all;
}

static const uint32_t limits[] = {1, 7, SEARCH_MAX_LIMIT};
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
    static const char *const words[] = {"parser", "json",   "a", "serde", "SERDE", "rand",
                                        "async",  "no std", "-", "new",   "the"};
    struct fixture *fixture = *state;
    size_t n_visited = 0;
    for (size_t word = 0; word < sizeof words / sizeof *words; word++) {
        for (unsigned i = 0; i < N_SORTS * N_LIMITS; i++) {
            struct search_query query = {.text = {words[word], strlen(words[word])},
                                         .sort = (enum search_sort)(i % N_SORTS),
                                         .limit = limits[i / N_SORTS]};
            n_visited += walk(fixture, &query);
        }
    }
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
        random.query.sort = (enum search_sort)(round % N_SORTS);
        random.query.limit = limits[random_below(&seed, N_LIMITS)];
        n_visited += walk(fixture, &random.query);
    }
    assert_true(n_visited > 5000);
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
                struct error error = {""};
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
            struct error error = {""};
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

/* A key whose item is gone, as after a new dump, continues where the item would stand. */
static void keys_of_items_that_are_gone(void **state)
{
    static struct search_result result;
    struct fixture *fixture = *state;
    static const struct {
        enum search_sort sort;
        const char *key; /* base64url of the text behind it */
        bool at_end;
    } cases[] = {
        {SEARCH_SORT_ALPHABETICAL, "YTp-fn4", true},                       /* a:~~~ */
        {SEARCH_SORT_ALPHABETICAL, "YTo", false},                          /* a: */
        {SEARCH_SORT_DOWNLOADS, "ZDotMTox", true},                         /* d:-1:1 */
        {SEARCH_SORT_DOWNLOADS, "ZDo5MjIzMzcyMDM2ODU0Nzc1ODA3OjE", false}, /* d:2^63 - 1:1 */
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
        cmocka_unit_test(keys_belong_to_their_sort),
        cmocka_unit_test(broken_keys_are_refused),
        cmocka_unit_test(keys_of_items_that_are_gone),
    };
    return cmocka_run_group_tests_name("list_walk", tests, open_fixture, close_fixture);
}
