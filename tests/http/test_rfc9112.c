/* RFC 9112 (HTTP/1.1 messages) to the byte: lines, hosts, where a request ends, and connections.
   What is marked early is refused by libmicrohttpd before the server sees it, with a page of its
   own. */
#include "tests/support/http_fixture.h"
#include "tests/support/raw_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define HEALTH "/healthz"
#define LINE "GET " HEALTH " HTTP/1.1\r\n"
#define HOST "Host: example.org\r\n"
#define CLOSE "Connection: close\r\n\r\n"
/* If a body were read as a request, there would be an answer to this one. */
#define NEXT RAW_GET("/nothing", "")

static const struct test_server *server_of(void **state)
{
    return &((struct http_fixture *)*state)->server;
}

static void reads_lines(void **state)
{
    static const struct raw_case cases[] = {
        {"9112, 2.2: empty lines in front",
         "\r\n\r\n" RAW_GET(HEALTH, ""),
         "200",
         {NULL},
         "ok",
         false},
        {"9112, 2.2: bare line feeds",
         "GET " HEALTH " HTTP/1.1\nHost: x\nConnection: close\n\n",
         "200",
         {NULL},
         "ok",
         false},
        {"9112, 2.2: white space before the first field",
         LINE " X: y\r\n" HOST CLOSE,
         "400",
         {NULL},
         NULL,
         true},
        {"9112, 2.3: HTTP/1.0", "GET " HEALTH " HTTP/1.0\r\n\r\n", "200", {NULL}, "ok", false},
        {"9112, 2.3: a higher minor version",
         "GET " HEALTH " HTTP/1.9\r\n" HOST CLOSE,
         "200",
         {NULL},
         "ok",
         false},
        {"9112, 2.3: another major version",
         "GET " HEALTH " HTTP/2.0\r\n" HOST CLOSE,
         "505",
         {NULL},
         NULL,
         true},
        {"9112, 2.3: no version at all", "GET " HEALTH "\r\n\r\n", "400", {NULL}, NULL, true},
        {"9112, 2.3: another protocol",
         "GET " HEALTH " FTP/1.1\r\n" HOST CLOSE,
         "400",
         {NULL},
         NULL,
         true},
        {"9112, 3: white space in the target",
         "GET " HEALTH " x HTTP/1.1\r\n" HOST CLOSE,
         "400",
         {"Connection: close"},
         "a space in the URL",
         false},
        {"9112, 3.2: no Host", LINE CLOSE, "400", {"Connection: close"}, "there is no Host", false},
        {"9112, 3.2: none is needed in HTTP/1.0",
         "GET " HEALTH " HTTP/1.0\r\nX: y\r\n\r\n",
         "200",
         {NULL},
         "ok",
         false},
        {"9112, 3.2: two of them",
         LINE HOST HOST CLOSE,
         "400",
         {NULL},
         "more than one Host",
         false},
        {"9112, 3.2: two in HTTP/1.0",
         "GET " HEALTH " HTTP/1.0\r\n" HOST HOST "\r\n",
         "400",
         {NULL},
         "more than one Host",
         false},
        {"9112, 3.2: an empty one", LINE "Host:\r\n" CLOSE, "200", {NULL}, "ok", false},
        {"9112, 3.2: with a port", LINE "Host: [::1]:8888\r\n" CLOSE, "200", {NULL}, "ok", false},
        {"9112, 3.2: a path in it",
         LINE "Host: example.org/x\r\n" CLOSE,
         "400",
         {NULL},
         "the host is not valid",
         false},
        {"9112, 3.2: a user in it",
         LINE "Host: me@example.org\r\n" CLOSE,
         "400",
         {NULL},
         "the host is not valid",
         false},
        {"9112, 3.2: a list", LINE "Host: a b\r\n" CLOSE, "400", {NULL}, NULL, false},
        {"9112, 3.2: a bad port",
         LINE "Host: example.org:http\r\n" CLOSE,
         "400",
         {NULL},
         NULL,
         false},
        {"9112, 3.2: a broken address", LINE "Host: [::1\r\n" CLOSE, "400", {NULL}, NULL, false},
        {"9112, 5: no colon", LINE HOST "nothing\r\n" CLOSE, "400", {NULL}, NULL, true},
        {"9112, 5.1: white space before the colon",
         LINE "Host : example.org\r\n" CLOSE,
         "400",
         {NULL},
         "a field's name is not valid",
         false},
        {"9112, 5.1: so that it hides no length",
         LINE HOST "Content-Length : 5\r\n\r\nhello" NEXT,
         "400",
         {"Connection: close"},
         NULL,
         false},
        {"9112, 5.1: an empty name",
         LINE HOST ": y\r\n" CLOSE,
         "400",
         {"Connection: close"},
         "an empty field name",
         false},
        {"9112, 5.1: so that nothing behind it is a request",
         LINE HOST ":\r\nGET /metrics HTTP/1.1\r\n" HOST CLOSE,
         "400",
         {"Connection: close"},
         NULL,
         false},
        {"9112, 5.1: white space behind a value is none of it",
         LINE "Host: example.org \t\r\n" CLOSE,
         "200",
         {NULL},
         "ok",
         false},
        {"9112, 2.2: a carriage return alone",
         LINE HOST "X: a\rb\r\n" CLOSE,
         "400",
         {"Connection: close"},
         "a control character in a header field",
         false},
        {"9110, 5.5: another control character",
         LINE HOST "User-Agent: abcdefghij\x01\r\n" CLOSE,
         "400",
         {NULL},
         "a control character in a header field",
         false},
        {"9110, 5.5: a tab and other bytes are text",
         LINE HOST "X: a\tb \xc3\xa4 \x7f\r\n" CLOSE,
         "200",
         {NULL},
         "ok",
         false},
        {"9112, 3: a control character in the target",
         "GET " HEALTH "?a\x02 HTTP/1.1\r\n" HOST CLOSE,
         "400",
         {"Connection: close"},
         "a control character in the URL",
         false},
        {"9112, 3: a tab in the target",
         "GET " HEALTH "?abcdefghij\tk HTTP/1.1\r\n" HOST CLOSE,
         "400",
         {"Connection: close"},
         "a control character in the URL",
         false},
        {"9112, 5.2: folded lines",
         LINE HOST "Accept: text/html,\r\n application/msgpack\r\n" CLOSE,
         "400",
         {"Connection: close"},
         "goes on in a second line",
         false},
        {"9112, 5.2: whose second line completes a name",
         LINE "Ho: evil\r\n st\r\n" CLOSE,
         "400",
         {"Connection: close"},
         "goes on in a second line",
         false},
        {"9112, 5.2: of a tab, with bare line feeds",
         LINE "Host: x\nX: y\n\t\n" CLOSE,
         "400",
         {"Connection: close"},
         "goes on in a second line",
         false},
        {"9112, 5.2: of three lines",
         LINE HOST "X: y\r\n a\r\n b\r\n" CLOSE,
         "400",
         {"Connection: close"},
         "goes on in a second line",
         false},
        {"9112, 5.2: a folded length",
         LINE HOST "Content-Length:\r\n 5\r\n\r\nhello" NEXT,
         "400",
         {"Connection: close"},
         NULL,
         false},
        {"9112, 5.2: a folded coding",
         LINE HOST "Transfer-Encoding:\r\n\tchunked\r\n\r\n0\r\n\r\n" NEXT,
         "400",
         {"Connection: close"},
         NULL,
         false},
        {"9112, 5.2: a folded host",
         LINE "Host:\r\n example\r\n" CLOSE,
         "400",
         {NULL},
         "goes on in a second line",
         false},
    };
    raw_cases_run(server_of(state), cases, N_ELEMENTS(cases));
}

