/* GET /api/v1/crates?highlight=1: every crate says where it has what was searched for, in code
   points, in both encodings. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"
#include "tests/support/marked_text.h"
#include "tests/support/representation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LIST "/api/v1/crates?"
#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define MAX_RANGES 64

/* A text with brackets around the ranges of the answer, which must be in order and within. */
static void mark(const char *text, const json_t *ranges, char *out, size_t capacity)
{
    struct marked_range marked[MAX_RANGES];
    size_t n = 0;
    size_t i;
    json_t *range;
    assert_true(json_is_array(ranges));
    json_array_foreach(ranges, i, range)
    {
        assert_int_equal(json_array_size(range), 2);
        assert_true(n < MAX_RANGES);
        marked[n++] = (struct marked_range){(size_t)json_integer_value(json_array_get(range, 0)),
                                            (size_t)json_integer_value(json_array_get(range, 1))};
    }
    marked_text_write(text, strlen(text), marked, n, out, capacity);
}

static bool is_in(const json_t *fields, const char *name)
{
    size_t i;
    json_t *field;
    json_array_foreach(fields, i, field)
    {
        if (strcmp(json_string_value(field), name) == 0)
            return true;
    }
    return false;
}

/* What has a range is a field that matched; the README has none. */
static void check_crate(const json_t *crate)
{
    static char out[65536];
    const json_t *highlights = json_object_get(crate, "highlights");
    const json_t *fields = json_object_get(crate, "matched_in");
    const char *description = json_string_value(json_object_get(crate, "description"));
    assert_int_equal(json_object_size(highlights), 3);
    const json_t *in_name = json_object_get(highlights, "name");
    const json_t *in_description = json_object_get(highlights, "description");
    mark(json_text_at(crate, "name"), in_name, out, sizeof out);
    mark(description != NULL ? description : "", in_description, out, sizeof out);
    assert_int_equal(json_array_size(in_name) > 0, is_in(fields, "name"));
    assert_int_equal(json_array_size(in_description) > 0, is_in(fields, "description"));
    const char *keyword;
    json_t *ranges;
    json_object_foreach(json_object_get(highlights, "keywords"), keyword, ranges)
    {
        assert_true(json_array_size(ranges) > 0);
        mark(keyword, ranges, out, sizeof out);
        assert_true(is_in(fields, "keywords"));
    }
}

/* Each crate is the crate of the plain list with two more members, the last. */
static void every_crate_has_highlights(void **state)
{
    static const char *const queries[] = {"q=serde&per_page=100",
                                          "q=async+runtime&per_page=100",
                                          "q=json&match=all",
                                          "q=serde_js",
                                          "q=erd",
                                          "q=library&page=2&per_page=50",
                                          "q=json&sort=downloads",
                                          "q=the+client&sort=alpha&per_page=100",
                                          "q=tokoi"};
    size_t n_crates = 0;
    for (size_t q = 0; q < N_ELEMENTS(queries); q++) {
        char query[256];
        snprintf(query, sizeof query, "%s&highlight=1", queries[q]);
        json_t *plain = http_get_crates(client_of(state), queries[q]);
        json_t *highlighted = http_get_crates(client_of(state), query);
        json_t *crates = json_object_get(highlighted, "crates");
        size_t i;
        json_t *crate;
        json_array_foreach(crates, i, crate)
        {
            assert_int_equal(json_object_size(crate), 25);
            assert_true(json_array_size(json_object_get(crate, "matched_in")) > 0);
            check_crate(crate);
            json_object_del(crate, "highlights");
            json_object_del(crate, "matched_in");
            n_crates++;
        }
        assert_true(json_equal(crates, json_object_get(plain, "crates")));
        json_decref(highlighted);
        json_decref(plain);
    }
    assert_true(n_crates > 100);
}

