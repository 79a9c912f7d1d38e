/* The heart of the search: for hundreds of random queries, what search_run gives (order, tiers,
   scores, exact matches, total) is what a plain scan gives that scores every crate of the file and
   sorts. With match=best and match=all, with and without the second stage, with other weights, with
   and without filters, misspelt, in every sort, page by page. */
#include "index/segment/open_index.h"
#include "tests/support/built_index.h"
#include "tests/support/random.h"
#include "tests/support/random_edit.h"
#include "tests/support/random_filters.h"
#include "tests/support/random_query.h"
#include "tests/support/sanitized.h"
#include "tests/support/search_scan.h"

#include <cratedex/ranking.h>
#include <cratedex/search.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define N_SORTS 6

/* Queries a test. */
#define N_SAMPLE_ROUNDS USUAL_OR_SANITIZED(500, 250)
#define N_LARGE_ROUNDS 250
/* Under sanitizers the sample does: it goes through the same code. */
#define HAS_LARGE USUAL_OR_SANITIZED(true, false)

struct fixture {
    struct built_index built;
    struct search_scan *scan;
    struct query_source *source;
    struct random_filters *filters;
    unsigned n_rounds; /* a test */
};

static void open_fixture(struct fixture *fixture, unsigned n_rounds)
{
    fixture->scan = search_scan_open(fixture->built.path);
    fixture->source = query_source_open(fixture->built.path);
    fixture->filters = random_filters_open(fixture->built.path, fixture->built.index);
    fixture->n_rounds = n_rounds;
}

static int open_sample(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    built_index_open_sample(&fixture->built);
    open_fixture(fixture, N_SAMPLE_ROUNDS);
    *state = fixture;
    return 0;
}

