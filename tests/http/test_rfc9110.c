/* RFC 9110 (HTTP semantics) to the byte: methods, fields, statuses, ranges, and HEAD for every
   endpoint. Negotiation and conditional requests have tables of their own. */
#include "server/exchange/router.h"

#include "tests/support/http_fixture.h"
#include "tests/support/raw_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define HEALTH "/healthz"
#define SUMMARY "/api/v1/summary"
#define ALLOWED "GET, HEAD, OPTIONS"

static void knows_methods(void **state)
{
    static const struct raw_case cases[] = {
        {"9110, 9.3.1", RAW_GET(HEALTH, ""), "200", {"!Allow"}, "ok", false},
        {"9110, 9.3.1: a body of GET has no meaning",
         RAW_GET(HEALTH, "Content-Length: 5\r\n") "hello",
         "200",
         {NULL},
         "ok",
         false},
        {"9110, 9.3.2", RAW_HEAD(HEALTH, ""), "200", {"Content-Length: 15"}, "", false},
        {"9110, 9.3.2: errors, too",
         RAW_HEAD("/nothing", ""),
         "404",
         {"Content-Length: 35"},
         "",
         false},
        {"9110, 9.3.2: and what cannot be negotiated",
         RAW_HEAD(SUMMARY, "Accept: text/html\r\n"),
         "406",
         {"Content-Type: application/json"},
         "",
         false},
        {"9110, 9.3.3",
         RAW_REQUEST("POST", HEALTH, "Content-Length: 2\r\n") "{}",
         "405",
         {"Allow: " ALLOWED},
         "use " ALLOWED,
         false},
        {"9110, 9.3.3: without a body",
         RAW_REQUEST("POST", SUMMARY, ""),
         "405",
         {"Allow: " ALLOWED},
         NULL,
         false},
        {"9110, 9.3.4",
         RAW_REQUEST("PUT", SUMMARY, "Content-Length: 1\r\n") "x",
         "405",
         {"Allow: " ALLOWED},
         NULL,
         false},
        {"9110, 9.3.5",
         RAW_REQUEST("DELETE", SUMMARY, ""),
         "405",
         {"Allow: " ALLOWED},
         NULL,
         false},
        {"5789, 2", RAW_REQUEST("PATCH", SUMMARY, ""), "405", {"Allow: " ALLOWED}, NULL, false},
        {"9110, 9.3.6: no tunnels",
         RAW_REQUEST("CONNECT", "example.org:80", ""),
         "404",
         {"!Allow"},
         NULL,
         false},
        {"9110, 9.3.7",
         RAW_REQUEST("OPTIONS", SUMMARY, ""),
         "204",
         {"Allow: " ALLOWED, "!Content-Type", "X-Request-Id"},
         "",
         false},
        {"9110, 9.3.7: the whole server",
         RAW_REQUEST("OPTIONS", "*", ""),
         "204",
         {"Allow: " ALLOWED},
         "",
         false},
        {"9110, 9.3.7: what is not there",
         RAW_REQUEST("OPTIONS", "/nothing", ""),
         "404",
         {"!Allow"},
         NULL,
         false},
        {"9110, 9.3.7: a body",
         RAW_REQUEST("OPTIONS", SUMMARY, "Content-Length: 2\r\n") "{}",
         "204",
         {NULL},
         "",
         false},
        {"9110, 9.3.8: nothing is echoed",
         RAW_REQUEST("TRACE", SUMMARY, "Cookie: secret\r\n"),
         "405",
         {"Allow: " ALLOWED},
         "method not allowed",
         false},
        {"9110, 9.1: unknown",
         RAW_REQUEST("BREW", SUMMARY, ""),
         "501",
         {"!Allow"},
         "method not implemented",
         false},
        {"9110, 9.1: wherever", RAW_REQUEST("PURGE", "/nothing", ""), "501", {NULL}, NULL, false},
        {"9110, 9.1: case counts", RAW_REQUEST("get", SUMMARY, ""), "501", {NULL}, NULL, false},
        {"9110, 15.5.6: a wrong method where nothing is",
         RAW_REQUEST("POST", "/nothing", ""),
         "404",
         {"!Allow"},
         NULL,
         false},
    };
    raw_cases_run(server_of(state), cases, N_ELEMENTS(cases));
}

