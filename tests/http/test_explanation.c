/* GET /api/v1/crates?explain=1: every crate says why it stands where it does, in both encodings. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"
#include "tests/support/representation.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LIST "/api/v1/crates?"
#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

static const json_t *last_member(json_t *object, const char **key)
{
    const json_t *last = NULL;
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        *key = name;
        last = value;
    }
    return last;
}

static double number_at(const json_t *root, const char *path)
{
    json_t *node = json_at(root, path);
    if (!json_is_number(node))
        fail_msg("no number at %s", path);
    double value = json_number_value(node);
    json_decref(node);
    return value;
}

static void check_words(const json_t *explanation)
{
    static const char *const fields[] = {"name", "keywords", "description", "readme"};
    double sum = 0;
    size_t i;
    json_t *word;
    json_t *words = json_at(explanation, "words");
    json_array_foreach(words, i, word)
    {
        double share = number_at(word, "share");
        assert_true(share > 0 && share <= 1);
        sum += share;
        assert_true(strlen(json_text_at(word, "word")) > 0);
        assert_true(json_is_boolean(json_object_get(word, "completion")));
        assert_true(json_is_boolean(json_object_get(word, "written")));
        /* A part of the four fields, in their order. */
        size_t f;
        size_t at = 0;
        json_t *field;
        json_array_foreach(json_object_get(word, "fields"), f, field)
        {
            while (at < N_ELEMENTS(fields) && strcmp(fields[at], json_string_value(field)) != 0)
                at++;
            assert_true(at++ < N_ELEMENTS(fields));
        }
    }
    assert_true(json_array_size(words) == 0 || fabs(sum - 1) < 1e-5);
    json_decref(words);
}

/* What stands before the stages says how the text names it. */
static void expect_named(const char *stage, const char *tier)
{
    bool is_exact = strcmp(tier, "exact name") == 0;
    bool is_front = strcmp(tier, "same name") == 0 || strcmp(tier, "beginning of name") == 0 ||
                    strcmp(tier, "similar name") == 0;
    assert_true(strcmp(stage, "exact") == 0 ? is_exact : strcmp(stage, "front") == 0 && is_front);
}

/* The terms add up to the first stage, and the score is that of the stage which placed the
   crate. */
static void check_explanation(const json_t *explanation)
{
    const char *stage = json_text_at(explanation, "stage");
    double score = number_at(explanation, "score");
    double sum = number_at(explanation, "terms.any") + number_at(explanation, "terms.main") +
                 number_at(explanation, "terms.keywords") +
                 number_at(explanation, "terms.substring") +
                 number_at(explanation, "terms.popularity");
    double first_stage = number_at(explanation, "terms.first_stage");
    assert_true(fabs(sum - first_stage) < 1e-9);
    json_t *second_stage = json_at(explanation, "terms.second_stage");
    assert_int_equal(json_is_null(second_stage), strcmp(stage, "second") != 0);
    if (strcmp(stage, "second") == 0)
        assert_true(json_number_value(second_stage) == score);
    else if (strcmp(stage, "first") == 0)
        assert_true(fabs(first_stage - score) < 1e-5);
    else
        expect_named(stage, json_text_at(explanation, "tier"));
    json_decref(second_stage);
    assert_int_equal(json_object_size(explanation), 5);
    check_words(explanation);
}

/* Each crate is the crate of the plain list with one more member, the last. */
static void explains_every_crate(void **state)
{
    static const char *const queries[] = {"q=serde&per_page=100",
                                          "q=async+runtime&per_page=100",
                                          "q=json&match=all",
                                          "q=serde_js",
                                          "q=erd",
                                          "q=library&page=2&per_page=50",
                                          "q=tokoi"};
    for (size_t q = 0; q < N_ELEMENTS(queries); q++) {
        char query[256];
        snprintf(query, sizeof query, "%s&explain=1", queries[q]);
        json_t *plain = http_get_crates(client_of(state), queries[q]);
        json_t *explained = http_get_crates(client_of(state), query);
        json_t *crates = json_object_get(explained, "crates");
        assert_true(json_array_size(crates) > 0);
        size_t i;
        json_t *crate;
        json_array_foreach(crates, i, crate)
        {
            const char *key = "";
            const json_t *explanation = last_member(crate, &key);
            assert_string_equal(key, "explanation");
            check_explanation(explanation);
            assert_int_equal(json_object_size(crate), 24);
            json_object_del(crate, "explanation");
        }
        assert_true(json_equal(crates, json_object_get(plain, "crates")));
        json_decref(explained);
        json_decref(plain);
    }
}

