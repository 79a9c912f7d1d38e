/* What the server tells of itself: site_metadata and its OpenAPI document. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

/* The commit is that of the checkout, or unknown; the front end wants both names of it. */
static void tells_what_it_is(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = "/api/v1/site_metadata"},
         .status = 200,
         .headers =
             {
                 "Cache-Control: public, max-age=15, stale-while-revalidate=60",
             },
         .body = {{"length", "5"},
                  {"cdn_base", "\"https://static.crates.io\""},
                  {"read_only", "true"},
                  {"banner_message", "null"}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
    json_t *body = http_get_json(client_of(state), "/api/v1/site_metadata", 200);
    const char *commit = json_text_at(body, "commit");
    assert_string_equal(commit, json_text_at(body, "deployed_sha"));
    assert_true(strcmp(commit, "unknown") == 0 ||
                (strlen(commit) == 40 && strspn(commit, "0123456789abcdef") == 40));
    json_decref(body);
}

static void names_the_cdn_that_is_given(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--cdn-url", "https://files.example.org/", NULL};
    static const struct http_case cases[] = {
        {.request = {.target = "/api/v1/site_metadata"},
         .status = 200,
         .body = {{"cdn_base", "\"https://files.example.org\""}}},
    };
    struct http_fixture fixture;
    http_fixture_open(&fixture, arguments);
    http_cases_run(fixture.client, cases, N_ELEMENTS(cases));
    http_fixture_close(&fixture);
}

static void describes_itself(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = "/api/openapi.json"},
         .status = 200,
         .headers =
             {
                 "Cache-Control: public, max-age=3600, stale-while-revalidate=86400",
                 "ETag",
                 "Content-Type: application/json",
             },
         .body = {{"openapi", "\"3.1.0\""},
                  {"info.version", "\"" CRATEDEX_VERSION "\""},
                  {"paths./healthz.get.operationId", "\"get_health\""}}},
        {
            .request = {.method = "HEAD", .target = "/api/openapi.json"},
            .status = 200,
            .headers = {"Content-Type: application/json"},
        },
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_what_it_is),
        cmocka_unit_test(names_the_cdn_that_is_given),
        cmocka_unit_test(describes_itself),
    };
    return cmocka_run_group_tests_name("site", tests, http_fixture_start, http_fixture_stop);
}