static void reads_fields(void **state)
{
    static const struct raw_case cases[] = {
        {"9110, 5.1: names have no case",
         RAW_GET(HEALTH, "aCCEPT: application/msgpack\r\n"),
         "200",
         {"Content-Type: application/msgpack"},
         NULL,
         false},
        {"9110, 5.3: lines of one name are one list",
         RAW_GET(HEALTH, "Accept: text/html\r\nX: y\r\nAccept: application/msgpack\r\n"),
         "200",
         {"Content-Type: application/msgpack"},
         NULL,
         false},
        {"9110, 5.5: white space around values",
         RAW_GET(HEALTH, "Accept: \t application/msgpack \t \r\n"),
         "200",
         {"Content-Type: application/msgpack"},
         NULL,
         false},
        {"9110, 5.5: an empty value",
         RAW_GET(HEALTH, "Accept:\r\nUser-Agent:\r\n"),
         "200",
         {"Content-Type: application/json"},
         NULL,
         false},
        {"9110, 5.6.1: empty members of lists",
         RAW_GET(HEALTH, "Accept: , ,application/msgpack,,\r\n"),
         "200",
         {"Content-Type: application/msgpack"},
         NULL,
         false},
        {"9110, 5.1: unknown fields are passed over",
         RAW_GET(HEALTH, "X-Nobody-Knows: \"\\\x7f\r\n"),
         "200",
         {NULL},
         "ok",
         false},
        {"9110, 10.1.1: the body is asked for",
         RAW_REQUEST("POST", HEALTH, "Expect: 100-continue\r\nContent-Length: 0\r\n"),
         "100 405",
         {NULL},
         NULL,
         false},
        {"9110, 10.1.1: a body that is too long is not asked for",
         RAW_KEPT("POST", HEALTH, "Expect: 100-continue\r\nContent-Length: 65537\r\n"),
         "413",
         {"Connection: close"},
         "longer than 65536 bytes",
         false},
        {"9110, 10.1.1: other expectations",
         RAW_GET(HEALTH, "Expect: miracles\r\n"),
         "200",
         {NULL},
         NULL,
         false},
        {"9110, 10.1.5: TE asks for nothing that we have",
         RAW_GET(HEALTH, "TE: trailers, gzip\r\n"),
         "200",
         {"!Transfer-Encoding"},
         NULL,
         false},
        {"9110, 7.6.1: a nominated field is no fault",
         "GET " HEALTH " HTTP/1.1\r\nHost: x\r\nConnection: close, X-Y\r\nX-Y: z\r\n\r\n",
         "200",
         {NULL},
         NULL,
         false},
        {"9110, 7.6.2: Max-Forwards is for OPTIONS and TRACE",
         RAW_REQUEST("OPTIONS", "*", "Max-Forwards: 0\r\n"),
         "204",
         {NULL},
         "",
         false},
        {"9110, 7.8: h2c as cargo asks for it",
         "GET " HEALTH " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\n"
         "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n",
         "200",
         {"!Upgrade"},
         "ok",
         false},
        {"9110, 7.8: other protocols",
         "GET " HEALTH
         " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n"
         "Sec-WebSocket-Key: x\r\n\r\n",
         "200",
         {"!Upgrade", "!Sec-WebSocket-Accept"},
         NULL,
         false},
        {"9110, 8.6: no Content-Length in 204",
         RAW_REQUEST("OPTIONS", HEALTH, ""),
         "204",
         {"!Content-Length"},
         "",
         false},
        {"9110, 8.3", RAW_GET(HEALTH, ""), "200", {"Content-Type: application/json"}, NULL, false},
        {"9110, 11.6.2: credentials are for others",
         RAW_GET(HEALTH, "Authorization: Basic eDp5\r\nCookie: a=b\r\n"),
         "200",
         {"!WWW-Authenticate", "!Set-Cookie"},
         NULL,
         false},
        {"9110, 14.2: Range may be passed over",
         RAW_GET(SUMMARY, "Range: bytes=0-9\r\n"),
         "200",
         {"!Content-Range", "!Accept-Ranges"},
         "\"num_crates\"",
         false},
        {"9110, 14.2: and wrong ones are",
         RAW_GET(SUMMARY, "Range: bytes=99999999-\r\n"),
         "200",
         {"!Content-Range"},
         NULL,
         false},
        {"9110, 13.1.5: If-Range without Range support",
         RAW_GET(SUMMARY, "Range: bytes=0-9\r\nIf-Range: \"x\"\r\n"),
         "200",
         {NULL},
         NULL,
         false},
        {"9110, 15.5.1", RAW_GET("/api/v1/crates?page=0", ""), "400", {NULL}, "deserialize", false},
        {"9110, 15.5.5", RAW_GET("/nothing", ""), "404", {"!ETag"}, "Not Found", false},
    };
    raw_cases_run(server_of(state), cases, N_ELEMENTS(cases));
}

