/* The search box's language over HTTP: what is found, what the meta tells of it, which requests
   share an entry of the cache, links and other representations. */
#include "tests/support/filtered_server.h"
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LIST "/api/v1/crates"
#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

static void the_meta_tells_how_a_text_was_read(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = LIST "?q=web+keyword:CLI&sort=alpha"},
         .status = 200,
         .body = {{"meta.total", "2"},
                  {"crates[0].name", "\"alpha\""},
                  {"crates[1].name", "\"beta\""},
                  {"meta.read_as", "{\"text\":\"web\",\"keyword\":[\"cli\"]}"}}},
        {.request = {.target = LIST "?q=web+-tool+-parses"},
         .status = 200,
         .body = {{"meta.total", "1"},
                  {"crates[0].name", "\"alpha\""},
                  {"meta.read_as", "{\"text\":\"web\",\"without\":[\"parses\",\"tool\"]}"}}},
        {.request = {.target = LIST "?q=%22thing+web%22"},
         .status = 200,
         .body = {{"meta.total", "1"},
                  {"crates[0].name", "\"alpha\""},
                  {"meta.read_as", "{\"text\":\"thing web\",\"all_of\":[\"thing\",\"web\"]}"}}},
        {.request = {.target = LIST "?q=bet+in:name"},
         .status = 200,
         .body = {{"meta.total", "1"},
                  {"crates[0].name", "\"beta\""},
                  {"meta.read_as", "{\"text\":\"bet\",\"in\":\"name\"}"}}},
        {.request = {.target = LIST "?q=web+in:name"},
         .status = 200,
         .body = {{"meta.total", "0"}, {"crates.length", "0"}}},
        /* A list without what has a word, in the order of a list. */
        {.request = {.target = LIST "?q=-web"},
         .status = 200,
         .body = {{"meta.total", "2"},
                  {"crates[0].name", "\"delta\""},
                  {"meta.read_as", "{\"text\":\"\",\"without\":[\"web\"]}"}}},
        {.request = {.target = LIST "?q=-xyzzy&per_page=2"},
         .status = 200,
         .body = {{"meta.total", "5"},
                  {"crates[0].name", "\"alpha\""},
                  {"crates[1].name", "\"beta\""}}},
        {.request = {.target = LIST "?q=category:web"},
         .status = 200,
         .body = {{"meta.total", "3"}, {"meta.read_as", "{\"text\":\"\",\"category\":[\"web\"]}"}}},
        {.request = {.target = LIST "?q=min_downloads:1000+updated_since:2025-01-01"},
         .status = 200,
         .body = {{"meta.total", "1"}, {"crates[0].name", "\"delta\""}}},
        /* Hints are of what the list is not filtered by. */
        {.request = {.target = LIST "?q=parser"},
         .status = 200,
         .body = {{"meta.hints.length", "1"}, {"meta.read_as", "absent"}}},
        {.request = {.target = LIST "?q=parser+keyword:parser"},
         .status = 200,
         .body = {{"meta.total", "2"}, {"meta.hints", "absent"}}},
        /* An unfinished word, and one that is misspelt, before a filter. */
        {.request = {.target = LIST "?q=wei+-x1"}, .status = 200, .body = {{"meta.total", "0"}}},
        {.request = {.target = LIST "?q=gamm+keyword:parser"},
         .status = 200,
         .body = {{"meta.total", "1"}, {"crates[0].name", "\"gamma\""}}},
        {.request = {.target = LIST "?q=gamam+keyword:parser"},
         .status = 200,
         .body = {{"crates[0].name", "\"gamma\""},
                  {"meta.did_you_mean", "\"gamma\""},
                  {"meta.read_as.text", "\"gamam\""}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void what_is_none_of_it_is_text(void **state)
{
    static const char *const texts[] = {
        "std::io",
        "http://example.org",
        "foo:bar",
        "license:nonsense",
        "keyword:nonsense",
        "web%20=%20%22a%20b%22",
        "web%20-%20a",
        "min_downloads:many",
        "-1",
        "cargo+add+alpha+-F+web",
        "web+--thing",
        "in:readme",
    };
    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        char target[128];
        snprintf(target, sizeof target, LIST "?q=%s", texts[i]);
        json_t *page = http_get_json(client_of(state), target, 200);
        json_t *read_as = json_at(page, "meta.read_as");
        if (read_as != NULL)
            fail_msg("%s", texts[i]);
        json_decref(page);
    }
    /* What the index does not have is text in the box, and nothing as a parameter; a wrong value
       is refused there. */
    json_decref(http_get_json(client_of(state), LIST "?min_downloads=many", 400));
}

/* Whether the second request was answered from what the first one left. */
static void expect_shared(void **state, const char *first, const char *second, bool is_shared)
{
    char target[2][256];
    struct http_response response;
    snprintf(target[0], sizeof target[0], LIST "?%s", first);
    snprintf(target[1], sizeof target[1], LIST "?%s", second);
    json_decref(http_get_json(client_of(state), target[0], 200));
    const struct http_request request = {.target = target[1]};
    http_send(client_of(state), &request, &response);
    const char *cache = http_header(&response, "X-Cache");
    if (cache == NULL || (strcmp(cache, "hit") == 0) != is_shared)
        fail_msg("%s after %s: %s", second, first, cache);
    http_response_free(&response);
}

static void what_means_the_same_shares_an_entry(void **state)
{
    static const char *const same[][2] = {
        {"q=a1+min_downloads:5", "q=a1&min_downloads=5"},
        {"q=a2&updated_since=2024-01-01", "q=updated_since:2024-01-01+a2"},
        {"q=a3+updated_since:2024-01-01T00:00:00Z", "q=a3&updated_since=2024-01-01"},
        {"q=a4+keyword:cli", "q=KEYWORD:Cli++A4"},
        {"q=a5+-bb+-cc", "q=-CC+a5+-bb+-bb"},
        {"q=%22d1+d2%22", "q=%22d1+d2%22"},
        {"q=a6+min_downloads:7+-bb", "q=-bb+a6&min_downloads=7"},
        {"q=a7+--features+bb", "q=a7+bb"},
        {"q=a8+in:name", "q=in:NAME+a8"},
        {"min_downloads=9", "q=min_downloads:9"},
        {"q=min_downloads:11&sort=downloads", "sort=downloads&min_downloads=11"},
    };
    static const char *const other[][2] = {
        {"q=b1+-bb", "q=b1+bb"},
        {"q=b2+-bb", "q=b2"},
        {"q=%22b3%22", "q=b3"},
        {"q=b4+keyword:cli",
         "q=b4&keyword=cli"}, /* crates.io's own filter, of which no meta tells */
        {"q=b5+min_downloads:1", "q=b5+min_downloads:2"},
        {"q=b6+in:name", "q=b6"},
        {"q=b7+-cc", "q=b7+%22cc%22"},
    };
    for (size_t i = 0; i < N_ELEMENTS(same); i++)
        expect_shared(state, same[i][0], same[i][1], true);
    for (size_t i = 0; i < N_ELEMENTS(other); i++)
        expect_shared(state, other[i][0], other[i][1], false);
}

/* Follows the links of a query, whose answers must have one crate each, these in that order. */
static void expect_walk(void **state, const char *query, const char *repeated,
                        const char *const *names, size_t n_names)
{
    char target[512];
    char beginning[128];
    snprintf(target, sizeof target, LIST "?%s&per_page=1", query);
    snprintf(beginning, sizeof beginning, "?%s&per_page=1&seek=", repeated);
    for (size_t i = 0; i < n_names; i++) {
        json_t *page = http_get_json(client_of(state), target, 200);
        assert_string_equal(json_text_at(page, "crates[0].name"), names[i]);
        assert_int_equal(json_integer_at(page, "meta.total"), n_names);
        const char *next = json_text_at(page, "meta.next_page");
        assert_int_equal(strncmp(next, beginning, strlen(beginning)), 0);
        snprintf(target, sizeof target, LIST "%s", next);
        json_decref(page);
    }
    json_t *last = http_get_json(client_of(state), target, 200);
    assert_int_equal(json_integer_at(last, "meta.total"), 0);
    json_decref(last);
}

/* Links repeat what was typed; following them visits every match once. */
static void pages_go_on(void **state)
{
    static const char *const list[] = {"alpha", "beta", "gamma"};
    static const char *const by_downloads[] = {"alpha", "beta"};
    static const char *const by_relevance[] = {"alpha", "gamma"};
    expect_walk(state, "q=category:web+-xyzzy", "q=category%3Aweb+-xyzzy", list, N_ELEMENTS(list));
    expect_walk(state, "q=web+-parses&sort=downloads", "q=web+-parses&sort=downloads", by_downloads,
                N_ELEMENTS(by_downloads));
    expect_walk(state, "q=%22web%22+-tool", "q=%22web%22+-tool", by_relevance,
                N_ELEMENTS(by_relevance));
}

static void explanations_are_of_the_text(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = LIST "?q=web+-tool+keyword:cli&explain=1"},
         .status = 200,
         .body = {{"meta.total", "1"},
                  {"crates[0].name", "\"alpha\""},
                  {"crates[0].explanation.words.length", "1"},
                  {"crates[0].explanation.words[0].word", "\"web\""}}},
        {.request = {.target = LIST "?q=-tool&explain=1"}, .status = 400},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void suggestions_are_for_the_words(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = "/api/v1/suggest?q=keyword:cli+alp&limit=1"},
         .status = 200,
         .body = {{"suggestions[0].name", "\"alpha\""}}},
        {.request = {.target = "/api/v1/suggest?q=alp+-tool&limit=1"},
         .status = 200,
         .body = {{"suggestions[0].name", "\"alpha\""}}},
        {.request = {.target = "/api/v1/suggest?q=keyword:cli+-tool"},
         .status = 200,
         .body = {{"suggestions.length", "0"}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_meta_tells_how_a_text_was_read),
        cmocka_unit_test(what_is_none_of_it_is_text),
        cmocka_unit_test(what_means_the_same_shares_an_entry),
        cmocka_unit_test(pages_go_on),
        cmocka_unit_test(explanations_are_of_the_text),
        cmocka_unit_test(suggestions_are_for_the_words),
    };
    return cmocka_run_group_tests_name("search_language", tests, filtered_server_start,
                                       filtered_server_stop);
}
