/* config.json of the sparse index: what the server calls itself there, and the validators of
   that. */
#include "server/http/conditional.h"
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

#define CONFIG "/index/config.json"
#define DUMP_SECONDS 1793498400 /* 2026-11-01T02:00:00Z */

/* Sends one request for config.json with these lines; gives the answer, which the caller frees. */
static char *ask_config(void **state, const char *version, const char *lines)
{
    struct http_fixture *fixture = *state;
    char request[2048];
    int length = snprintf(request, sizeof request,
                          "GET " CONFIG " %s\r\n%sConnection: close\r\n\r\n", version, lines);
    assert_in_range(length, 1, sizeof request - 1);
    char *answer = test_server_exchange(&fixture->server, request, (size_t)length, true);
    assert_non_null(answer);
    return answer;
}

static void calls_itself_as_the_client_does(void **state)
{
    static const struct {
        const char *host;
        const char *api;
    } cases[] = {
        {"crates.example.org", "http://crates.example.org"},
        {"crates.example.org:8080", "http://crates.example.org:8080"},
        {"127.0.0.1:8888", "http://127.0.0.1:8888"},
        {"[::1]:8888", "http://[::1]:8888"},
        {"under_score-dash.9", "http://under_score-dash.9"},
        {"a\"b", NULL},
        {"a/b", NULL},
        {"a b", NULL},
        {"user@a", NULL},
        {"a?b", NULL},
        {"a#b", NULL},
        {"a\\b", NULL},
        {"<script>", NULL},
        {"a:b", NULL},
        {"a:80:80", NULL},
        {"[::1", NULL},
        {"[::1]x", NULL},
        {"[x]", NULL},
        {"a, b", NULL},
        {"\xc3\xa4", NULL},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        char lines[256];
        char expected[256];
        snprintf(lines, sizeof lines, "Host: %s\r\n", cases[i].host);
        char *answer = ask_config(state, "HTTP/1.1", lines);
        const char *body = strstr(answer, "\r\n\r\n");
        assert_non_null(body);
        if (cases[i].api == NULL) {
            if (strncmp(answer, "HTTP/1.1 400", 12) != 0 || strstr(body, cases[i].host) != NULL)
                fail_msg("Host: %s: %s", cases[i].host, answer);
        } else {
            snprintf(expected, sizeof expected,
                     "{\"dl\":\"%s/api/v1/crates/{crate}/{version}/download\",\"api\":\"%s\"}",
                     cases[i].api, cases[i].api);
            assert_string_equal(body + 4, expected);
        }
        free(answer);
    }
    char *answer = ask_config(state, "HTTP/1.0", "");
    assert_memory_equal(answer, "HTTP/1.1 400", 12);
    free(answer);
    char lines[1600];
    snprintf(lines, sizeof lines, "Host: %01500d\r\n", 1);
    answer = ask_config(state, "HTTP/1.1", lines);
    assert_memory_equal(answer, "HTTP/1.1 400", 12);
    free(answer);
}