/* Without it the state stays NULL, and the tests are skipped. */
static int open_large(void **state)
{
    *state = NULL;
    if (!HAS_LARGE || access(LARGE_DUMP, R_OK) != 0)
        return 0;
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    built_index_open_large(&fixture->built);
    open_fixture(fixture, N_LARGE_ROUNDS);
    *state = fixture;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *fixture = *state;
    if (fixture == NULL)
        return 0;
    random_filters_close(fixture->filters);
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

/* What was asked, so that a test can say that it was worth asking. */
struct tally {
    unsigned n_settled;
    unsigned n_matched;
    unsigned n_relaxed;
    unsigned n_offered; /* another text, where nothing of it is searched for */
    size_t n_tiers[N_SEARCH_TIERS];
    size_t n_second;
    size_t n_behind;
};

/* Runs the query for some pages: the first, one in the middle, the last, one behind it. */
static void expect_pages(struct fixture *fixture, struct search_query *query, uint64_t *seed,
                         struct tally *tally)
{
    static struct search_result result;
    struct error error = {.message = ""};
    size_t n_all = search_scan_run(fixture->scan, query);
    if (search_scan_is_unsure(fixture->scan))
        return;
    tally->n_settled++;
    tally->n_matched += n_all > 0;
    tally->n_relaxed += search_scan_is_relaxed(fixture->scan);
    for (int tier = 0; tier < N_SEARCH_TIERS; tier++)
        tally->n_tiers[tier] += search_scan_count(fixture->scan, (enum search_tier)tier);
    static const uint32_t limits[] = {1, 7, 10, 64, SEARCH_MAX_LIMIT};
    for (int page = 0; page < 4; page++) {
        uint32_t limit = limits[random_below(seed, 5)];
        uint32_t n = (uint32_t)n_all;
        const uint32_t offsets[] = {0, random_below(seed, n + 1), n > limit ? n - limit : 0, n + 5};
        query->limit = limit;
        query->offset = offsets[page] < SEARCH_MAX_OFFSET ? offsets[page] : SEARCH_MAX_OFFSET;
        if (search_run(fixture->built.reader, query, &result, &error) != SEARCH_OK)
            fail_msg("\"%.*s\": %s", (int)query->text.length, query->text.data, error.message);
        search_scan_expect(fixture->scan, query, query->offset, &result);
        tally->n_offered += page == 0 && result.did_you_mean[0] != '\0' && !result.is_relaxed;
        for (uint32_t i = 0; i < result.n_hits; i++) {
            tally->n_second += result.hits[i].is_second_stage;
            tally->n_behind += !result.hits[i].is_second_stage && !result.hits[i].exact;
        }
    }
}

/* Filters the query in either way, or in both; seldom by the list, which every query has in
   test_refined_oracle.c, for the scan takes long by it. */
static void filter(const struct fixture *fixture, uint64_t *seed, struct random_query *random)
{
    uint32_t way = random_below(seed, 8);
    if (way < 7)
        random_query_filter(fixture->source, seed, random);
    if (way > 5) {
        random_filters_draw(fixture->filters, seed, &random->filters);
        random->query.filters = &random->filters;
    }
}

/* Nearly every query has an answer that rounding cannot change. */
static void expect_settled(const struct tally *tally, unsigned n_rounds)
{
    if (tally->n_settled < n_rounds - n_rounds / 20)
        fail_msg("only %u of %u queries are settled", tally->n_settled, n_rounds);
}

static void relevance(void **state, enum search_match match, bool filters, uint64_t seed)
{
    struct fixture *fixture = fixture_of(state);
    struct tally tally = {0};
    for (unsigned round = 0; round < fixture->n_rounds; round++) {
        struct random_query random;
        random_query_text(fixture->source, &seed, &random);
        random.query.match = match;
        if (filters)
            filter(fixture, &seed, &random);
        expect_pages(fixture, &random.query, &seed, &tally);
    }
    expect_settled(&tally, fixture->n_rounds);
    assert_true(tally.n_second > 100);
    assert_true(filters || tally.n_behind > 100);
    /* The queries are worth asking: most find something, and every tier has its crates. */
    if (filters) {
        assert_true(tally.n_matched > fixture->n_rounds / 25);
        return;
    }
    assert_true(tally.n_matched > fixture->n_rounds / 2);
    for (int tier = SEARCH_TIER_EXACT; tier <= SEARCH_TIER_SUBSTRING; tier++)
        assert_true(tally.n_tiers[tier] > fixture->n_rounds / 25);
}

static void best_without_filters(void **state)
{
    relevance(state, SEARCH_MATCH_DEFAULT, false, 83);
}

static void best_with_filters(void **state)
{
    relevance(state, SEARCH_MATCH_BEST, true, 89);
}

static void all_without_filters(void **state)
{
    relevance(state, SEARCH_MATCH_ALL, false, 107);
}

static void all_with_filters(void **state)
{
    relevance(state, SEARCH_MATCH_ALL, true, 109);
}

static void first_stage_alone(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct tally tally = {0};
    uint64_t seed = 113;
    for (unsigned round = 0; round < fixture->n_rounds; round++) {
        struct random_query random;
        random_query_text(fixture->source, &seed, &random);
        random.query.match = round % 3 == 0 ? SEARCH_MATCH_ALL : SEARCH_MATCH_BEST;
        random.ranking.second_stage = false;
        if (round % 4 == 0)
            filter(fixture, &seed, &random);
        expect_pages(fixture, &random.query, &seed, &tally);
    }
    expect_settled(&tally, fixture->n_rounds);
    assert_int_equal(tally.n_second, 0);
    assert_true(tally.n_behind > 500);
}

static double random_share(uint64_t *seed)
{
    return (double)(1 + random_below(seed, 1000)) / 1000;
}

/* Whatever an operator's file may say. */
static void other_weights(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct tally tally = {0};
    uint64_t seed = 127;
    for (unsigned round = 0; round < fixture->n_rounds; round++) {
        struct random_query random;
        const struct ranking ranking = {
            .any = random_share(&seed),
            .main = 2 * random_share(&seed),
            .keywords = random_share(&seed),
            .popularity = 2 * random_share(&seed),
            .substring = random_share(&seed),
            .stem = round % 3 == 0 ? 1 : random_share(&seed),
            .prefix = random_share(&seed),
            .synonym = round % 3 == 0 ? 0 : random_share(&seed),
            .min_share = round % 5 == 0 ? 1 : random_share(&seed),
            .second_stage = round % 2 == 0,
        };
        random_query_text(fixture->source, &seed, &random);
        random.ranking = ranking;
        if (round % 7 == 0)
            random.ranking.popularity = 0; /* many crates are equal then */
        if (round % 11 == 0)
            random.ranking.prefix = 0; /* no word is taken for unfinished */
        expect_pages(fixture, &random.query, &seed, &tally);
    }
    expect_settled(&tally, fixture->n_rounds);
    assert_true(tally.n_second > 100 && tally.n_behind > 100);
}

/* Texts that have words of the table. */
static void words_with_synonyms(void **state)
{
    struct fixture *fixture = fixture_of(state);
    const struct synonyms *synonyms = &fixture->built.index->synonyms;
    struct tally tally = {0};
    uint64_t seed = 137;
    uint32_t n_words = synonyms->starts[synonyms->n_groups];
    for (unsigned round = 0; round < fixture->n_rounds; round++) {
        struct random_query random;
        char text[2 * SEARCH_MAX_TEXT_BYTES];
        const struct synonym *synonym = &synonyms->words[random_below(&seed, n_words)];
        random_query_text(fixture->source, &seed, &random);
        bool is_last = round % 3 == 0;
        int length = snprintf(text, sizeof text, "%.*s %.*s",
                              is_last ? (int)random.query.text.length : (int)synonym->length,
                              is_last ? random.text : synonym->word,
                              is_last ? (int)synonym->length : (int)random.query.text.length,
                              is_last ? synonym->word : random.text);
        if (length > SEARCH_MAX_TEXT_BYTES)
            continue;
        random.query.text = (struct search_string){text, (size_t)length};
        if (round % 2 == 0)
            random.query.text = (struct search_string){synonym->word, synonym->length};
        random.query.match = (enum search_match)(round % 3);
        random.ranking.typos = round % 5 == 0;
        expect_pages(fixture, &random.query, &seed, &tally);
    }
    expect_settled(&tally, fixture->n_rounds);
    assert_true(tally.n_second > 100);
}

static bool is_ascii(const char *text)
{
    while (*text > 0)
        text++;
    return *text == '\0';
}

/* Words that occur nowhere are corrected, and names that the text nearly is stand in front. */
static void misspelt_texts(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct tally tally = {0};
    uint64_t seed = 131;
    for (unsigned round = 0; round < fixture->n_rounds; round++) {
        struct random_query random;
        random_query_text(fixture->source, &seed, &random);
        size_t length = random.query.text.length;
        if (length >= 4 && is_ascii(random.text))
            random.query.text.length = random_edit(&seed, random.text, length);
        random.ranking.typos = true;
        random.query.match = (enum search_match)(round % 3);
        if (round % 4 == 0)
            random.query.sort = (enum search_sort)(round / 4 % N_SORTS);
        if (round % 5 == 0)
            filter(fixture, &seed, &random);
        expect_pages(fixture, &random.query, &seed, &tally);
    }
    expect_settled(&tally, fixture->n_rounds);
    assert_true(tally.n_relaxed > fixture->n_rounds / 5);
    assert_true(tally.n_tiers[SEARCH_TIER_NEAR] > fixture->n_rounds / 25);
}

/* Names are found whatever separates their words, each in the part of the order that it belongs
   to. */
static void names_with_other_separators(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct tally tally = {0};
    uint64_t seed = 137;
    for (unsigned round = 0; round < fixture->n_rounds; round++) {
        struct random_query random;
        random_query_loose_name(fixture->source, &seed, &random);
        random.ranking.typos = round % 3 == 0;
        random.ranking.second_stage = round % 5 != 0;
        random.query.match =
            (enum search_match)(round % 4 == 0 ? SEARCH_MATCH_ALL : SEARCH_MATCH_BEST);
        if (round % 6 == 0)
            random.query.sort = (enum search_sort)(round / 6 % N_SORTS);
        if (round % 7 == 0)
            filter(fixture, &seed, &random);
        expect_pages(fixture, &random.query, &seed, &tally);
    }
    expect_settled(&tally, fixture->n_rounds);
    assert_true(tally.n_tiers[SEARCH_TIER_SAME] > fixture->n_rounds / 10);
    assert_true(tally.n_tiers[SEARCH_TIER_BEGINNING] > fixture->n_rounds / 150);
    assert_true(tally.n_tiers[SEARCH_TIER_BY_WORDS] > fixture->n_rounds / 25);
}

/* A word that occurs nowhere may be two that do. */
static void words_run_together(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct tally tally = {0};
    uint64_t seed = 139;
    for (unsigned round = 0; round < fixture->n_rounds; round++) {
        struct random_query random;
        random_query_compound(fixture->source, &seed, &random);
        random.query.match = (enum search_match)(round % 3);
        if (round % 6 == 0)
            random.query.sort = (enum search_sort)(round / 6 % N_SORTS);
        if (round % 7 == 0)
            filter(fixture, &seed, &random);
        expect_pages(fixture, &random.query, &seed, &tally);
    }
    expect_settled(&tally, fixture->n_rounds);
    assert_true(tally.n_relaxed > fixture->n_rounds / 4);
}

/* Names with a slip in them, which may leave words that occur. */
static void slips_in_names(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct tally tally = {0};
    uint64_t seed = 139;
    for (unsigned round = 0; round < fixture->n_rounds; round++) {
        uint32_t rank = 1 + random_below(&seed, index_n_crates(fixture->built.index));
        char text[INDEX_MAX_NAME_BYTES + 2];
        struct index_crate crate;
        struct ranking ranking;
        index_crate(fixture->built.index, rank, &crate);
        memcpy(text, crate.name, crate.name_length);
        size_t length =
            crate.name_length < 4 ? crate.name_length : random_edit(&seed, text, crate.name_length);
        ranking_set_defaults(&ranking);
        struct search_query query = {.text = {text, length},
                                     .match = (enum search_match)(round % 3),
                                     .leave_out_yanked = round % 5 == 0,
                                     .ranking = &ranking};
        expect_pages(fixture, &query, &seed, &tally);
    }
    expect_settled(&tally, fixture->n_rounds);
    assert_true(tally.n_offered > fixture->n_rounds / 25);
    assert_true(tally.n_relaxed > fixture->n_rounds / 5);
}

static void every_other_sort(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct tally tally = {0};
    uint64_t seed = 97;
    for (unsigned round = 0; round < fixture->n_rounds; round++) {
        struct random_query random;
        random_query_text(fixture->source, &seed, &random);
        random.query.sort = (enum search_sort)(1 + round % (N_SORTS - 1));
        random.query.match = (enum search_match)(round / N_SORTS % 3);
        if (round % 2 == 0)
            filter(fixture, &seed, &random);
        expect_pages(fixture, &random.query, &seed, &tally);
    }
    expect_settled(&tally, fixture->n_rounds);
}

static void lists_without_a_text(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct tally tally = {0};
    uint64_t seed = 101;
    for (unsigned round = 0; round < fixture->n_rounds; round++) {
        struct random_query random;
        random_query_text(fixture->source, &seed, &random);
        random.query.text = (struct search_string){round % 2 == 0 ? NULL : "  ", round % 2 * 2};
        random.query.sort = (enum search_sort)(round % N_SORTS);
        if (round >= N_SORTS)
            filter(fixture, &seed, &random);
        expect_pages(fixture, &random.query, &seed, &tally);
    }
    assert_true(tally.n_matched > fixture->n_rounds / 8);
}

#define ORACLE_TESTS                                                                               \
    {                                                                                              \
        cmocka_unit_test(best_without_filters), cmocka_unit_test(best_with_filters),               \
            cmocka_unit_test(all_without_filters), cmocka_unit_test(all_with_filters),             \
            cmocka_unit_test(first_stage_alone), cmocka_unit_test(other_weights),                  \
            cmocka_unit_test(misspelt_texts), cmocka_unit_test(names_with_other_separators),       \
            cmocka_unit_test(words_run_together), cmocka_unit_test(words_with_synonyms),           \
            cmocka_unit_test(slips_in_names), cmocka_unit_test(every_other_sort),                  \
            cmocka_unit_test(lists_without_a_text),                                                \
    }

int main(void)
{
    const struct CMUnitTest tests[] = ORACLE_TESTS;
    int n_failed =
        cmocka_run_group_tests_name("search_oracle: sample", tests, open_sample, close_fixture);
    return n_failed + cmocka_run_group_tests_name("search_oracle: the 3,000 most used crates",
                                                  tests, open_large, close_fixture);
}