static void finds_the_end_of_requests(void **state)
{
    static const struct raw_case cases[] = {
        {"9112, 6.1: both lengths",
         LINE HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" NEXT,
         "400",
         {"Connection: close"},
         "both Content-Length and Transfer-Encoding",
         false},
        {"9112, 6.1: in the other order",
         LINE HOST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" NEXT,
         "400",
         {"Connection: close"},
         NULL,
         false},
        {"9112, 6.1: chunked in HTTP/1.0",
         "GET " HEALTH " HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         "400",
         {NULL},
         "Transfer-Encoding in HTTP/1.0",
         false},
        {"9112, 6.1: an unknown coding",
         LINE HOST "Transfer-Encoding: gzip\r\n\r\n" NEXT,
         "501",
         {"Connection: close"},
         "Transfer-Encoding is not implemented",
         false},
        {"9112, 6.1: several codings",
         LINE HOST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" NEXT,
         "501",
         {"Connection: close"},
         NULL,
         false},
        {"9112, 6.1: in several lines",
         LINE HOST
         "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" NEXT,
         "501",
         {"Connection: close"},
         NULL,
         false},
        {"9112, 6.1: an empty one",
         LINE HOST "Transfer-Encoding:\r\n\r\n" NEXT,
         "501",
         {"Connection: close"},
         NULL,
         false},
        {"9112, 6.1: chunked, which no method of ours needs",
         LINE HOST "Transfer-Encoding: Chunked\r\n\r\n5;a=\"b\"\r\nhello\r\n000\r\n\r\n" NEXT,
         "501",
         {"Connection: close"},
         NULL,
         false},
        {"9112, 6.1: with a body that looks like a request",
         RAW_KEPT(
             "POST", HEALTH,
             "Transfer-Encoding: chunked\r\n") "30\r\nGET /metrics HTTP/1.1\r\nHost: x\r\nX-Y: "
                                               "1234567\r\n\r\n\r\n0\r\n\r\n" NEXT,
         "501",
         {"Connection: close"},
         NULL,
         false},
        {"9112, 6.1: with one that is broken",
         LINE HOST "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
         "501",
         {"Connection: close"},
         NULL,
         false},
        {"9112, 6.3: two lengths",
         LINE HOST "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello" NEXT,
         "400",
         {"Connection: close"},
         "more than one Content-Length",
         false},
        {"9112, 6.3: the same one twice",
         LINE HOST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello" NEXT,
         "400",
         {NULL},
         NULL,
         false},
        {"9112, 6.3: a body that looks like a request",
         RAW_KEPT("POST", HEALTH,
                  "Content-Length: 35\r\n") "GET /metrics HTTP/1.1\r\nHost: xy\r\n\r\n" NEXT,
         "405 404",
         {NULL},
         NULL,
         false},
        {"9112, 6.3: an empty body",
         LINE HOST "Content-Length: 0\r\n\r\n" NEXT,
         "200 404",
         {NULL},
         NULL,
         false},
        {"9110, 15.5.14: a body that is too long",
         LINE HOST "Content-Length: 65537\r\n\r\n" NEXT,
         "413",
         {"Connection: close"},
         NULL,
         false},
    };
    raw_cases_run(server_of(state), cases, N_ELEMENTS(cases));
}

