/* The encoded form of an explanation. */
#include <cratedex/explanation.h>

#include "tests/support/decode_both.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

struct explained {
    struct search_hit hit;
    struct search_explanation explanation;
};

static int write_explanation(void *context, struct encoder *encoder)
{
    const struct explained *explained = context;
    explanation_encode(&explained->explanation, &explained->hit, encoder);
    return 0;
}

static void assert_encoded(struct explained *explained, const char *expected)
{
    json_t *found = decode_both(write_explanation, explained);
    char *text = json_dumps(found, JSON_COMPACT);
    assert_string_equal(text, expected);
    free(text);
    json_decref(found);
}

static void has_every_term_and_word(void **state)
{
    (void)state;
    struct explained explained = {
        .hit = {.rank = 1, .tier = SEARCH_TIER_SOME, .is_second_stage = true, .score = 4.5},
        .explanation = {.tier = SEARCH_TIER_SOME,
                        .any = 0.25,
                        .main = 0.5,
                        .keywords = 0.125,
                        .popularity = 0.75,
                        .first_stage = 1.625,
                        .has_second_stage = true,
                        .second_stage = 4.5,
                        .words = {{"pars\"e", 6, 0.75, 15, false, true, NULL, 0},
                                  {"js", 2, 0.25, 9, true, false, "javascript", 10}},
                        .n_words = 2}};
    assert_encoded(
        &explained,
        "{\"tier\":\"some words\",\"score\":4.5,\"stage\":\"second\",\"words\":["
        "{\"word\":\"pars\\\"e\",\"share\":0.75,\"fields\":[\"name\",\"keywords\","
        "\"description\",\"readme\"],\"completion\":false,\"written\":true,\"synonym\":null},"
        "{\"word\":\"js\",\"share\":0.25,\"fields\":[\"name\",\"readme\"],"
        "\"completion\":true,\"written\":false,\"synonym\":\"javascript\"}],"
        "\"terms\":{\"any\":0.25,\"main\":0.5,\"keywords\":0.125,\"substring\":0.0,"
        "\"popularity\":0.75,\"first_stage\":1.625,\"second_stage\":4.5}}");
}

static void has_no_second_stage_where_there_was_none(void **state)
{
    (void)state;
    struct explained explained = {
        .hit = {.rank = 1, .tier = SEARCH_TIER_SUBSTRING, .score = 0.5},
        .explanation = {.tier = SEARCH_TIER_SUBSTRING, .substring = 0.5, .first_stage = 0.5}};
    assert_encoded(&explained,
                   "{\"tier\":\"part of name\",\"score\":0.5,\"stage\":\"first\",\"words\":[],"
                   "\"terms\":{\"any\":0.0,\"main\":0.0,\"keywords\":0.0,\"substring\":0.5,"
                   "\"popularity\":0.0,\"first_stage\":0.5,\"second_stage\":null}}");
}

static void names_the_stage(void **state)
{
    (void)state;
    struct search_hit hit = {.exact = true};
    assert_string_equal(explanation_stage(&hit), "exact");
    hit = (struct search_hit){.in_front = true};
    assert_string_equal(explanation_stage(&hit), "front");
    hit = (struct search_hit){.is_second_stage = true};
    assert_string_equal(explanation_stage(&hit), "second");
    hit = (struct search_hit){.is_second_stage = false};
    assert_string_equal(explanation_stage(&hit), "first");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_every_term_and_word),
        cmocka_unit_test(has_no_second_stage_where_there_was_none),
        cmocka_unit_test(names_the_stage),
    };
    return cmocka_run_group_tests_name("explanation", tests, NULL, NULL);
}
