/* What people see where there is no page, and that programs see what they always saw. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"
#include "tests/support/page_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
/* As Firefox and Chromium send it when somebody goes to an address. */
#define BROWSER "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\n"
#define PAGE "Content-Type: text/html; charset=utf-8", "Cache-Control: no-store", "X-Request-Id"
#define JSON "Content-Type: application/json", "!Content-Security-Policy"

static void says_what_may_be_meant(void **state)
{
    static const struct page_case cases[] = {
        {.request = {.target = "/serd", .headers = BROWSER},
         .status = 404,
         .headers = {PAGE, "Vary: Accept", "!Access-Control-Allow-Origin"},
         .body = {"<title>Nothing here · Cratedex</title>", "<code><bdi>/serd</bdi></code>",
                  "<a href=\"/crates/serde\"><bdi>serde</bdi></a>", "href=\"/search?q=serd\"",
                  "name=\"q\" value=\"serd\"", "Status 404", "content=\"noindex\""}},
        {.request = {.target = "/CRATES/%3Cscript%3E%22%E2%80%AE'", .headers = BROWSER},
         .status = 404,
         .body = {"/CRATES/&lt;script&gt;&quot;\xEF\xBF\xBD&#39;", "!<script>",
                  "/search?q=%3Cscript%3E%22%E2%80%AE%27"}},
        {.request = {.target = "/a%2Fb", .headers = BROWSER},
         .status = 404,
         .body = {"There is no page.", "!/search?q="}},
        {.request = {.target = "/keywords/parserr"},
         .status = 404,
         .headers = {PAGE},
         .body = {"/search?q=parserr"}},
        {.request = {.target = "/keywords/http?page=x"},
         .status = 400,
         .headers = {PAGE},
         .body = {"That cannot be asked", "invalid digit found in string", "!/search?q=http"}},
        {.request = {.target = "/keywords", .method = "POST"},
         .status = 405,
         .headers = {PAGE, "Allow: GET, HEAD, OPTIONS"},
         .body = {"This page can only be read", "use GET, HEAD, OPTIONS"}},
        {.request = {.target = "/keywords", .method = "BREW"}, .status = 501, .headers = {PAGE}},
        {.request = {.target = "/keywords", .method = "OPTIONS"},
         .status = 204,
         .headers = {"Allow: GET, HEAD, OPTIONS", "!Access-Control-Allow-Origin"}},
        {.request = {.target = "/serd", .method = "HEAD", .headers = BROWSER},
         .status = 404,
         .headers = {PAGE}},
    };
    page_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

/* The same with every Accept, where programs ask, and for a program that asks elsewhere. */
static void leaves_programs_alone(void **state)
{
    static const struct page_case cases[] = {
        {.request = {.target = "/serd"}, .status = 404, .headers = {JSON, "Vary"}},
        {.request = {.target = "/serd", .headers = "Accept: text/html;q=0, */*\n"},
         .status = 404,
         .headers = {JSON}},
        {.request = {.target = "/api", .headers = BROWSER}, .status = 404, .headers = {JSON}},
        {.request = {.target = "/api/v1/serd", .headers = BROWSER},
         .status = 404,
         .headers = {JSON}},
        {.request = {.target = "/api/v1/summary", .headers = BROWSER},
         .status = 200,
         .headers = {JSON, "Access-Control-Allow-Origin: *"}},
        {.request = {.target = "/index/zz", .headers = BROWSER}, .status = 404, .headers = {JSON}},
        {.request = {.target = "/index/se/rd/serde", .headers = BROWSER},
         .status = 200,
         .headers = {"Content-Type: text/plain"}},
        {.request = {.target = "/metrics/", .headers = BROWSER}, .status = 404, .headers = {JSON}},
        {.request = {.target = "/-/reload", .headers = BROWSER}, .status = 404, .headers = {JSON}},
        {.request = {.target = "/indexes", .headers = BROWSER}, .status = 404, .headers = {PAGE}},
        {.request = {.target = "/keywords", .headers = "Accept: application/json\n"},
         .status = 200,
         .headers = {"Content-Type: text/html; charset=utf-8", "Vary: Accept-Encoding"}},
    };
    page_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

/* Errors from before a path is looked at. */
static void says_what_is_too_long(void **state)
{
    static char target[8200] = "/";
    static char api_target[8200] = "/api/";
    static char headers[20000] = BROWSER;
    static const struct page_case cases[] = {
        {.request = {.target = target, .headers = BROWSER},
         .status = 414,
         .headers = {PAGE},
         .body = {"The address is too long", "longer than 8192 bytes", "!zzzzz"}},
        {.request = {.target = api_target, .headers = BROWSER}, .status = 414, .headers = {JSON}},
        {.request = {.target = target}, .status = 414, .headers = {JSON}},
        {.request = {.target = "/", .headers = headers},
         .status = 431,
         .headers = {PAGE},
         .body = {"The browser sent more than fits"}},
        {.request = {.target = "/", .headers = headers + sizeof BROWSER - 1},
         .status = 431,
         .headers = {JSON}},
    };
    memset(target + 1, 'z', sizeof target - 2);
    memset(api_target + 5, 'z', sizeof api_target - 6);
    for (size_t i = 0; i < 9; i++)
        snprintf(headers + strlen(headers), sizeof headers - strlen(headers), "X: %02000d\n", 0);
    page_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

/* Pages are kept and asked for again as answers are. */
static void answers_conditions(void **state)
{
    struct http_client *client = client_of(state);
    struct http_response first;
    struct http_response again;
    char headers[128];
    http_get(client, "/keywords/async", "", &first);
    assert_int_equal(first.status, 200);
    snprintf(headers, sizeof headers, "If-None-Match: %s\n", http_header(&first, "ETag"));
    http_get(client, "/keywords/ASYNC", headers, &again);
    assert_int_equal(again.status, 304);
    assert_int_equal(again.size, 0);
    http_response_free(&again);
    const struct http_request head = {.method = "HEAD", .target = "/keywords/async"};
    http_send(client, &head, &again);
    assert_int_equal(again.status, 200);
    assert_int_equal(again.size, 0);
    assert_string_equal(http_header(&again, "ETag"), http_header(&first, "ETag"));
    http_response_free(&again);
    http_get(client, "/keywords/async", "Range: bytes=0-9\nIf-Match: \"other\"\n", &again);
    assert_int_equal(again.status, 412);
    assert_non_null(strstr(again.body, "<h1>"));
    http_response_free(&again);
    http_get(client, "/keywords/async", "Accept-Encoding: br\nRange: bytes=0-9\n", &again);
    assert_int_equal(again.status, 200);
    http_check_header("/keywords/async", &again, "Content-Encoding: br");
    assert_true(again.size < first.size / 2);
    http_response_free(&again);
    http_response_free(&first);
}

static void has_what_browsers_ask_for(void **state)
{
    static const struct page_case cases[] = {
        {.request = {.target = "/robots.txt"},
         .status = 200,
         .headers = {"Content-Type: text/plain; charset=utf-8", "Cache-Control"},
         .body = {"User-agent: *\n", "Disallow: /api/\n", "!Disallow: /\n"}},
        {.request = {.target = "/favicon.ico"},
         .status = 302,
         .headers = {"Location", "Cache-Control: public, max-age=3600"}},
        {.request = {.target = "/opensearch.xml"}, .status = 404, .body = {"--base-url"}},
        {.request = {.target = "/"},
         .status = 200,
         .body = {"What is this?", "/index/", "!rel=\"search\"", "!rel=\"canonical\"", "!og:title",
                  "!127.0.0.1"}},
    };
    page_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

/* Addresses of ours as others see them are only there where they are known. */
static void knows_its_address(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--base-url", "https://crates.example/a&b/", "--banner",
                                            "Back <b>soon</b>", NULL};
    static const struct page_case cases[] = {
        {.request = {.target = "/"},
         .status = 200,
         .body = {"<link rel=\"canonical\" href=\"https://crates.example/a&amp;b/\">",
                  "<link rel=\"search\" href=\"/opensearch.xml\"",
                  "<meta property=\"og:title\" content=\"Cratedex\">",
                  "registry = \"sparse+https://crates.example/a&amp;b/index/\""}},
        {.request = {.target = "/keywords/HTTP?sort=new"},
         .status = 200,
         .body = {"<link rel=\"canonical\" href=\"https://crates.example/a&amp;b/keywords/http\">",
                  "<meta property=\"og:title\" content=\"http\">",
                  "<bdi>Back &lt;b&gt;soon&lt;/b&gt;</bdi>"}},
        {.request = {.target = "/crates/serde"},
         .status = 200,
         .body = {"rel=\"canonical\" href=\"https://crates.example/a&amp;b/crates/serde\">"}},
        {.request = {.target = "/crates/zstd-sys/1.4.13+zstd.1.4.3/features"},
         .status = 200,
         .body = {"rel=\"canonical\" href=\"https://crates.example/a&amp;b/crates/zstd-sys/"
                  "1.4.13%2Bzstd.1.4.3/features\">"}},
        {.request = {.target = "/users/no-such-user"},
         .status = 404,
         .body = {"<bdi>Back &lt;b&gt;soon&lt;/b&gt;</bdi>"}},
        {.request = {.target = "/opensearch.xml"},
         .status = 200,
         .headers = {"Content-Type: application/opensearchdescription+xml"},
         .body = {"<?xml", "<ShortName>Cratedex</ShortName>",
                  "template=\"https://crates.example/a&amp;b/search?q={searchTerms}\""}},
    };
    struct http_fixture fixture;
    http_fixture_open(&fixture, arguments);
    page_cases_run(fixture.client, cases, N_ELEMENTS(cases));
    http_fixture_close(&fixture);
}

/* Nothing of the pages is there, and everything else is as it is with them. */
static void turns_pages_off(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--ui", "no", NULL};
    static const char *const targets[] = {"/",
                                          "/search?q=serde",
                                          "/assets/style.css",
                                          "/crates/serde",
                                          "/keywords",
                                          "/categories/science",
                                          "/users/sample-user-12",
                                          "/teams/github:sample-org:core",
                                          "/robots.txt",
                                          "/favicon.ico",
                                          "/opensearch.xml",
                                          "/encodings",
                                          "/docs",
                                          "/status"};
    struct http_fixture fixture;
    http_fixture_open(&fixture, arguments);
    for (size_t i = 0; i < N_ELEMENTS(targets); i++) {
        const struct http_case wanted = {
            .request = {.target = targets[i], .headers = BROWSER},
            .status = 404,
            .headers = {JSON, "Vary: Accept, Accept-Encoding", "Access-Control-Allow-Origin: *"},
            .body = {{"errors", "[{\"detail\":\"Not Found\"}]"}},
        };
        http_cases_run(fixture.client, &wanted, 1);
    }
    assert_int_equal(http_fixture_status(&fixture, "/api/v1/crates?q=serde"), 200);
    http_fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_may_be_meant),    cmocka_unit_test(leaves_programs_alone),
        cmocka_unit_test(says_what_is_too_long),     cmocka_unit_test(answers_conditions),
        cmocka_unit_test(has_what_browsers_ask_for), cmocka_unit_test(knows_its_address),
        cmocka_unit_test(turns_pages_off),
    };
    return cmocka_run_group_tests_name("error_pages", tests, http_fixture_start, http_fixture_stop);
}