/* libmicrohttpd refuses a length that is no number twice over in one answer; what counts is that
   nothing is answered and the connection ends. */
static void refuses_lengths_that_are_no_numbers(void **state)
{
    static const char *const lengths[] = {
        "-1", "+5", "5, 5", "0x5", "5 ", "", "99999999999999999999"};
    for (size_t i = 0; i < N_ELEMENTS(lengths); i++) {
        char request[256];
        snprintf(request, sizeof request, LINE HOST "Content-Length: %s\r\n\r\n" NEXT, lengths[i]);
        char *answer = test_server_exchange(server_of(state), request, strlen(request), true);
        /* White space around a value is none of it. */
        bool is_number = strcmp(lengths[i], "5 ") == 0;
        bool is_refused =
            strncmp(answer, "HTTP/1.1 4", 10) == 0 && strstr(answer, "HTTP/1.1 404") == NULL;
        if (!is_number && !is_refused)
            fail_msg("Content-Length '%s': %.200s", lengths[i], answer);
        free(answer);
    }
}

/* 9110, 5.5 and 9112, 3: a NUL hides what stands behind it from a server in C. A case fails on an
   answer of another status, and on a second one. */
static void refuses_nul_bytes(void **state)
{
    static const struct {
        const char *request;
        size_t size;
    } cases[] = {
#define CASE(text) {(text), sizeof(text) - 1}
        CASE(LINE "Host: example.org\0.evil\r\n" CLOSE),
        CASE(LINE "Host: \0\r\n" CLOSE),
        CASE(LINE HOST "X: a\0b\r\n" CLOSE),
        CASE(LINE HOST "X: a\0\r\n" CLOSE),
        CASE(LINE HOST "X: a\0\0\n" CLOSE),
        CASE(LINE HOST "Ho\0st: a\r\n" CLOSE),
        CASE(LINE HOST "\0X: a\r\n\r\n" NEXT),
        CASE(LINE "\0X: a\r\n" HOST CLOSE),
        CASE("GET\0 " HEALTH " HTTP/1.1\r\n" HOST CLOSE),
        CASE("GET\0X " HEALTH " HTTP/1.1\r\n" HOST CLOSE),
        CASE("GET /health\0z HTTP/1.1\r\n" HOST CLOSE),
        CASE("GET " HEALTH "?a\0b HTTP/1.1\r\n" HOST CLOSE),
        CASE("GET " HEALTH "?\0 HTTP/1.1\r\n" HOST CLOSE),
#undef CASE
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        char *answer =
            test_server_exchange(server_of(state), cases[i].request, cases[i].size, true);
        if (strncmp(answer, "HTTP/1.1 400", 12) != 0 || strstr(answer + 1, "HTTP/1.1 ") != NULL ||
            strstr(answer, "Connection: close") == NULL)
            fail_msg("case %zu: %.300s", i, answer);
        free(answer);
    }
}