static void names_the_exchange(void **state)
{
    static const struct raw_case cases[] = {
        {"none; X-Request-Id as it was sent",
         RAW_GET(HEALTH, "X-Request-Id: aZ09._~+/=-\r\n"),
         "200",
         {"X-Request-Id: aZ09._~+/=-"},
         NULL,
         false},
        {"none; X-Request-Id of an error",
         RAW_GET("/nothing", "X-Request-Id: 42\r\n"),
         "404",
         {"X-Request-Id: 42"},
         NULL,
         false},
        {"none; X-Request-Id of what is in the cache",
         RAW_KEPT("GET", SUMMARY, "") RAW_GET(SUMMARY, "X-Request-Id: 43\r\n"),
         "200 200",
         {"X-Request-Id: 43", "X-Cache: hit", "ETag", "Surrogate-Key: crates", "xkey: crates"},
         NULL,
         false},
        {"none; X-Request-Id is not made for a cached answer",
         RAW_KEPT("GET", SUMMARY, "") RAW_GET(SUMMARY, ""),
         "200 200",
         {"!X-Request-Id", "X-Cache: hit"},
         NULL,
         false},
    };
    raw_cases_run(server_of(state), cases, N_ELEMENTS(cases));
    static const char *const insane[] = {
        RAW_GET(HEALTH, "X-Request-Id:\r\n"),
        RAW_GET(HEALTH, "X-Request-Id: a b\r\n"),
        RAW_GET(HEALTH, "X-Request-Id: <script>\r\n"),
        RAW_GET(HEALTH, "X-Request-Id: 1\r\nX-Request-Id: 2\r\n"),
        RAW_GET(HEALTH, "X-Request-Id: "
                        "1234567890123456789012345678901234567890123456789012345678901234"
                        "12345678901234567890123456789012345678901234567890123456789012345\r\n"),
        RAW_GET(HEALTH, ""),
    };
    char previous[33] = "";
    for (size_t i = 0; i < N_ELEMENTS(insane); i++) {
        char *id = raw_header(server_of(state), insane[i], "X-Request-Id");
        assert_int_equal(strlen(id), 32);
        assert_int_equal(strspn(id, "0123456789abcdef"), 32);
        assert_string_not_equal(id, previous);
        memcpy(previous, id, sizeof previous);
        free(id);
    }
}

/* The path of a pattern, with values that exist in the sample where the parameter is a known
   one. */
