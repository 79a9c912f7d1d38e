/* GET /api/v1/crates: every parameter, its precedence and its errors, on the sample dump. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LIST "/api/v1/crates"
#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

static void gives_the_default_list(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = LIST},
         .status = 200,
         .headers = {"Content-Type: application/json", "Cache-Control: public, max-age=60",
                     "CDN-Cache-Control: public, max-age=60, stale-while-revalidate=600"},
         .body = {{"length", "2"},
                  {"crates.length", "10"},
                  {"crates[0].name", "\"ab_glyph\""},
                  {"crates[0].exact_match", "false"},
                  {"meta.length", "3"},
                  {"meta.total", "329"},
                  {"meta.prev_page", "null"}}},
        {.request = {.target = LIST "?q=&sort=&unknown=1"},
         .status = 200,
         .body = {{"meta.total", "329"}, {"crates[0].name", "\"ab_glyph\""}}},
        {.request = {.target = LIST "?per_page=100"},
         .status = 200,
         .body = {{"crates.length", "100"}}},
    };
    http_cases_run(((struct http_fixture *)*state)->client, cases, N_ELEMENTS(cases));
}

static void gives_the_documented_crate_object(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = LIST "?ids[]=serde"},
         .status = 200,
         .body = {{"crates[0].length", "23"},
                  {"crates[0].id", "\"serde\""},
                  {"crates[0].versions", "null"},
                  {"crates[0].keywords", "null"},
                  {"crates[0].categories", "null"},
                  {"crates[0].badges", "[]"},
                  {"crates[0].created_at", "\"2015-02-10T01:53:38.263986Z\""},
                  {"crates[0].recent_downloads", "67028855"}}},
        {.request = {.target = LIST "?ids[]=serde"},
         .status = 200,
         .body = {{"crates[0].downloads", "779458477"},
                  {"crates[0].max_version", "\"1.0.228\""},
                  {"crates[0].max_stable_version", "\"1.0.228\""},
                  {"crates[0].newest_version", "\"1.0.228\""},
                  {"crates[0].default_version", "\"1.0.228\""},
                  {"crates[0].num_versions", "9"},
                  {"crates[0].yanked", "false"},
                  {"crates[0].links.owner_team", "\"/api/v1/crates/serde/owner_team\""}}},
        {.request = {.target = LIST "?ids[]=new"},
         .status = 200,
         .body = {{"crates[0].description", "null"},
                  {"crates[0].repository", "null"},
                  {"crates[0].recent_downloads", "0"}}},
    };
    http_cases_run(((struct http_fixture *)*state)->client, cases, N_ELEMENTS(cases));
}

static void searches(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = LIST "?q=serde"},
         .status = 200,
         .body = {{"crates[0].name", "\"serde\""},
                  {"crates[0].exact_match", "true"},
                  {"crates[1].exact_match", "false"}}},
        {.request = {.target = LIST "?q=Serde-JSON"},
         .status = 200,
         .body = {{"crates[0].name", "\"serde_json\""}, {"crates[0].exact_match", "true"}}},
        {.request = {.target = LIST "?q=serde%20json&match=all"},
         .status = 200,
         .body = {{"crates[0].name", "\"serde_json\""}}},
        {.request = {.target = LIST "?q=zzzzzz"},
         .status = 200,
         .body = {{"crates", "[]"},
                  {"meta", "{\"total\":0,\"next_page\":null,\"prev_page\":null}"}}},
        /* The exact match is first with alpha, and not with another explicit sort. */
        {.request = {.target = LIST "?q=tokio&sort=alpha"},
         .status = 200,
         .body = {{"crates[0].name", "\"tokio\""}}},
        {.request = {.target = LIST "?q=tokio-util&sort=downloads"},
         .status = 200,
         .body = {{"crates[0].name", "\"tokio\""}, {"crates[0].exact_match", "false"}}},
        {.request = {.target = LIST "?q=serde&sort=downloads"},
         .status = 200,
         .body = {{"crates[0].name", "\"hashbrown\""}}},
        {.request = {.target = LIST "?q=serde&sort=nonsense"},
         .status = 200,
         .body = {{"crates[0].name", "\"serde\""}}},
        {.request = {.target = LIST "?q=+%20+"}, .status = 200, .body = {{"meta.total", "329"}}},
    };
    http_cases_run(((struct http_fixture *)*state)->client, cases, N_ELEMENTS(cases));
}