static void keeps_connections(void **state)
{
    static const struct raw_case cases[] = {
        {"9112, 9.3: kept by default",
         RAW_KEPT("GET", HEALTH, "") RAW_GET(HEALTH, ""),
         "200 200",
         {"Connection: close"},
         "ok",
         false},
        {"9112, 9.3: in HTTP/1.0 not",
         "GET " HEALTH " HTTP/1.0\r\n\r\n" NEXT,
         "200",
         {"Connection: close"},
         "ok",
         false},
        {"9112, 9.3: unless it asks",
         "GET " HEALTH " HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET " HEALTH " HTTP/1.0\r\n\r\n",
         "200 200",
         {"Connection: close"},
         "ok",
         false},
        {"9112, 9.3.2: pipelined, in their order",
         RAW_KEPT("GET", HEALTH, "") RAW_KEPT("GET", "/nothing", "") RAW_KEPT("HEAD", HEALTH, "")
             RAW_KEPT("POST", HEALTH, "Content-Length: 3\r\n") "abc" RAW_KEPT("OPTIONS", HEALTH, "")
                 RAW_GET("/api/v1/crates?page=0", ""),
         "200 404 200 405 204 400",
         {NULL},
         NULL,
         false},
        {"9112, 9.6: close ends it",
         RAW_GET(HEALTH, "") NEXT,
         "200",
         {"Connection: close"},
         "ok",
         false},
        {"9112, 9.6: in a list",
         LINE HOST "Connection: x, Close\r\n\r\n" NEXT,
         "200",
         {NULL},
         "ok",
         false},
        {"9112, 9.6: errors keep it",
         RAW_KEPT("GET", "/nothing", "") RAW_GET(HEALTH, ""),
         "404 200",
         {NULL},
         "ok",
         false},
        {"9112, 9.6: after a 304 and a 406",
         RAW_KEPT("GET", "/api/v1/summary", "If-None-Match: *\r\n")
             RAW_KEPT("GET", "/api/v1/summary", "Accept: text/x\r\n") RAW_GET(HEALTH, ""),
         "304 406 200",
         {NULL},
         "ok",
         false},
    };
    raw_cases_run(server_of(state), cases, N_ELEMENTS(cases));
}

static char *read_to_end(int descriptor)
{
    char *text = calloc(1, 65536);
    size_t length = 0;
    ssize_t n_read;
    assert_non_null(text);
    while (length < 65535 && (n_read = recv(descriptor, text + length, 65535 - length, 0)) > 0)
        length += (size_t)n_read;
    close(descriptor);
    return text;
}

/* 9112, 9.6: a client that has sent all and closed its half gets its answers and then the end, not
   a wait for the idle connection's timeout. */
static void notices_a_half_closed_connection(void **state)
{
    static const char *const requests[] = {
        RAW_KEPT("GET", HEALTH, ""),
        RAW_KEPT("GET", HEALTH, "") RAW_KEPT("GET", HEALTH, "") RAW_KEPT("GET", HEALTH, ""),
        RAW_KEPT("POST", HEALTH, "Content-Length: 3\r\n") "abc",
    };
    struct timespec start;
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (size_t i = 0; i < 30 * N_ELEMENTS(requests); i++) {
        const char *request = requests[i % N_ELEMENTS(requests)];
        size_t n_expected = 0;
        size_t n_found = 0;
        int descriptor = test_server_connect(server_of(state));
        assert_int_equal(send(descriptor, request, strlen(request), MSG_NOSIGNAL), strlen(request));
        assert_int_equal(shutdown(descriptor, SHUT_WR), 0);
        char *text = read_to_end(descriptor);
        for (const char *at = strstr(request, " HTTP/1.1"); at != NULL;
             at = strstr(at + 1, " HTTP/1.1"))
            n_expected++;
        for (const char *at = strstr(text, "HTTP/1.1 "); at != NULL;
             at = strstr(at + 1, "HTTP/1.1 "))
            n_found++;
        assert_int_equal(n_found, n_expected);
        free(text);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    assert_true(end.tv_sec - start.tv_sec < 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_lines),
        cmocka_unit_test(finds_the_end_of_requests),
        cmocka_unit_test(refuses_lengths_that_are_no_numbers),
        cmocka_unit_test(refuses_nul_bytes),
        cmocka_unit_test(keeps_connections),
        cmocka_unit_test(notices_a_half_closed_connection),
    };
    return cmocka_run_group_tests_name("rfc9112", tests, http_fixture_start, http_fixture_stop);
}