static void fill_pattern(char *path, size_t size, const char *pattern)
{
    static const char *const values[][2] = {
        {"{name}", "serde"},         {"{version}", "1.0.228"},
        {"{keyword}", "json"},       {"{category}", "web-programming"},
        {"{user}", "sample-user-1"}, {"{team}", "github:sample-org:core"},
        {"{length}", "3"},           {"{first}", "se"},
        {"{second}", "rd"},          {"{crate}", "serde"},
    };
    size_t length = 0;
    while (*pattern != '\0' && length + 1 < size) {
        const char *value = NULL;
        for (size_t i = 0; i < N_ELEMENTS(values) && value == NULL; i++)
            if (strncmp(pattern, values[i][0], strlen(values[i][0])) == 0)
                value = values[i][1];
        if (*pattern != '{') {
            path[length++] = *pattern++;
            continue;
        }
        length += (size_t)snprintf(path + length, size - length, "%s", value != NULL ? value : "1");
        pattern = strchr(pattern, '}') + 1;
    }
    path[length] = '\0';
}

/* Browsers are never allowed to send what is stale; shared caches are, of what they may keep. */
static void expect_cache_control(const char *path, const struct http_response *response)
{
    const char *everyone = http_header(response, "Cache-Control");
    const char *shared = http_header(response, "CDN-Cache-Control");
    assert_non_null(everyone);
    /* Of the second kind is what the request's Host made (test_sparse_config). */
    if (strcmp(everyone, "no-store") == 0 || strcmp(everyone, "private, no-store") == 0) {
        assert_null(shared);
        return;
    }
    size_t length = strlen(everyone);
    if (strncmp(everyone, "public, max-age=", 16) != 0 ||
        length != 16 + strspn(everyone + 16, "0123456789") || shared == NULL ||
        strncmp(shared, everyone, length) != 0 ||
        strncmp(shared + length, ", stale-while-revalidate=", 25) != 0)
        fail_msg("%s: Cache-Control is '%s', CDN-Cache-Control '%s'", path, everyone, shared);
    assert_true(response->status != 200 || http_header(response, "ETag") != NULL);
}

/* Figures of the moment are as long as they are. */
static bool has_moving_figures(const char *path)
{
    return strcmp(path, "/metrics") == 0 || strncmp(path, "/status", strlen("/status")) == 0;
}

static void compare_head(struct http_client *client, const char *path, const char *headers)
{
    static const char *const varying[] = {"Date", "X-Request-Id", "X-Cache", "Server-Timing"};
    const struct http_request request = {.method = "HEAD", .target = path, .headers = headers};
    struct http_response get;
    struct http_response head;
    http_get(client, path, headers, &get);
    http_send(client, &request, &head);
    assert_int_equal(head.status, get.status);
    assert_int_equal(head.size, 0);
    for (size_t i = 0; i < get.n_headers; i++) {
        const char *name = get.headers[i].name;
        bool varies = has_moving_figures(path) && strcmp(name, "Content-Length") == 0;
        for (size_t j = 0; j < N_ELEMENTS(varying); j++)
            varies = varies || strcmp(name, varying[j]) == 0;
        const char *value = http_header(&head, name);
        if (!varies && (value == NULL || strcmp(value, get.headers[i].value) != 0))
            fail_msg("%s: %s is '%s' for HEAD, '%s' for GET", path, name,
                     value != NULL ? value : "absent", get.headers[i].value);
    }
    expect_cache_control(path, &get);
    http_response_free(&get);
    http_response_free(&head);
}

/* 9110, 9.3.2: HEAD sends what GET would, but no body. Of every route, in both encodings and
   coded. */
static void answers_head_as_get_everywhere(void **state)
{
    struct http_fixture *fixture = *state;
    for (unsigned route = 0; route < router_other(); route++) {
        char path[256];
        fill_pattern(path, sizeof path, router_endpoint(route)->path);
        compare_head(fixture->client, path, NULL);
        compare_head(fixture->client, path, "Accept: application/msgpack\n");
        compare_head(fixture->client, path, "Accept-Encoding: gzip\nAccept: */*\n");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_methods),
        cmocka_unit_test(reads_fields),
        cmocka_unit_test(names_the_exchange),
        cmocka_unit_test(answers_head_as_get_everywhere),
    };
    return cmocka_run_group_tests_name("rfc9110", tests, http_fixture_start, http_fixture_stop);
}
