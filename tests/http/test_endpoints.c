/* The endpoints beside the crate list: suggest, summary and health. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

static void suggests_names(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = "/api/v1/suggest?q=ser&limit=2"},
         .status = 200,
         .headers = {"Cache-Control: public, max-age=60",
                     "CDN-Cache-Control: public, max-age=60, stale-while-revalidate=600"},
         .body = {{"length", "1"},
                  {"suggestions.length", "2"},
                  {"suggestions[0].length", "4"},
                  {"suggestions[0].name", "\"serde\""},
                  {"suggestions[0].kind", "\"crate\""},
                  {"suggestions[0].downloads", "779458477"},
                  {"suggestions[0].highlight", "[[0,3]]"}}},
        {.request = {.target = "/api/v1/suggest?q=json"},
         .status = 200,
         .body = {{"suggestions[1].name", "\"serde_json\""},
                  {"suggestions[1].highlight", "[[6,4]]"},
                  {"suggestions[2].name", "\"json\""},
                  {"suggestions[2].kind", "\"keyword\""},
                  {"suggestions[2].highlight", "[[0,4]]"}}},
        {.request = {.target = "/api/v1/suggest?q=esrde&limit=1"},
         .status = 200,
         .body = {{"suggestions[0].name", "\"serde\""}, {"suggestions[0].highlight", "[[0,5]]"}}},
        {.request = {.target = "/api/v1/suggest?q=+SER+"},
         .status = 200,
         .body = {{"suggestions[0].name", "\"serde\""}}},
        {.request = {.target = "/api/v1/suggest"},
         .status = 200,
         .body = {{"suggestions.length", "10"}, {"suggestions[0].highlight", "[]"}}},
        {.request = {.target = "/api/v1/suggest?q=&limit=100"},
         .status = 200,
         .body = {{"suggestions.length", "100"}}},
        {.request = {.target = "/api/v1/suggest?q=zzzz"},
         .status = 200,
         .body = {{"suggestions", "[]"}}},
        {.request = {.target = "/api/v1/suggest?limit=101"},
         .status = 400,
         .body = {{"errors[0].detail", "\"cannot request more than 100 items\""}}},
        {.request = {.target = "/api/v1/suggest?limit=0"},
         .status = 400,
         .body = {{"errors[0].detail", "\"Failed to deserialize query string: limit: number would "
                                       "be zero for non-zero type\""}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

/* Every suggestion has a word that begins with the text, where the highlight says. */
static void suggests_by_prefix(void **state)
{
    json_t *body = http_get_json(client_of(state), "/api/v1/suggest?q=c&limit=50", 200);
    json_t *suggestions = json_object_get(body, "suggestions");
    assert_true(json_array_size(suggestions) > 10);
    json_t *suggestion;
    size_t i;
    json_array_foreach(suggestions, i, suggestion)
    {
        const char *name = json_text_at(suggestion, "name");
        const char *kind = json_text_at(suggestion, "kind");
        json_int_t start = json_integer_at(suggestion, "highlight[0][0]");
        assert_in_range(start, 0, strlen(name) - 1);
        assert_true(name[start] == 'c' || name[start] == 'C');
        assert_int_equal(json_integer_at(suggestion, "highlight[0][1]"), 1);
        assert_true(strcmp(kind, "crate") == 0 || strcmp(kind, "keyword") == 0);
        assert_true(json_integer_at(suggestion, "downloads") > 0);
    }
    json_decref(body);
}

static void gives_the_summary(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = "/api/v1/summary?anything=is&ignored"},
         .status = 200,
         .headers = {"Cache-Control: public, max-age=15",
                     "CDN-Cache-Control: public, max-age=15, stale-while-revalidate=60"},
         .body = {{"length", "8"},
                  {"num_crates", "329"},
                  {"new_crates.length", "10"},
                  {"most_downloaded.length", "10"},
                  {"most_recently_downloaded.length", "10"},
                  {"just_updated.length", "10"},
                  {"popular_keywords.length", "10"},
                  {"popular_categories.length", "10"}}},
        {.request = {.target = "/api/v1/summary"},
         .status = 200,
         .headers = {"X-Cache: hit"},
         .body = {{"new_crates[0].exact_match", "false"},
                  {"new_crates[0].versions", "null"},
                  {"most_downloaded[0].name", "\"syn\""},
                  {"popular_categories[0].parent_categories", "absent"}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

/* The lists of the summary are the lists of the crate list. */
static void agrees_with_the_crate_list(void **state)
{
    static const struct {
        const char *list;
        const char *target;
    } pairs[] = {
        {"new_crates", "/api/v1/crates?sort=new"},
        {"most_downloaded", "/api/v1/crates?sort=downloads"},
        {"most_recently_downloaded", "/api/v1/crates?sort=recent-downloads"},
    };
    json_t *summary = http_get_json(client_of(state), "/api/v1/summary", 200);
    for (size_t i = 0; i < N_ELEMENTS(pairs); i++) {
        json_t *page = http_get_json(client_of(state), pairs[i].target, 200);
        if (!json_equal(json_object_get(summary, pairs[i].list), json_object_get(page, "crates")))
            fail_msg("%s is not %s", pairs[i].list, pairs[i].target);
        json_decref(page);
    }
    json_decref(summary);
}

static void tells_its_health(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = "/healthz"},
         .status = 200,
         .headers = {"Cache-Control: no-store", "!ETag", "Content-Type: application/json"},
         .body = {{"status", "\"ok\""}}},
        {.request = {.target = "/readyz"},
         .status = 200,
         .headers = {"Cache-Control: no-store"},
         .body = {{"status", "\"ok\""}, {"crates", "329"}, {"dump", "\"2026-11-01T02:00:00Z\""}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(suggests_names),    cmocka_unit_test(suggests_by_prefix),
        cmocka_unit_test(gives_the_summary), cmocka_unit_test(agrees_with_the_crate_list),
        cmocka_unit_test(tells_its_health),
    };
    return cmocka_run_group_tests_name("endpoints", tests, http_fixture_start, http_fixture_stop);
}