/* A misspelt word is corrected, and the meta says so, on every page and in every spelling of
   links. */
static void corrects_typos(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = LIST "?q=serdr+json"},
         .status = 200,
         .body = {{"crates[0].name", "\"serde_json\""},
                  {"meta.length", "6"}, /* with the hint that json is a keyword */
                  {"meta.did_you_mean", "\"serde json\""},
                  {"meta.relaxed", "\"typo\""}}},
        {.request = {.target = LIST "?q=tokoi&per_page=1"},
         .status = 200,
         .body = {{"crates[0].name", "\"tokio\""},
                  {"crates[0].exact_match", "false"},
                  {"meta.did_you_mean", "\"tokio\""},
                  {"meta.relaxed", "\"typo\""}}},
        {.request = {.target = LIST "?per_page=1&q=tokoi&utm=1"},
         .status = 200,
         .headers = {"X-Cache: hit"},
         .body = {{"meta.length", "5"},
                  {"meta.did_you_mean", "\"tokio\""},
                  {"meta.relaxed", "\"typo\""}}},
        {.request = {.target = LIST "?q=tokio"},
         .status = 200,
         .body = {{"meta.length", "4"},
                  {"meta.did_you_mean", "absent"},
                  {"meta.relaxed", "absent"}}},
    };
    http_cases_run(((struct http_fixture *)*state)->client, cases, N_ELEMENTS(cases));
}

/* The meta says of a word that it is a keyword or a category, in every spelling of links; not where
   the list is of these already. */
static void hints_at_keywords_and_categories(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = LIST "?q=asynchronous+json&per_page=1"},
         .status = 200,
         .body = {{"meta.hints.length", "2"},
                  {"meta.hints[0].length", "3"},
                  {"meta.hints[0].kind", "\"category\""},
                  {"meta.hints[0].id", "\"asynchronous\""},
                  {"meta.hints[0].crates", "30"},
                  {"meta.hints[1].kind", "\"keyword\""},
                  {"meta.hints[1].id", "\"json\""}}},
        {.request = {.target = LIST "?per_page=1&utm=1&q=asynchronous+json"},
         .status = 200,
         .headers = {"X-Cache: hit"},
         .body = {{"meta.hints.length", "2"}, {"meta.hints[1].id", "\"json\""}}},
        {.request = {.target = LIST "?q=asynchronous+json&category=asynchronous&keyword=json"},
         .status = 200,
         .body = {{"meta.hints", "absent"}}},
        {.request = {.target = LIST "?keyword=json"},
         .status = 200,
         .body = {{"meta.hints", "absent"}}},
    };
    http_cases_run(((struct http_fixture *)*state)->client, cases, N_ELEMENTS(cases));
}

static void filters(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = LIST "?category=asynchronous"},
         .status = 200,
         .body = {{"meta.total", "30"}}},
        {.request = {.target = LIST "?category=development-tools"},
         .status = 200,
         .body = {{"meta.total", "38"}}},
        {.request = {.target = LIST "?category=development-tools::cargo-plugins"},
         .status = 200,
         .body = {{"meta.total", "3"}}},
        {.request = {.target = LIST "?category="}, .status = 200, .body = {{"meta.total", "0"}}},
        {.request = {.target = LIST "?category=compression&keyword=gzip&q=deflate"},
         .status = 200,
         .body = {{"meta.total", "1"}, {"crates[0].name", "\"flate2\""}}},
        {.request = {.target = LIST "?keyword=GZIP"},
         .status = 200,
         .body = {{"crates[0].name", "\"flate2\""}}},
        {.request = {.target = LIST "?all_keywords=deflate+gzip"},
         .status = 200,
         .body = {{"meta.total", "1"}, {"crates[0].name", "\"flate2\""}}},
        {.request = {.target = LIST "?all_keywords=gzip%20async"},
         .status = 200,
         .body = {{"meta.total", "0"}}},
        {.request = {.target = LIST "?letter=K"},
         .status = 200,
         .body = {{"meta.total", "1"}, {"crates[0].name", "\"k\""}}},
        {.request = {.target = LIST "?user_id=1"}, .status = 200, .body = {{"meta.total", "22"}}},
        {.request = {.target = LIST "?user_id=-5"}, .status = 200, .body = {{"meta.total", "0"}}},
        {.request = {.target = LIST "?team_id=1"},
         .status = 200,
         .body = {{"meta.total", "2"}, {"crates[0].name", "\"rmp\""}}},
        {.request = {.target = LIST "?ids[]=tokio&ids%5B%5D=serde&ids[]=Serde&ids[]=serde"},
         .status = 200,
         .body = {{"meta.total", "2"},
                  {"crates[0].name", "\"serde\""},
                  {"crates[1].name", "\"tokio\""}}},
        {.request = {.target = LIST "?ids[]="}, .status = 200, .body = {{"meta.total", "0"}}},
    };
    http_cases_run(((struct http_fixture *)*state)->client, cases, N_ELEMENTS(cases));
}

