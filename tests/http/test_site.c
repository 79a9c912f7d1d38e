/* What the server tells of itself: site_metadata and its OpenAPI document. */
#include "tests/support/folder.h"
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"
#include "tests/support/representation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

/* The commit is that of the checkout, or unknown; the front end wants both names of it. */
static void tells_what_it_is(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = "/api/v1/site_metadata"},
         .status = 200,
         .headers =
             {
                 "Cache-Control: public, max-age=15",
                 "CDN-Cache-Control: public, max-age=15, stale-while-revalidate=60",
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

/* What site_metadata says of a server with these options, in both encodings. */
static void expect_said(const char *const *arguments, const char *banner, bool is_read_only)
{
    struct http_fixture fixture;
    struct http_response packed;
    http_fixture_open(&fixture, arguments);
    json_t *plain = http_get_json(fixture.client, "/api/v1/site_metadata", 200);
    http_get(fixture.client, "/api/v1/site_metadata", "Accept: application/msgpack\n", &packed);
    json_t *bodies[] = {plain, msgpack_to_json(packed.body, packed.size)};
    for (size_t i = 0; i < N_ELEMENTS(bodies); i++) {
        const json_t *said = json_object_get(bodies[i], "banner_message");
        if (banner == NULL)
            assert_true(json_is_null(said));
        else
            assert_string_equal(json_string_value(said), banner);
        assert_int_equal(json_is_true(json_object_get(bodies[i], "read_only")), is_read_only);
        assert_int_equal(json_object_size(bodies[i]), 5);
        json_decref(bodies[i]);
    }
    http_response_free(&packed);
    /* Whatever it says, it takes no writes. */
    const struct http_case begin = {
        .request = {.method = "POST", .target = "/api/private/session/begin"}, .status = 403};
    http_cases_run(fixture.client, &begin, 1);
    http_fixture_close(&fixture);
}

static void says_what_the_operator_wants_to_be_said(void **state)
{
    (void)state;
    static const char longest[] =
        HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED;
    static const char quoted[] =
        "Mirror of \"crates.io\" \\ <b>daily</b> \u00e4 \u2014 \U0001f980 {}";
    const struct {
        const char *arguments[7];
        const char *banner;
        bool is_read_only;
    } cases[] = {
        {{"--banner", quoted}, quoted, true},
        {{"--banner", longest}, longest, true},
        {{"--banner", ""}, NULL, true},
        {{"--read-only", "no"}, NULL, false},
        {{"--read-only", "yes", "--banner", "x"}, "x", true},
        {{"--banner", "first", "--read-only", "no", "--banner", "second"}, "second", false},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++)
        expect_said(cases[i].arguments, cases[i].banner, cases[i].is_read_only);
}

/* The command line overrides the file, also with nothing. */
static void says_what_the_file_wants(void **state)
{
    (void)state;
    static const char file[] = "banner = Mirror of \"crates.io\", = daily\nread-only = no\n";
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];
    folder_make(folder);
    folder_join(path, folder, "server.conf");
    file_write(path, file, strlen(file));
    const char *const from_file[] = {"--config", path, NULL};
    const char *const overridden[] = {"--config", path, "--banner", "", "--read-only", "yes", NULL};
    expect_said(from_file, "Mirror of \"crates.io\", = daily", false);
    expect_said(overridden, NULL, true);
    folder_remove(folder);
}

static void describes_itself(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = "/api/openapi.json"},
         .status = 200,
         .headers =
             {
                 "Cache-Control: public, max-age=3600",
                 "CDN-Cache-Control: public, max-age=3600, stale-while-revalidate=86400",
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
        cmocka_unit_test(says_what_the_operator_wants_to_be_said),
        cmocka_unit_test(says_what_the_file_wants),
        cmocka_unit_test(describes_itself),
    };
    return cmocka_run_group_tests_name("site", tests, http_fixture_start, http_fixture_stop);
}
