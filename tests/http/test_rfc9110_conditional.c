/* RFC 9110, section 13: conditional requests. `{etag}` in a request stands for the tag of the
   representation that it asks for, `{inner}` for the same without its quotes. */
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
#define SUMMARY "/api/v1/summary"
#define INDEX "/index/se/rd/serde"
#define PAST "Thu, 01 Jan 1970 00:00:01 GMT"
#define MODIFIED "Tue, 02 Sep 2025 14:12:01 GMT" /* of INDEX */
#define FUTURE "Fri, 01 Jan 2100 00:00:00 GMT"

static const struct raw_case cases[] = {
    {"9110, 13.1.2",
     RAW_GET(SUMMARY, "If-None-Match: {etag}\r\n"),
     "304",
     {"ETag", "Vary: Accept, Accept-Encoding", "xkey: crates"},
     "",
     false},
    {"9110, 13.1.2: HEAD",
     RAW_HEAD(SUMMARY, "If-None-Match: {etag}\r\n"),
     "304",
     {"ETag"},
     "",
     false},
    {"9110, 13.1.2: weak comparison",
     RAW_GET(SUMMARY, "If-None-Match: W/{etag}\r\n"),
     "304",
     {NULL},
     "",
     false},
    {"9110, 13.1.2: a list",
     RAW_GET(SUMMARY, "If-None-Match: \"a,b\", W/\"c\" ,{etag}\r\n"),
     "304",
     {NULL},
     "",
     false},
    {"9110, 5.3: a list in two lines",
     RAW_GET(SUMMARY, "If-None-Match: \"a\"\r\nIf-None-Match: {etag}\r\n"),
     "304",
     {NULL},
     "",
     false},
    {"9110, 13.1.2: whatever there is",
     RAW_GET(SUMMARY, "If-None-Match: *\r\n"),
     "304",
     {NULL},
     "",
     false},
    {"9110, 13.1.2: another",
     RAW_GET(SUMMARY, "If-None-Match: \"other\"\r\n"),
     "200",
     {"ETag"},
     "num_crates",
     false},
    {"9110, 8.8.3: no quotes, no tag",
     RAW_GET(SUMMARY, "If-None-Match: {inner}\r\n"),
     "200",
     {NULL},
     NULL,
     false},
    {"9110, 13.1.2: a star in a list is none",
     RAW_GET(SUMMARY, "If-None-Match: *, \"a\"\r\n"),
     "200",
     {NULL},
     NULL,
     false},
    {"9110, 8.8.3.3: a tag is one coding's",
     RAW_GET(SUMMARY, "If-None-Match: {etag}\r\nAccept-Encoding: gzip\r\n"),
     "200",
     {"Content-Encoding: gzip"},
     NULL,
     false},
    {"9110, 8.8.3: and one encoding's",
     RAW_GET(SUMMARY, "If-None-Match: {etag}\r\nAccept: application/msgpack\r\n"),
     "200",
     {"Content-Type: application/msgpack"},
     NULL,
     false},
    {"9110, 13.1.1",
     RAW_GET(SUMMARY, "If-Match: {etag}\r\n"),
     "200",
     {"ETag"},
     "num_crates",
     false},
    {"9110, 13.1.1: whatever there is",
     RAW_GET(SUMMARY, "If-Match: *\r\n"),
     "200",
     {NULL},
     NULL,
     false},
    {"9110, 13.1.1: another",
     RAW_GET(SUMMARY, "If-Match: \"other\"\r\n"),
     "412",
     {"!ETag"},
     "a precondition failed",
     false},
    {"9110, 13.1.1: strong comparison",
     RAW_GET(SUMMARY, "If-Match: W/{etag}\r\n"),
     "412",
     {NULL},
     NULL,
     false},
    {"9110, 13.1.1: a list",
     RAW_GET(SUMMARY, "If-Match: \"a\", {etag}\r\n"),
     "200",
     {NULL},
     NULL,
     false},
    {"9110, 13.2.2: If-Match comes first",
     RAW_GET(SUMMARY, "If-None-Match: {etag}\r\nIf-Match: \"other\"\r\n"),
     "412",
     {NULL},
     NULL,
     false},
    {"9110, 13.2.2: then If-None-Match",
     RAW_GET(SUMMARY, "If-None-Match: {etag}\r\nIf-Match: {etag}\r\n"),
     "304",
     {NULL},
     "",
     false},
    {"9110, 13.2.2: If-None-Match goes before the date",
     RAW_GET(SUMMARY, "If-None-Match: \"other\"\r\nIf-Modified-Since: " FUTURE "\r\n"),
     "200",
     {NULL},
     NULL,
     false},
    {"9110, 13.2.2: also where it matches",
     RAW_GET(SUMMARY, "If-None-Match: {etag}\r\nIf-Modified-Since: " PAST "\r\n"),
     "304",
     {NULL},
     "",
     false},
    /* The summary has no Last-Modified, by which the dates are passed over. */
    {"9110, 13.1.3: no date to compare with",
     RAW_GET(SUMMARY, "If-Modified-Since: " FUTURE "\r\n"),
     "200",
     {"!Last-Modified"},
     NULL,
     false},
    {"9110, 13.1.3: no date at all",
     RAW_GET(SUMMARY, "If-Modified-Since: yesterday\r\n"),
     "200",
     {NULL},
     NULL,
     false},
    {"9110, 13.1.4: no date to compare with",
     RAW_GET(SUMMARY, "If-Unmodified-Since: " PAST "\r\n"),
     "200",
     {NULL},
     NULL,
     false},
    {"9110, 13.1.3",
     RAW_GET(INDEX, "If-Modified-Since: " MODIFIED "\r\n"),
     "304",
     {"Last-Modified: " MODIFIED, "ETag"},
     "",
     false},
    {"9110, 13.1.3: only exact matches are honoured, for dates may go back",
     RAW_GET(INDEX, "If-Modified-Since: " FUTURE "\r\n"),
     "200",
     {"Last-Modified: " MODIFIED},
     NULL,
     false},
    {"9110, 13.1.3: newer than that",
     RAW_GET(INDEX, "If-Modified-Since: " PAST "\r\n"),
     "200",
     {NULL},
     NULL,
     false},
    {"9110, 5.6.7: all three forms of dates",
     RAW_GET(INDEX, "If-Modified-Since: Tue Sep  2 14:12:01 2025\r\n"),
     "304",
     {NULL},
     "",
     false},
    {"9110, 13.1.4",
     RAW_GET(INDEX, "If-Unmodified-Since: " FUTURE "\r\n"),
     "200",
     {NULL},
     NULL,
     false},
    {"9110, 13.1.4: newer than that",
     RAW_GET(INDEX, "If-Unmodified-Since: " PAST "\r\n"),
     "412",
     {NULL},
     "a precondition failed",
     false},
    {"9110, 13.2.2: a tag goes before a date",
     RAW_GET(INDEX, "If-None-Match: \"other\"\r\nIf-Modified-Since: " FUTURE "\r\n"),
     "200",
     {NULL},
     NULL,
     false},
    {"9110, 13.2.1: only of what would be a success",
     RAW_GET("/nothing", "If-None-Match: *\r\nIf-Match: \"a\"\r\n"),
     "404",
     {NULL},
     "Not Found",
     false},
    {"9110, 13.2.1: bad parameters come first",
     RAW_GET("/api/v1/crates?page=0", "If-None-Match: *\r\n"),
     "400",
     {NULL},
     NULL,
     false},
    {"9110, 13.2.1: and what is not allowed",
     RAW_REQUEST("POST", SUMMARY, "If-None-Match: *\r\n"),
     "405",
     {NULL},
     NULL,
     false},
    {"9110, 13.2.1: what has no tag has no condition",
     RAW_GET("/healthz", "If-None-Match: *\r\n"),
     "200",
     {"!ETag"},
     "ok",
     false},
    {"9110, 15.4.5: 304 keeps the connection",
     RAW_KEPT("GET", SUMMARY, "If-None-Match: *\r\n") RAW_GET("/healthz", ""),
     "304 200",
     {NULL},
     "ok",
     false},
};

