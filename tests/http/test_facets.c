/* GET /api/v1/crates?facets=…: counts hold against what the lists say that they offer, the facet's
   own filter is passed over, names are checked, both encodings say the same. What is counted is
   compared with a plain count in test_facet_counts.c. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"
#include "tests/support/representation.h"

#include <curl/curl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LIST "/api/v1/crates?"
#define ALL "category,keyword,license,edition,rust_version,has"
#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define MAX_TARGET 512

/* The values of a facet as a text, "MIT=12 Apache-2.0=3": the caller frees. */
static char *values_of(const json_t *page, const char *facet)
{
    char *text = calloc(1, 4096);
    char path[64];
    size_t i;
    json_t *value;
    assert_non_null(text);
    snprintf(path, sizeof path, "meta.facets.%s", facet);
    json_t *values = json_at(page, path);
    assert_true(json_is_array(values));
    json_array_foreach(values, i, value)
    {
        size_t length = strlen(text);
        assert_int_equal(json_object_size(value), 2);
        snprintf(text + length, 4096 - length, "%s%s=%lld", i > 0 ? " " : "",
                 json_text_at(value, "value"), (long long)json_integer_at(value, "count"));
    }
    json_decref(values);
    return text;
}

static void expect_values(struct http_client *client, const char *query, const char *facet,
                          const char *other_query)
{
    json_t *page = http_get_crates(client, query);
    json_t *other = http_get_crates(client, other_query);
    char *values = values_of(page, facet);
    char *others = values_of(other, facet);
    assert_true(strlen(values) > 0);
    assert_string_equal(values, others);
    free(others);
    free(values);
    json_decref(other);
    json_decref(page);
}

/* Every value that is offered, chosen as a filter, finds as many. */
static void expect_found(struct http_client *client, const char *query, const char *facet)
{
    char target[MAX_TARGET];
    size_t i;
    json_t *value;
    snprintf(target, sizeof target, "%s&facets=%s", query, facet);
    json_t *page = http_get_crates(client, target);
    snprintf(target, sizeof target, "meta.facets.%s", facet);
    json_t *values = json_at(page, target);
    assert_in_range(json_array_size(values), 1, 10);
    json_array_foreach(values, i, value)
    {
        char *escaped = curl_easy_escape(NULL, json_text_at(value, "value"), 0);
        snprintf(target, sizeof target, "%s&%s=%s", query, facet, escaped);
        json_t *found = http_get_crates(client, target);
        assert_int_equal(json_integer_at(found, "meta.total"), json_integer_at(value, "count"));
        json_decref(found);
        curl_free(escaped);
    }
    json_decref(values);
    json_decref(page);
}

static void offer_what_a_filter_finds(void **state)
{
    static const char *const queries[] = {"per_page=1", "q=library&per_page=1", "q=rust+async",
                                          "q=serde&sort=downloads", "letter=s&sort=new"};
    static const char *const facets[] = {"category", "edition", "has"};
    for (size_t i = 0; i < N_ELEMENTS(queries); i++)
        for (size_t j = 0; j < N_ELEMENTS(facets); j++)
            expect_found(client_of(state), queries[i], facets[j]);
    /* The letter would be no filter beside a keyword. */
    for (size_t i = 0; i + 1 < N_ELEMENTS(queries); i++)
        expect_found(client_of(state), queries[i], "keyword");
}

static void pass_over_the_filter_by_their_own_attribute(void **state)
{
    struct http_client *client = client_of(state);
    expect_values(client, "q=rust&category=asynchronous&facets=category", "category",
                  "q=rust&facets=category");
    expect_values(client, "q=rust&keyword=async&facets=keyword", "keyword",
                  "q=rust&facets=keyword");
    expect_values(client, "all_keywords=async+io&facets=keyword,has", "keyword", "facets=keyword");
    expect_values(client, "q=rust&license=MIT&facets=license", "license", "q=rust&facets=license");
    expect_values(client, "q=rust+license:mit+msrv:1.60&facets=license", "license",
                  "q=rust&rust_version=1.60&facets=license");
    /* And over no other. */
    json_t *page = http_get_crates(client, "category=asynchronous&keyword=async&facets=" ALL);
    json_t *by_keyword = http_get_crates(client, "keyword=async&facets=category");
    json_t *by_category = http_get_crates(client, "category=asynchronous&facets=keyword");
    char *values[] = {values_of(page, "category"), values_of(by_keyword, "category"),
                      values_of(page, "keyword"), values_of(by_category, "keyword")};
    assert_string_equal(values[0], values[1]);
    assert_string_equal(values[2], values[3]);
    for (size_t i = 0; i < N_ELEMENTS(values); i++)
        free(values[i]);
    json_decref(by_category);
    json_decref(by_keyword);
    json_decref(page);
}

