/* The terms of an explanation add up to the score by which a hit stands where it does, its words
   and fields are what SQLite finds, and there is none of a search that was not by relevance. */
#include "tests/support/random.h"
#include "tests/support/searched_sample.h"
#include "tests/support/sql.h"

#include <cratedex/search.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void explain(const struct search_result *result, const struct search_hit *hit,
                    struct search_explanation *explanation)
{
    struct error error = {.message = ""};
    memset(explanation, 0xee, sizeof *explanation);
    if (search_explain(result->search, hit, explanation, &error) != 0)
        fail_msg("%s", error.message);
}

static void expect_sum(const struct search_hit *hit, const struct search_explanation *explanation)
{
    double sum = explanation->any + explanation->main + explanation->keywords +
                 explanation->popularity + explanation->substring;
    assert_true(fabs(sum - explanation->first_stage) < 1e-9);
    assert_int_equal(explanation->tier, hit->tier);
    assert_int_equal(explanation->has_second_stage, hit->is_second_stage);
    assert_true(explanation->second_stage == (hit->is_second_stage ? hit->score : 0));
}

/* With the first stage alone, the sum is the score. With both, the same crates have the same
   sums. */
static void terms_add_up_to_the_score(void **state)
{
    struct searched_sample *fixture = *state;
    static struct search_result result;
    static struct search_explanation explanation;
    uint64_t seed = 137;
    unsigned n_hits = 0;
    unsigned n_substrings = 0;
    for (int round = 0; round < 400; round++) {
        struct random_query random;
        random_query_text(fixture->source, &seed, &random);
        random.query.match = round % 3 == 0 ? SEARCH_MATCH_ALL : SEARCH_MATCH_BEST;
        random.ranking.second_stage = false;
        if (round % 2 == 0)
            random.ranking.min_share = 1;
        if (round % 4 == 0)
            random_query_filter(fixture->source, &seed, &random);
        searched_sample_run(fixture, &random.query, &result);
        double sums[SEARCH_MAX_LIMIT];
        uint32_t n = result.n_hits;
        uint32_t ranks[SEARCH_MAX_LIMIT];
        if (strspn(random.text, " ") == strlen(random.text))
            continue;
        for (uint32_t i = 0; i < n; i++) {
            const struct search_hit *hit = &result.hits[i];
            bool is_named = hit->exact || hit->in_front;
            explain(&result, hit, &explanation);
            expect_sum(hit, &explanation);
            if (!is_named && fabs(explanation.first_stage - hit->score) > 1e-4)
                fail_msg("\"%s\", rank %u: %.9g is explained as %.9g", random.text, hit->rank,
                         hit->score, explanation.first_stage);
            assert_true(is_named ||
                        (explanation.substring > 0) == (hit->tier == SEARCH_TIER_SUBSTRING));
            n_substrings += explanation.substring > 0;
            ranks[i] = hit->rank;
            sums[i] = explanation.first_stage;
        }
        n_hits += n;
        random.ranking.second_stage = true;
        searched_sample_run(fixture, &random.query, &result);
        for (uint32_t i = 0; i < result.n_hits; i++) {
            explain(&result, &result.hits[i], &explanation);
            expect_sum(&result.hits[i], &explanation);
            for (uint32_t j = 0; j < n; j++)
                if (ranks[j] == result.hits[i].rank)
                    assert_true(sums[j] == explanation.first_stage);
        }
    }
    assert_true(n_hits > 1000);
    assert_true(n_substrings > 100);
}

/* A bit a field, by MATCH. */
static unsigned expected_fields(const struct searched_sample *fixture, const char *word,
                                uint32_t rank)
{
    static const char *const columns[] = {"name", "keywords", "description", "readme"};
    unsigned fields = 0;
    for (unsigned i = 0; i < 4; i++) {
        char sql[256];
        snprintf(sql, sizeof sql,
                 "SELECT count(*) FROM crates_fts WHERE crates_fts MATCH '%s : \"%s\"'"
                 " AND rowid = %u",
                 columns[i], word, rank);
        char *n = sql_text(fixture->built.path, sql);
        fields |= (unsigned)(n[0] - '0') << i;
        free(n);
    }
    return fields;
}

static void words_and_fields_are_right(void **state)
{
    struct searched_sample *fixture = *state;
    static struct search_result result;
    static struct search_explanation explanation;
    static const char *const words[] = {"json", "parsers", "async"};
    unsigned n_found = 0;
    struct search_query query = {.text = {"the json parsers async", 22}, .limit = 20};
    searched_sample_run(fixture, &query, &result);
    assert_true(result.n_hits > 5);
    for (uint32_t i = 0; i < result.n_hits; i++) {
        double shares = 0;
        explain(&result, &result.hits[i], &explanation);
        assert_int_equal(explanation.n_words, 3); /* no stop word */
        assert_memory_equal(explanation.words[0].stem, "json", explanation.words[0].length);
        assert_memory_equal(explanation.words[1].stem, "parser", explanation.words[1].length);
        for (uint32_t word = 0; word < 3; word++) {
            unsigned expected = expected_fields(fixture, words[word], result.hits[i].rank);
            assert_true(explanation.words[word].share > 0);
            shares += explanation.words[word].share;
            if (explanation.words[word].is_completion)
                assert_int_equal(expected, 0);
            else
                assert_int_equal(explanation.words[word].fields, expected);
            n_found += expected != 0;
        }
        assert_true(fabs(shares - 1) < 1e-5);
    }
    assert_true(n_found > 5);
}

/* The beginning of a word is named as such. */
static void completions_are_marked(void **state)
{
    struct searched_sample *fixture = *state;
    static struct search_result result;
    static struct search_explanation explanation;
    struct search_query query = {.text = {"seria", 5}, .limit = 50};
    unsigned n_completions = 0;
    searched_sample_run(fixture, &query, &result);
    assert_true(result.n_hits > 0);
    for (uint32_t i = 0; i < result.n_hits; i++) {
        explain(&result, &result.hits[i], &explanation);
        assert_int_equal(explanation.n_words, 1);
        if (explanation.words[0].is_completion) {
            n_completions++;
            assert_int_equal(expected_fields(fixture, "seria", result.hits[i].rank), 0);
            assert_int_not_equal(explanation.words[0].fields, 0);
        }
    }
    assert_true(n_completions > 0);
}

static void other_searches_are_not_explained(void **state)
{
    struct searched_sample *fixture = *state;
    static struct search_result result;
    static struct search_explanation explanation;
    static const struct search_query others[] = {
        {.text = {"json", 4}, .sort = SEARCH_SORT_DOWNLOADS, .limit = 5},
        {.text = {"json", 4}, .sort = SEARCH_SORT_ALPHABETICAL, .limit = 5},
        {.limit = 5}, /* a list */
        {.text = {"  ", 2}, .limit = 5},
    };
    const struct search_query by_relevance = {.text = {"json", 4}, .limit = 5};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct error error = {.message = ""};
        searched_sample_run(fixture, &by_relevance, &result);
        explain(&result, &result.hits[0], &explanation);
        searched_sample_run(fixture, &others[i], &result);
        assert_int_equal(search_explain(result.search, &result.hits[0], &explanation, &error), -1);
        assert_non_null(strstr(error.message, "relevance"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terms_add_up_to_the_score),
        cmocka_unit_test(words_and_fields_are_right),
        cmocka_unit_test(completions_are_marked),
        cmocka_unit_test(other_searches_are_not_explained),
    };
    return cmocka_run_group_tests_name("search_explain", tests, searched_sample_open,
                                       searched_sample_close);
}