/* What the explanation says of single crates. */
static void explains_what_matched(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = LIST "q=serde&explain=1"},
         .status = 200,
         .body = {{"crates[0].name", "\"serde\""},
                  {"crates[0].explanation.stage", "\"exact\""},
                  {"crates[0].explanation.tier", "\"exact name\""},
                  {"crates[0].explanation.score", "0.0"},
                  {"crates[0].explanation.words.length", "1"},
                  {"crates[0].explanation.words[0].word", "\"serd\""},
                  {"crates[0].explanation.terms.second_stage", "null"},
                  {"crates[1].explanation.stage", "\"second\""}}},
        /* An unfinished word counts as the beginning of a longer one. */
        {.request = {.target = LIST "q=serde_js&explain=1"},
         .status = 200,
         .body = {{"crates[0].name", "\"serde_json\""},
                  {"crates[0].explanation.stage", "\"front\""},
                  {"crates[0].explanation.tier", "\"beginning of name\""},
                  {"crates[0].explanation.words[0].completion", "false"},
                  {"crates[0].explanation.words[1].word", "\"js\""},
                  {"crates[0].explanation.words[1].completion", "true"}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void explains_the_same_in_both_encodings(void **state)
{
    static const char *const targets[] = {LIST "q=serde&explain=1&per_page=100",
                                          LIST "q=rust+library&explain=1&page=3",
                                          LIST "q=erd&explain=1"};
    for (size_t i = 0; i < N_ELEMENTS(targets); i++) {
        struct http_response response;
        json_t *json = http_get_json(client_of(state), targets[i], 200);
        http_get(client_of(state), targets[i], "Accept: application/msgpack\n", &response);
        assert_int_equal(response.status, 200);
        json_t *msgpack = msgpack_to_json(response.body, response.size);
        http_response_free(&response);
        /* As texts, which have the order of members. */
        char *texts[] = {json_dumps(json, JSON_COMPACT), json_dumps(msgpack, JSON_COMPACT)};
        assert_non_null(strstr(texts[0], "\"explanation\":{"));
        assert_string_equal(texts[0], texts[1]);
        free(texts[0]);
        free(texts[1]);
        json_decref(msgpack);
        json_decref(json);
    }
}

static void expect_cache(struct http_client *client, const char *target, const char *expected)
{
    struct http_response response;
    http_get(client, target, NULL, &response);
    assert_int_equal(response.status, 200);
    assert_string_equal(http_header(&response, "X-Cache"), expected);
    http_response_free(&response);
}

static void keeps_explanations_out_of_plain_answers(void **state)
{
    struct http_client *client = client_of(state);
    expect_cache(client, LIST "q=plain+or+not&explain=1", "miss");
    expect_cache(client, LIST "q=plain+or+not", "miss");
    expect_cache(client, LIST "q=plain+or+not&explain=0", "hit");
    expect_cache(client, LIST "explain=1&q=plain+or+not", "hit");
    json_t *list = http_get_crates(client, "q=serde&explain=0");
    json_t *explanation = json_at(list, "crates[0].explanation");
    assert_null(explanation);
    json_decref(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(explains_every_crate),
        cmocka_unit_test(explains_what_matched),
        cmocka_unit_test(explains_the_same_in_both_encodings),
        cmocka_unit_test(keeps_explanations_out_of_plain_answers),
    };
    return cmocka_run_group_tests_name("explanation", tests, http_fixture_start, http_fixture_stop);
}
