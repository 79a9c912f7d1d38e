/* Targets to the byte: the forms of RFC 9112 (section 3.2), the paths and queries of RFC 3986, and
   what is too long. */
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
#define LIST "/api/v1/crates"
#define ONE LIST "?per_page=1&"

static void reads_the_forms_of_targets(void **state)
{
    static const struct raw_case cases[] = {
        {"9112, 3.2.2: absolute form",
         RAW_GET("http://example.org/healthz", ""),
         "200",
         {NULL},
         "ok",
         false},
        {"9112, 3.2.2: with a port and a query",
         RAW_GET("http://[::1]:8888" ONE "q=serde", ""),
         "200",
         {NULL},
         "\"name\":\"serde\"",
         false},
        {"9112, 3.2.2: https behind a proxy",
         RAW_GET("https://example.org/healthz", ""),
         "200",
         {NULL},
         "ok",
         false},
        {"9110, 4.2.3: schemes have no case",
         RAW_GET("HTTP://example.org/healthz", ""),
         "200",
         {NULL},
         "ok",
         false},
        {"9112, 3.2.2: the empty path",
         RAW_GET("http://example.org", ""),
         "200",
         {"Content-Type: text/html; charset=utf-8"},
         "</html>",
         false},
        {"9112, 3.2.2: no authority",
         RAW_GET("http:///healthz", ""),
         "400",
         {NULL},
         "the host is not valid",
         false},
        {"9110, 4.2.4: a user in it",
         RAW_GET("http://me:secret@example.org/healthz", ""),
         "400",
         {NULL},
         "the host is not valid",
         false},
        {"9112, 3.2.2: Host is needed all the same",
         "GET http://example.org/healthz HTTP/1.1\r\nConnection: close\r\n\r\n",
         "400",
         {NULL},
         "there is no Host",
         false},
        {"9112, 3.2.2: another scheme",
         RAW_GET("ftp://example.org/healthz", ""),
         "404",
         {NULL},
         NULL,
         false},
        {"9112, 3.2.4: asterisk form is for OPTIONS", RAW_GET("*", ""), "404", {NULL}, NULL, false},
        {"9110, 4.1: a fragment is not sent",
         RAW_GET("/healthz#top", ""),
         "404",
         {NULL},
         NULL,
         false},
        {"9112, 3.2.1: a path begins with a slash",
         RAW_GET("healthz", ""),
         "404",
         {NULL},
         NULL,
         false},
    };
    raw_cases_run(server_of(state), cases, N_ELEMENTS(cases));
}

static void reads_paths(void **state)
{
    static const struct raw_case cases[] = {
        {"3986, 6.2.2.2: an encoded letter is the letter",
         RAW_GET("/api/v1/crate%73?per_page=1", ""),
         "200",
         {NULL},
         NULL,
         false},
        {"3986, 6.2.2.1: digits have no case",
         RAW_GET("/health%7A", ""),
         "200",
         {NULL},
         "ok",
         false},
        {"3986, 2.2: an encoded slash parts nothing",
         RAW_GET("/api%2Fv1/summary", ""),
         "404",
         {NULL},
         "Not Found",
         false},
        {"3986, 2.2: whatever its case",
         RAW_GET("/api%2fv1/summary", ""),
         "404",
         {NULL},
         NULL,
         false},
        {"3986, 2.1: half an escape", RAW_GET("/healthz%7", ""), "404", {NULL}, NULL, false},
        {"3986, 2.1: no escape", RAW_GET("/healthz%zz", ""), "404", {NULL}, NULL, false},
        {"3986, 2.1: a NUL byte", RAW_GET("/healthz%00", ""), "404", {NULL}, NULL, false},
        {"3986, 2.5: not UTF-8", RAW_GET("/health%FF", ""), "404", {NULL}, NULL, false},
        {"3986, 6.2.2.1: paths have case", RAW_GET("/Healthz", ""), "404", {NULL}, NULL, false},
        {"3986, 3.3: a plus is a plus",
         RAW_GET("/api/v1/sum+mary", ""),
         "404",
         {NULL},
         NULL,
         false},
        {"3986, 3.3: a trailing slash is a segment",
         RAW_GET("/healthz/", ""),
         "404",
         {NULL},
         NULL,
         false},
        {"3986, 3.3: so are two", RAW_GET("//healthz", ""), "404", {NULL}, NULL, false},
        {"3986, 5.2.4: dots are the client's to remove",
         RAW_GET("/api/v1/./summary", ""),
         "404",
         {NULL},
         NULL,
         false},
        {"3986, 5.2.4: upwards, too",
         RAW_GET("/api/v1/x/../summary", ""),
         "404",
         {NULL},
         NULL,
         false},
        {"3986, 5.2.4: out of the root",
         RAW_GET("/../../etc/passwd", ""),
         "404",
         {NULL},
         NULL,
         false},
        {"3986, 5.2.4: encoded",
         RAW_GET("/api/v1/%2e%2e/v1/summary", ""),
         "404",
         {NULL},
         NULL,
         false},
        {"3986, 3.3: parameters of a segment",
         RAW_GET("/healthz;v=1", ""),
         "404",
         {NULL},
         NULL,
         false},
    };
    raw_cases_run(server_of(state), cases, N_ELEMENTS(cases));
}