static void what_matched(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = LIST "q=serde&highlight=1"},
         .status = 200,
         .body = {{"crates[0].name", "\"serde\""},
                  {"crates[0].highlights.name", "[[0,5]]"},
                  {"crates[1].name", "\"serde_json\""},
                  {"crates[1].highlights.name", "[[0,5]]"}}},
        {.request = {.target = LIST "q=serde_js&highlight=1"},
         .status = 200,
         .body = {{"crates[0].name", "\"serde_json\""},
                  {"crates[0].highlights.name", "[[0,10]]"},
                  {"crates[0].matched_in[0]", "\"name\""}}},
        /* A list of what nobody searched for. */
        {.request = {.target = LIST "highlight=1&per_page=1"},
         .status = 200,
         .body = {{"crates[0].highlights.name", "[]"},
                  {"crates[0].highlights.description", "[]"},
                  {"crates[0].highlights.keywords", "{}"},
                  {"crates[0].matched_in", "[]"}}},
        {.request = {.target = LIST "q=serde&highlight=0&per_page=1"},
         .status = 200,
         .body = {{"crates[0].highlights", "absent"}, {"crates[0].matched_in", "absent"}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void only_one_and_zero(void **state)
{
    static const char *const values[] = {"", "2", "true", "yes", "01", "1+", "-1"};
    for (size_t i = 0; i < N_ELEMENTS(values); i++) {
        char target[64];
        snprintf(target, sizeof target, LIST "q=serde&highlight=%s", values[i]);
        json_t *refused = http_get_json(client_of(state), target, 400);
        assert_string_equal(json_text_at(refused, "errors[0].detail"),
                            "invalid value for ?highlight= (expected '1' or '0')");
        json_decref(refused);
    }
}

static const char *const both_targets[] = {
    LIST "q=serde&highlight=1&per_page=100",
    LIST "q=serde&highlight=1&explain=1",
    LIST "q=rust+library&highlight=1&page=3",
    LIST "q=json&highlight=1&sort=new",
    LIST "highlight=1&per_page=3",
};

/* As texts, which have the order of members. */
static void the_same_in_both_encodings(void **state)
{
    for (size_t i = 0; i < N_ELEMENTS(both_targets); i++) {
        struct http_response response;
        json_t *json = http_get_json(client_of(state), both_targets[i], 200);
        http_get(client_of(state), both_targets[i], "Accept: application/msgpack\n", &response);
        assert_int_equal(response.status, 200);
        json_t *msgpack = msgpack_to_json(response.body, response.size);
        http_response_free(&response);
        char *texts[] = {json_dumps(json, JSON_COMPACT), json_dumps(msgpack, JSON_COMPACT)};
        assert_non_null(strstr(texts[0], "\"matched_in\":["));
        assert_string_equal(texts[0], texts[1]);
        free(texts[0]);
        free(texts[1]);
        json_decref(msgpack);
        json_decref(json);
    }
}

/* With both, each says what it says alone. */
static void beside_an_explanation(void **state)
{
    json_t *both = http_get_crates(client_of(state), "q=json&highlight=1&explain=1");
    json_t *highlighted = http_get_crates(client_of(state), "q=json&highlight=1");
    json_t *explained = http_get_crates(client_of(state), "q=json&explain=1");
    json_t *crates = json_object_get(both, "crates");
    size_t i;
    json_t *crate;
    assert_true(json_array_size(crates) > 0);
    json_array_foreach(crates, i, crate)
    {
        json_t *explanation = json_incref(json_object_get(crate, "explanation"));
        const json_t *other = json_array_get(json_object_get(explained, "crates"), i);
        assert_true(json_equal(explanation, json_object_get(other, "explanation")));
        json_object_del(crate, "explanation");
        json_decref(explanation);
    }
    assert_true(json_equal(crates, json_object_get(highlighted, "crates")));
    json_decref(explained);
    json_decref(highlighted);
    json_decref(both);
}

static void expect_cache(struct http_client *client, const char *target, const char *expected)
{
    struct http_response response;
    http_get(client, target, NULL, &response);
    assert_int_equal(response.status, 200);
    assert_string_equal(http_header(&response, "X-Cache"), expected);
    http_response_free(&response);
}

static void keeps_highlights_out_of_plain_answers(void **state)
{
    struct http_client *client = client_of(state);
    expect_cache(client, LIST "q=marked+or+not&highlight=1", "miss");
    expect_cache(client, LIST "q=marked+or+not", "miss");
    expect_cache(client, LIST "q=marked+or+not&highlight=0", "hit");
    expect_cache(client, LIST "highlight=1&q=Marked++or+not", "hit");
    expect_cache(client, LIST "q=marked+or+not&highlight=1&explain=1", "miss");
}

/* The next page is asked for with the parameter. */
static void links_keep_it(void **state)
{
    json_t *page = http_get_crates(client_of(state), "q=json&highlight=1&per_page=2");
    assert_non_null(strstr(json_text_at(page, "meta.next_page"), "highlight=1"));
    json_decref(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_crate_has_highlights),
        cmocka_unit_test(what_matched),
        cmocka_unit_test(only_one_and_zero),
        cmocka_unit_test(the_same_in_both_encodings),
        cmocka_unit_test(beside_an_explanation),
        cmocka_unit_test(keeps_highlights_out_of_plain_answers),
        cmocka_unit_test(links_keep_it),
    };
    return cmocka_run_group_tests_name("highlight", tests, http_fixture_start, http_fixture_stop);
}