static void are_told_in_one_order_and_only_when_asked_for(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = LIST "q=parser&facets=has,category"},
         .status = 200,
         .headers = {"X-Cache: miss"},
         .body = {{"meta.facets.length", "2"}, {"meta.facets.keyword", "absent"}}},
        {.request = {.target = LIST "facets=category,has,has&q=parser"},
         .status = 200,
         .headers = {"X-Cache: hit"}},
        {.request = {.target = LIST "q=parser&facets=has"},
         .status = 200,
         .headers = {"X-Cache: miss"},
         .body = {{"meta.facets.length", "1"}}},
        {.request = {.target = LIST "q=parser"},
         .status = 200,
         .headers = {"X-Cache: miss"},
         .body = {{"meta.facets", "absent"}}},
        /* Nothing found, and a page behind the last one. */
        {.request = {.target = LIST "q=qqqxqzzzjwq&match=all&facets=license"},
         .status = 200,
         .body = {{"crates.length", "0"}, {"meta.facets.license", "[]"}}},
        {.request = {.target = LIST "q=\xf0\x9f\xa6\x80&facets=license"},
         .status = 200,
         .body = {{"crates.length", "0"}, {"meta.facets.license", "[]"}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
    json_t *page = http_get_crates(client_of(state), "q=async&facets=has,rust_version,edition,"
                                                     "license,keyword,category");
    static const char *const names[] = {"category", "keyword",      "license",
                                        "edition",  "rust_version", "has"};
    json_t *facets = json_at(page, "meta.facets");
    const char *key;
    json_t *value;
    size_t n = 0;
    json_object_foreach(facets, key, value)
    {
        assert_string_equal(key, names[n++]);
    }
    assert_int_equal(n, N_ELEMENTS(names));
    json_decref(facets);
    json_decref(page);
    expect_values(client_of(state), "q=async&facets=has&page=200", "has", "q=async&facets=has");
}

static void are_the_same_on_every_page(void **state)
{
    char query[MAX_TARGET] = "q=library&per_page=40&facets=keyword";
    json_t *first = http_get_crates(client_of(state), query);
    char *expected = values_of(first, "keyword");
    unsigned n_pages = 1;
    json_t *page = json_incref(first);
    for (json_t *next; (next = json_at(page, "meta.next_page")) != json_null(); n_pages++) {
        snprintf(query, sizeof query, "%s", json_string_value(next) + 1);
        assert_non_null(strstr(query, "facets=keyword"));
        json_decref(next);
        json_decref(page);
        page = http_get_crates(client_of(state), query);
        char *values = values_of(page, "keyword");
        assert_string_equal(values, expected);
        free(values);
    }
    assert_true(n_pages > 2);
    free(expected);
    json_decref(page);
    json_decref(first);
}

static void are_the_same_in_both_encodings(void **state)
{
    static const char *const targets[] = {LIST "q=http+client&facets=" ALL,
                                          LIST "facets=" ALL "&category=asynchronous&page=2",
                                          LIST "q=json&utm=1&facets=has"};
    for (size_t i = 0; i < N_ELEMENTS(targets); i++) {
        struct http_response response;
        json_t *json = http_get_json(client_of(state), targets[i], 200);
        http_get(client_of(state), targets[i], "Accept: application/msgpack\n", &response);
        assert_int_equal(response.status, 200);
        json_t *msgpack = msgpack_to_json(response.body, response.size);
        http_response_free(&response);
        char *texts[] = {json_dumps(json, JSON_COMPACT), json_dumps(msgpack, JSON_COMPACT)};
        assert_non_null(strstr(texts[0], "\"facets\":{"));
        assert_string_equal(texts[0], texts[1]);
        free(texts[0]);
        free(texts[1]);
        json_decref(msgpack);
        json_decref(json);
    }
}

static void wrong_names_are_refused_in_words(void **state)
{
    static const char *const wrong[] = {"",        "licence",        "license,", "license,,has",
                                        "License", "license,%20has", "tag"};
    for (size_t i = 0; i < N_ELEMENTS(wrong); i++) {
        char target[MAX_TARGET];
        snprintf(target, sizeof target, LIST "q=serde&facets=%s", wrong[i]);
        json_t *answer = http_get_json(client_of(state), target, 400);
        assert_string_equal(json_text_at(answer, "errors[0].detail"),
                            "invalid value for ?facets= (expected some of 'category', 'keyword', "
                            "'license', 'edition', 'rust_version' and 'has', with commas between "
                            "them)");
        json_decref(answer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offer_what_a_filter_finds),
        cmocka_unit_test(pass_over_the_filter_by_their_own_attribute),
        cmocka_unit_test(are_told_in_one_order_and_only_when_asked_for),
        cmocka_unit_test(are_the_same_on_every_page),
        cmocka_unit_test(are_the_same_in_both_encodings),
        cmocka_unit_test(wrong_names_are_refused_in_words),
    };
    return cmocka_run_group_tests_name("facets", tests, http_fixture_start, http_fixture_stop);
}
