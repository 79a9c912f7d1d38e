/* RFC 9112 (HTTP/1.1 messages) to the byte: where a request ends, and connections. */
#include "tests/support/http_fixture.h"
#include "tests/support/raw_parts.h"

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
        cmocka_unit_test(finds_the_end_of_requests),
        cmocka_unit_test(refuses_lengths_that_are_no_numbers),
        cmocka_unit_test(keeps_connections),
        cmocka_unit_test(notices_a_half_closed_connection),
    };
    return cmocka_run_group_tests_name("rfc9112", tests, http_fixture_start, http_fixture_stop);
}