/* Replaces `{etag}` and `{inner}`; the caller frees. */
static char *fill(const char *text, const char *etag)
{
    char *filled = malloc(strlen(text) + 4 * strlen(etag) + 1);
    assert_non_null(filled);
    size_t length = 0;
    while (*text != '\0') {
        bool is_tag = strncmp(text, "{etag}", 6) == 0;
        bool is_inner = strncmp(text, "{inner}", 7) == 0;
        if (is_tag || is_inner) {
            size_t size = strlen(etag) - (is_inner ? 2 : 0);
            memcpy(filled + length, etag + (is_inner ? 1 : 0), size);
            length += size;
            text += is_tag ? 6 : 7;
        } else {
            filled[length++] = *text++;
        }
    }
    filled[length] = '\0';
    return filled;
}

static void weighs_preconditions(void **state)
{
    const struct test_server *server = &((struct http_fixture *)*state)->server;
    char *etag = raw_header(server, RAW_GET(SUMMARY, ""), "ETag");
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        struct raw_case test = cases[i];
        char *request = fill(test.request, etag);
        test.request = request;
        raw_cases_run(server, &test, 1);
        free(request);
    }
    free(etag);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(weighs_preconditions)};
    return cmocka_run_group_tests_name("rfc9110_conditional", tests, http_fixture_start,
                                       http_fixture_stop);
}