/* The rules of form encoding, and ours: of parameters of one name the last counts. */
static void reads_queries(void **state)
{
    static const struct raw_case cases[] = {
        {"3986, 3.4: a plus is a space",
         RAW_GET(ONE "q=serde+json", ""),
         "200",
         {NULL},
         "\"name\":\"serde_json\"",
         false},
        {"3986, 3.4: so is %20",
         RAW_GET(ONE "q=serde%20json", ""),
         "200",
         {NULL},
         "\"name\":\"serde_json\"",
         false},
        {"3986, 2.1: %2B is a plus",
         RAW_GET(ONE "q=%2Bserde", ""),
         "200",
         {NULL},
         "\"exact_match\":false",
         false},
        {"3986, 2.1: names are decoded, too",
         RAW_GET(LIST "?per%5Fpage=1&%71=serde", ""),
         "200",
         {NULL},
         "\"name\":\"serde\"",
         false},
        {"3986, 2.1: half an escape stays",
         RAW_GET(ONE "q=serde%", ""),
         "200",
         {NULL},
         NULL,
         false},
        {"3986, 2.1: a NUL byte", RAW_GET(ONE "q=a%00", ""), "400", {NULL}, "NUL", false},
        {"3986, 2.5: not UTF-8", RAW_GET(ONE "q=%FF", ""), "400", {NULL}, "UTF-8", false},
        {"3986, 3.4: the last of two counts",
         RAW_GET(LIST "?per_page=x&per_page=1&q=tokio&q=serde", ""),
         "200",
         {NULL},
         "\"name\":\"serde\"",
         false},
        {"3986, 3.4: and is checked",
         RAW_GET(LIST "?per_page=1&per_page=x", ""),
         "400",
         {NULL},
         "per_page: invalid digit",
         false},
        {"3986, 3.4: an empty value", RAW_GET(ONE "q=", ""), "200", {NULL}, "\"total\":329", false},
        {"3986, 3.4: no value", RAW_GET(ONE "q", ""), "200", {NULL}, "\"total\":329", false},
        {"3986, 3.4: an empty number is none",
         RAW_GET(LIST "?per_page=", ""),
         "400",
         {NULL},
         NULL,
         false},
        {"3986, 3.4: empty pairs",
         RAW_GET(LIST "?&&per_page=1&=&&q=serde&", ""),
         "200",
         {NULL},
         "\"name\":\"serde\"",
         false},
        {"3986, 3.4: an empty query", RAW_GET(LIST "?", ""), "200", {NULL}, "\"total\":329", false},
        {"3986, 3.4: a second question mark",
         RAW_GET(ONE "q=serde?", ""),
         "200",
         {NULL},
         "\"name\":\"serde\"",
         false},
        {"3986, 3.4: a slash",
         RAW_GET(ONE "q=serde/", ""),
         "200",
         {NULL},
         "\"name\":\"serde\"",
         false},
        {"3986, 3.4: unknown names are passed over",
         RAW_GET(ONE "q=serde&nonsense=1", ""),
         "200",
         {NULL},
         "\"name\":\"serde\"",
         false},
    };
    raw_cases_run(server_of(state), cases, N_ELEMENTS(cases));
}

/* A request whose target, or one of whose fields, is filled up to a size. */
static char *long_request(size_t target_bytes, size_t field_bytes)
{
    char *request = malloc(target_bytes + field_bytes + 256);
    assert_non_null(request);
    size_t length = (size_t)snprintf(request, 64, "GET /healthz?");
    memset(request + length, 'a', target_bytes - strlen("/healthz?"));
    length += target_bytes - strlen("/healthz?");
    length += (size_t)snprintf(request + length, 128, " HTTP/1.1\r\nHost: x\r\nX: ");
    memset(request + length, 'b', field_bytes);
    length += field_bytes;
    snprintf(request + length, 128, "\r\nConnection: close\r\n\r\n");
    return request;
}

static void limits_lengths(void **state)
{
    static const struct {
        size_t target_bytes;
        size_t field_bytes;
        struct raw_case test; /* without a request */
    } cases[] = {
        {8192, 0, {"9110, 15.5.15: as long as it may be", NULL, "200", {NULL}, "ok", false}},
        {8193, 0, {"9110, 15.5.15", NULL, "414", {NULL}, "longer than 8192 bytes", false}},
        {25000, 0, {"9110, 15.5.15", NULL, "414", {NULL}, "longer than 8192 bytes", false}},
        {50000,
         0,
         {"9110, 15.5.15: beyond what a connection holds", NULL, "414", {NULL}, NULL, true}},
        {100, 16000, {"6585, 5: as long as they may be", NULL, "200", {NULL}, "ok", false}},
        {100, 16400, {"6585, 5", NULL, "431", {NULL}, "more than 16384 bytes", false}},
        {8192, 16000, {"6585, 5: both", NULL, "200", {NULL}, "ok", false}},
        {100, 50000, {"6585, 5: beyond what a connection holds", NULL, "431", {NULL}, NULL, true}},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        char *request = long_request(cases[i].target_bytes, cases[i].field_bytes);
        struct raw_case test = cases[i].test;
        test.request = request;
        raw_cases_run(server_of(state), &test, 1);
        free(request);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_forms_of_targets),
        cmocka_unit_test(reads_paths),
        cmocka_unit_test(reads_queries),
        cmocka_unit_test(limits_lengths),
    };
    return cmocka_run_group_tests_name("targets", tests, http_fixture_start, http_fixture_stop);
}
