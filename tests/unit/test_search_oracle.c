/* The heart of the search: for hundreds of random queries, what search_run gives (order, tiers, scores,
   exact matches, total) is what a plain scan gives that scores every crate of the file and sorts. With
   and without filters, in every sort, page by page. */
#include "tests/support/built_index.h"
#include "tests/support/random.h"
#include "tests/support/random_query.h"
#include "tests/support/search_scan.h"

#include <cratedex/search.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define N_SORTS 6

struct fixture {
    struct built_index built;
    struct search_scan *scan;
    struct query_source *source;
    unsigned n_rounds; /* a test */
};

static void open_fixture(struct fixture *fixture, const char *dump, unsigned n_rounds)
{
    built_index_make(&fixture->built, dump);
    fixture->scan = search_scan_open(fixture->built.path);
    fixture->source = query_source_open(fixture->built.path);
    fixture->n_rounds = n_rounds;
}

static int open_sample(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    open_fixture(fixture, SAMPLE_DUMP, 500);
    *state = fixture;
    return 0;
}

/* Without the large dump the state stays NULL, and the tests are skipped. */
static int open_large(void **state)
{
    *state = NULL;
    if (access(LARGE_DUMP, R_OK) != 0)
        return 0;
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    open_fixture(fixture, LARGE_DUMP, 250);
    *state = fixture;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *fixture = *state;
    if (fixture == NULL)
        return 0;
    query_source_close(fixture->source);
    search_scan_close(fixture->scan);
    built_index_remove(&fixture->built);
    free(fixture);
    return 0;
}

static struct fixture *fixture_of(void **state)
{
    if (*state == NULL) {
        print_message("skipped: no %s\n", LARGE_DUMP);
        skip();
    }
    return *state;
}

/* Runs the query for some pages: the first, one in the middle, the last, one behind it. Returns how
   many crates match. */
static size_t expect_pages(struct fixture *fixture, struct search_query *query, uint64_t *seed)
{
    static struct search_result result;
    const struct search_hit *all;
    struct error error = {""};
    size_t n_all = search_scan_run(fixture->scan, query, &all);
    static const uint32_t limits[] = {1, 7, 10, SEARCH_MAX_LIMIT};
    for (int page = 0; page < 4; page++) {
        uint32_t limit = limits[random_below(seed, 4)];
        uint32_t n = (uint32_t)n_all;
        const uint32_t offsets[] = {0, random_below(seed, n + 1), n > limit ? n - limit : 0, n + 5};
        query->limit = limit;
        query->offset = offsets[page] < SEARCH_MAX_OFFSET ? offsets[page] : SEARCH_MAX_OFFSET;
        if (search_run(fixture->built.reader, query, &result, &error) != SEARCH_OK)
            fail_msg("\"%.*s\": %s", (int)query->text.length, query->text.data, error.message);
        search_scan_expect(query, all, n_all, query->offset, &result);
    }
    return n_all;
}

static void relevance_without_filters(void **state)
{
    struct fixture *fixture = fixture_of(state);
    size_t n_matches = 0;
    size_t n_tiers[N_SEARCH_TIERS] = {0};
    uint64_t seed = 83;
    for (unsigned round = 0; round < fixture->n_rounds; round++) {
        struct random_query random;
        const struct search_hit *all;
        random_query_text(fixture->source, &seed, &random);
        n_matches += expect_pages(fixture, &random.query, &seed) > 0;
        size_t n_all = search_scan_run(fixture->scan, &random.query, &all);
        for (size_t i = 0; i < n_all; i++)
            n_tiers[all[i].tier]++;
    }
    /* The queries are worth asking: most find something, and every tier has its crates. */
    assert_true(n_matches > fixture->n_rounds / 2);
    for (int tier = SEARCH_TIER_EXACT; tier <= SEARCH_TIER_SUBSTRING; tier++)
        assert_true(n_tiers[tier] > 20);
}

static void relevance_with_filters(void **state)
{
    struct fixture *fixture = fixture_of(state);
    size_t n_matches = 0;
    uint64_t seed = 89;
    for (unsigned round = 0; round < fixture->n_rounds; round++) {
        struct random_query random;
        random_query_text(fixture->source, &seed, &random);
        random_query_filter(fixture->source, &seed, &random);
        n_matches += expect_pages(fixture, &random.query, &seed) > 0;
    }
    assert_true(n_matches > 20);
}

static void every_other_sort(void **state)
{
    struct fixture *fixture = fixture_of(state);
    uint64_t seed = 97;
    for (unsigned round = 0; round < fixture->n_rounds; round++) {
        struct random_query random;
        random_query_text(fixture->source, &seed, &random);
        random.query.sort = (enum search_sort)(1 + round % (N_SORTS - 1));
        if (round % 2 == 0)
            random_query_filter(fixture->source, &seed, &random);
        expect_pages(fixture, &random.query, &seed);
    }
}

static void lists_without_a_text(void **state)
{
    struct fixture *fixture = fixture_of(state);
    size_t n_matches = 0;
    uint64_t seed = 101;
    for (unsigned round = 0; round < fixture->n_rounds; round++) {
        struct random_query random;
        random_query_text(fixture->source, &seed, &random);
        random.query.text = (struct search_string){round % 2 == 0 ? NULL : "  ", round % 2 * 2};
        random.query.sort = (enum search_sort)(round % N_SORTS);
        if (round >= N_SORTS)
            random_query_filter(fixture->source, &seed, &random);
        n_matches += expect_pages(fixture, &random.query, &seed) > 0;
    }
    assert_true(n_matches > fixture->n_rounds / 8);
}

#define ORACLE_TESTS                                                                               \
    {                                                                                              \
        cmocka_unit_test(relevance_without_filters), cmocka_unit_test(relevance_with_filters),     \
            cmocka_unit_test(every_other_sort), cmocka_unit_test(lists_without_a_text),            \
    }

int main(void)
{
    const struct CMUnitTest tests[] = ORACLE_TESTS;
    int n_failed =
        cmocka_run_group_tests_name("search_oracle: sample", tests, open_sample, close_fixture);
    return n_failed + cmocka_run_group_tests_name("search_oracle: the 3,000 most used crates",
                                                  tests, open_large, close_fixture);
}
