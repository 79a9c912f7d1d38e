/* What a plan tells of searches over the sample, against SQLite's count of the words' crates and
   the result itself. */
#include "tests/support/searched_sample.h"
#include "tests/support/sql.h"

#include <cratedex/query_plan.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TEXT(literal) ((struct search_string){(literal), sizeof(literal) - 1})

static struct search_result result;
static struct query_plan plan;

/* Searches, and describes that over what was there before. */
static void describe(struct searched_sample *sample, struct search_string text,
                     enum search_sort sort)
{
    const struct search_query query = {.text = text, .sort = sort, .limit = 10};
    memset(&plan, 0xee, sizeof plan);
    searched_sample_run(sample, &query, &result);
    query_plan_describe(&query, &result, &plan);
}

static void words_have_the_lengths_of_their_lists(void **state)
{
    struct searched_sample *sample = *state;
    describe(sample, TEXT("async http client"), SEARCH_SORT_DOWNLOADS);
    assert_int_equal(plan.n_words, 3);
    assert_int_equal(plan.n_left_out, 0);
    double shares = 0;
    for (uint32_t i = 0; i < plan.n_words; i++) {
        char sql[256];
        char n_crates[16];
        snprintf(sql, sizeof sql,
                 "SELECT count(*) FROM crates_fts WHERE crates_fts MATCH '\"%.*s\"'",
                 (int)plan.words[i].length, plan.stems + plan.words[i].start);
        snprintf(n_crates, sizeof n_crates, "%u", plan.words[i].n_crates);
        sql_expect(sample->built.path, sql, n_crates);
        assert_int_equal(plan.words[i].n_completions, 0);
        shares += plan.words[i].share;
    }
    assert_true(shares > 0.999 && shares < 1.001);
    assert_true(plan.required_share > 0.999 && plan.required_share < 1.001);
}

static void an_unfinished_word_has_completions(void **state)
{
    struct searched_sample *sample = *state;
    describe(sample, TEXT("serial"), SEARCH_SORT_RELEVANCE);
    assert_int_equal(plan.n_words, 1);
    describe(sample, TEXT("ser"), SEARCH_SORT_RELEVANCE);
    assert_int_equal(plan.n_words, 1);
    assert_true(plan.words[0].n_completions > 0);
    assert_true(plan.words[0].n_completion_crates >= plan.words[0].n_completions);
}

static void counts_are_those_of_the_result(void **state)
{
    struct searched_sample *sample = *state;
    describe(sample, TEXT("serde"), SEARCH_SORT_RELEVANCE);
    assert_int_equal(plan.total, result.total);
    assert_int_equal(plan.n_exact_names, 1);
    assert_true(plan.n_name_places > 1);
    assert_int_equal(plan.hits_by_tier[SEARCH_TIER_EXACT], 1);
    assert_false(plan.is_relaxed);
    assert_string_equal(plan.did_you_mean, "");
    uint32_t n_hits = 0;
    for (int tier = 0; tier < N_SEARCH_TIERS; tier++)
        n_hits += plan.hits_by_tier[tier];
    assert_int_equal(n_hits, result.n_hits);
}

static void a_name_that_is_nearly_meant_is_told(void **state)
{
    struct searched_sample *sample = *state;
    describe(sample, TEXT("serdw"), SEARCH_SORT_RELEVANCE);
    assert_true(plan.is_relaxed);
    assert_true(plan.n_near_names > 0);
    struct index_crate crate;
    index_crate(sample->built.index, plan.near_names[0], &crate);
    assert_int_equal(crate.name_length, 5);
    assert_memory_equal(crate.name, "serde", 5);
    assert_string_equal(plan.did_you_mean, "serde");
}

static void words_that_occur_nowhere_are_left_out(void **state)
{
    describe(*state, TEXT("json qqqxqzzzjwq"), SEARCH_SORT_RELEVANCE);
    assert_int_equal(plan.n_words, 1);
    assert_int_equal(plan.n_left_out, 1);
}

/* The plan of the search before is still in the reader, and must not be told again. */
static void a_list_has_no_words(void **state)
{
    describe(*state, TEXT("serde"), SEARCH_SORT_RELEVANCE);
    assert_int_equal(plan.n_words, 1);
    describe(*state, (struct search_string){0}, SEARCH_SORT_DOWNLOADS);
    assert_int_equal(plan.n_words, 0);
    assert_int_equal(plan.n_name_places, 0);
    assert_int_equal(plan.total, result.total);
    assert_int_equal(plan.hits_by_tier[SEARCH_TIER_NONE], result.n_hits);
}

static void is_encoded_as_documented(void **state)
{
    struct searched_sample *sample = *state;
    static const char *const members[] = {
        "filters",    "words",        "left_out", "required_share", "name_places", "exact_names",
        "near_names", "did_you_mean", "relaxed",  "facets",         "matches",     "page"};
    struct encoder encoder;
    struct error error = {.message = ""};
    msgpack_sbuffer out;
    describe(sample, TEXT("serdw json"), SEARCH_SORT_RELEVANCE);
    msgpack_sbuffer_init(&out);
    encoder_init(&encoder, ENCODING_JSON, &out);
    query_plan_encode(&plan, sample->built.index, &encoder);
    if (encoder_finish(&encoder, &error) != 0)
        fail_msg("%s", error.message);
    json_t *document = json_loadb(out.data, out.size, 0, NULL);
    assert_non_null(document);
    assert_int_equal(json_object_size(document), sizeof members / sizeof members[0]);
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        assert_non_null(json_object_get(document, members[i]));
    const json_t *words = json_object_get(document, "words");
    assert_int_equal(json_array_size(words), plan.n_words);
    const json_t *word = json_array_get(words, 0);
    assert_int_equal(json_integer_value(json_object_get(word, "crates")), plan.words[0].n_crates);
    assert_int_equal(json_string_length(json_object_get(word, "word")), plan.words[0].length);
    assert_int_equal(json_integer_value(json_object_get(document, "matches")), result.total);
    json_decref(document);
    msgpack_sbuffer_destroy(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_have_the_lengths_of_their_lists),
        cmocka_unit_test(an_unfinished_word_has_completions),
        cmocka_unit_test(counts_are_those_of_the_result),
        cmocka_unit_test(a_name_that_is_nearly_meant_is_told),
        cmocka_unit_test(words_that_occur_nowhere_are_left_out),
        cmocka_unit_test(a_list_has_no_words),
        cmocka_unit_test(is_encoded_as_documented),
    };
    return cmocka_run_group_tests_name("query_plan", tests, searched_sample_open,
                                       searched_sample_close);
}