static void has_a_config_with_validators(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = CONFIG, .headers = "Accept: application/msgpack\n"},
         .status = 200,
         .headers = {"Content-Type: application/json", "ETag", "Vary: Accept-Encoding",
                     "Last-Modified", "Cache-Control: private, no-store", "!CDN-Cache-Control"},
         .body = {{"length", "2"}}},
        {.request = {.method = "HEAD", .target = CONFIG},
         .status = 200,
         .headers = {"Cache-Control: private, no-store", "!CDN-Cache-Control"}},
        /* Found in our own cache, and not modified. */
        {.request = {.target = CONFIG},
         .status = 200,
         .headers = {"X-Cache: hit", "Cache-Control: private, no-store"}},
        {.request = {.target = CONFIG, .headers = "If-None-Match: *\n"},
         .status = 304,
         .headers = {"Cache-Control: private, no-store", "!CDN-Cache-Control"}},
        {.request = {.target = CONFIG, .headers = "Accept-Encoding: gzip\n"},
         .status = 200,
         .headers = {"Cache-Control: private, no-store"}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

/* The date of config.json where the client says this Host. A server that is asked by that date
   again has not changed since. */
static void read_config_date(struct http_client *client, const char *host, char date[64])
{
    char lines[256];
    struct http_response response;
    snprintf(lines, sizeof lines, "Host: %s\n", host);
    http_get(client, CONFIG, lines, &response);
    assert_int_equal(response.status, 200);
    snprintf(date, 64, "%s", http_header(&response, "Last-Modified"));
    http_response_free(&response);
    snprintf(lines, sizeof lines, "Host: %s\nIf-Modified-Since: %s\n", host, date);
    http_get(client, CONFIG, lines, &response);
    assert_int_equal(response.status, 304);
    assert_string_equal(http_header(&response, "Last-Modified"), date);
    http_response_free(&response);
}

static void dates_the_config_by_its_address(void **state)
{
    static const char *const base_urls[] = {"https://a.example.org", "http://a.example.org",
                                            "https://a.example.org/mirror"};
    char dates[4][64];
    read_config_date(client_of(state), "a.example.org", dates[3]);
    for (size_t i = 0; i < N_ELEMENTS(base_urls); i++) {
        const char *const arguments[] = {"--base-url", base_urls[i], NULL};
        struct http_fixture fixture;
        http_fixture_open(&fixture, arguments);
        read_config_date(fixture.client, "b.example.org", dates[i]);
        for (size_t j = 0; j < i; j++) {
            char line[96];
            struct http_response response;
            snprintf(line, sizeof line, "If-Modified-Since: %.63s\n", dates[j]);
            http_get(fixture.client, CONFIG, line, &response);
            assert_int_equal(response.status, 200);
            http_response_free(&response);
        }
        http_fixture_close(&fixture);
    }
    /* What the request called us and what the operator does is the same text here. */
    assert_string_equal(dates[3], dates[1]);
    for (size_t i = 0; i < N_ELEMENTS(dates); i++) {
        int64_t seconds;
        assert_int_equal(http_date_parse(dates[i], 0, &seconds), 0);
        assert_in_range(seconds, DUMP_SECONDS - 86399, DUMP_SECONDS);
    }
}

static void takes_the_operators_base_url(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--base-url", "https://crates.example.org/mirror/",
                                            NULL};
    struct http_fixture fixture;
    http_fixture_open(&fixture, arguments);
    static const struct http_case cases[] = {
        {.request = {.target = CONFIG, .headers = "Host: other.example.org\n"},
         .status = 200,
         .headers = {"Cache-Control: public, max-age=600",
                     "CDN-Cache-Control: public, max-age=600, stale-while-revalidate=600"},
         .body = {{"dl", "\"https://crates.example.org/mirror/api/v1/crates/{crate}/{version}/"
                         "download\""},
                  {"api", "\"https://crates.example.org/mirror\""}}},
    };
    http_cases_run(fixture.client, cases, N_ELEMENTS(cases));
    http_fixture_close(&fixture);
}

static void believes_a_trusted_proxy(void **state)
{
    static const char *const arguments[] = {"--trust-proxy", "127.0.0.1", NULL};
    static const char headers[] = "Host: crates.example.org\nX-Forwarded-Proto: https\n";
    struct http_fixture fixture;
    http_fixture_open(&fixture, arguments);
    static const struct http_case trusted[] = {
        {.request = {.target = CONFIG, .headers = headers},
         .status = 200,
         .headers = {"Cache-Control: private, no-store"},
         .body = {{"api", "\"https://crates.example.org\""}}},
    };
    static const struct http_case stranger[] = {
        {.request = {.target = CONFIG, .headers = headers},
         .status = 200,
         .body = {{"api", "\"http://crates.example.org\""}}},
    };
    http_cases_run(fixture.client, trusted, N_ELEMENTS(trusted));
    http_fixture_close(&fixture);
    http_cases_run(client_of(state), stranger, N_ELEMENTS(stranger));
}
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_itself_as_the_client_does),
        cmocka_unit_test(has_a_config_with_validators),
        cmocka_unit_test(dates_the_config_by_its_address),
        cmocka_unit_test(takes_the_operators_base_url),
        cmocka_unit_test(believes_a_trusted_proxy),
    };
    return cmocka_run_group_tests_name("sparse_config", tests, http_fixture_start,
                                       http_fixture_stop);
}