/* all_keywords, keyword, letter, user_id, team_id, ids[]: the first that is given counts alone. */
static void orders_the_filters(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = LIST
                     "?ids[]=serde&team_id=1&user_id=1&letter=k&keyword=http&all_keywords=gzip"},
         .status = 200,
         .body = {{"meta.total", "1"}, {"crates[0].name", "\"flate2\""}}},
        {.request = {.target = LIST "?ids[]=serde&team_id=1&user_id=1&letter=k&keyword=gzip"},
         .status = 200,
         .body = {{"meta.total", "1"}, {"crates[0].name", "\"flate2\""}}},
        {.request = {.target = LIST "?ids[]=serde&team_id=1&user_id=1&letter=k"},
         .status = 200,
         .body = {{"meta.total", "1"}, {"crates[0].name", "\"k\""}}},
        {.request = {.target = LIST "?ids[]=serde&team_id=1&user_id=1"},
         .status = 200,
         .body = {{"meta.total", "22"}}},
        {.request = {.target = LIST "?ids[]=serde&team_id=1"},
         .status = 200,
         .body = {{"meta.total", "2"}}},
    };
    http_cases_run(((struct http_fixture *)*state)->client, cases, N_ELEMENTS(cases));
}

static void leaves_out_yanked_crates(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = LIST "?q=libbindgen"},
         .status = 200,
         .body = {{"meta.total", "1"},
                  {"crates[0].yanked", "true"},
                  {"crates[0].max_version", "\"0.0.0\""}}},
        {.request = {.target = LIST "?q=libbindgen&include_yanked=yes"},
         .status = 200,
         .body = {{"meta.total", "1"}}},
        {.request = {.target = LIST "?q=libbindgen&include_yanked=no"},
         .status = 200,
         .body = {{"meta.total", "0"}}},
        {.request = {.target = LIST "?include_yanked=no"},
         .status = 200,
         .body = {{"meta.total", "327"}}},
    };
    http_cases_run(((struct http_fixture *)*state)->client, cases, N_ELEMENTS(cases));
}

/* A refused request: `detail` is what the client reads. */
static void expect_refusal(struct http_client *client, const char *query, long status,
                           const char *detail)
{
    char target[512];
    struct http_response response;
    snprintf(target, sizeof target, LIST "?%s", query);
    json_t *body = http_get_json(client, target, status);
    if (strcmp(json_text_at(body, "errors[0].detail"), detail) != 0)
        fail_msg("%s: %s", query, json_text_at(body, "errors[0].detail"));
    assert_int_equal(json_object_size(body), 1);
    json_decref(body);
    http_get(client, target, NULL, &response);
    assert_string_equal(http_header(&response, "Cache-Control"), "no-store");
    assert_null(http_header(&response, "X-Cache"));
    assert_null(http_header(&response, "ETag"));
    http_response_free(&response);
}

static void refuses_bad_numbers(void **state)
{
    static const struct {
        const char *query;
        const char *name;
        const char *fault;
    } cases[] = {
        {"per_page=x", "per_page", "invalid digit found in string"},
        {"per_page=-1", "per_page", "invalid digit found in string"},
        {"per_page=+1", "per_page", "invalid digit found in string"},
        {"per_page=1.5", "per_page", "invalid digit found in string"},
        {"per_page=", "per_page", "cannot parse integer from empty string"},
        {"per_page=0", "per_page", "number would be zero for non-zero type"},
        {"per_page=4294967296", "per_page", "number too large to fit in target type"},
        {"page=abc", "page", "invalid digit found in string"},
        {"page=0", "page", "number would be zero for non-zero type"},
        {"user_id=x", "user_id", "invalid digit found in string"},
        {"user_id=2147483648", "user_id", "number too large to fit in target type"},
        {"user_id=-2147483649", "user_id", "number too small to fit in target type"},
        {"keyword=gzip&team_id=-", "team_id", "invalid digit found in string"},
    };
    struct http_client *client = ((struct http_fixture *)*state)->client;
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        char detail[256];
        snprintf(detail, sizeof detail, "Failed to deserialize query string: %s: %s", cases[i].name,
                 cases[i].fault);
        expect_refusal(client, cases[i].query, 400, detail);
    }
}

static void refuses_what_it_cannot_do(void **state)
{
    static const struct {
        const char *query;
        long status;
        const char *detail;
    } cases[] = {
        {"per_page=101", 400, "cannot request more than 100 items"},
        {"page=1&seek=YTphYQ", 400, "providing both ?page= and ?seek= is unsupported"},
        {"page=201", 400,
         "Page 201 is unavailable for performance reasons. Please take a look at "
         "https://crates.io/data-access for alternatives."},
        {"seek=broken", 400, "invalid seek parameter"},
        {"seek=", 400, "invalid seek parameter"},
        {"seek=%21%21", 400, "invalid seek parameter"},
        {"q=serde&match=some", 400, "invalid value for ?match= (expected 'best' or 'all')"},
        {"q=serde&match=", 400, "invalid value for ?match= (expected 'best' or 'all')"},
        {"match=Best", 400, "invalid value for ?match= (expected 'best' or 'all')"},
        {"q=serde&explain=yes", 400, "invalid value for ?explain= (expected '1' or '0')"},
        {"explain=1", 400,
         "?explain=1 explains the order of relevance: give ?q= and no other sort"},
        {"q=serde&explain=1&sort=downloads", 400,
         "?explain=1 explains the order of relevance: give ?q= and no other sort"},
        {"following=1", 403, "this action requires authentication"},
        {"following=&keyword=gzip", 403, "this action requires authentication"},
    };
    struct http_client *client = ((struct http_fixture *)*state)->client;
    for (size_t i = 0; i < N_ELEMENTS(cases); i++)
        expect_refusal(client, cases[i].query, cases[i].status, cases[i].detail);
}

/* A key that one sort gave is refused by another. */
static void refuses_the_seek_of_another_sort(void **state)
{
    struct http_client *client = ((struct http_fixture *)*state)->client;
    json_t *page = http_get_json(client, LIST "?sort=new", 200);
    const char *seek = strstr(json_text_at(page, "meta.next_page"), "seek=");
    assert_non_null(seek);
    char target[512];
    snprintf(target, sizeof target, LIST "?sort=downloads&%s", seek);
    json_t *refused = http_get_json(client, target, 400);
    assert_string_equal(json_text_at(refused, "errors[0].detail"), "invalid seek parameter");
    json_decref(refused);
    json_decref(page);
}

/* 33 keywords are one too many; 32 that nobody has are an empty list. */
static void limits_the_number_of_keywords(void **state)
{
    struct http_client *client = ((struct http_fixture *)*state)->client;
    char target[512] = LIST "?all_keywords=";
    for (int i = 0; i < 32; i++)
        snprintf(target + strlen(target), sizeof target - strlen(target), "+k%d", i);
    json_t *list = http_get_json(client, target, 200);
    assert_int_equal(json_integer_at(list, "meta.total"), 0);
    json_decref(list);
    snprintf(target + strlen(target), sizeof target - strlen(target), "+one-more");
    json_t *refused = http_get_json(client, target, 400);
    assert_string_equal(json_text_at(refused, "errors[0].detail"),
                        "cannot filter by more than 32 keywords");
    json_decref(refused);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_default_list),
        cmocka_unit_test(gives_the_documented_crate_object),
        cmocka_unit_test(searches),
        cmocka_unit_test(corrects_typos),
        cmocka_unit_test(hints_at_keywords_and_categories),
        cmocka_unit_test(filters),
        cmocka_unit_test(orders_the_filters),
        cmocka_unit_test(leaves_out_yanked_crates),
        cmocka_unit_test(refuses_bad_numbers),
        cmocka_unit_test(refuses_what_it_cannot_do),
        cmocka_unit_test(refuses_the_seek_of_another_sort),
        cmocka_unit_test(limits_the_number_of_keywords),
    };
    return cmocka_run_group_tests_name("crate_list", tests, http_fixture_start, http_fixture_stop);
}
