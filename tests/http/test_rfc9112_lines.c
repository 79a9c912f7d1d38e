/* RFC 9112 (HTTP/1.1 messages) to the byte: lines, fields and hosts. What is marked early is
   refused by libmicrohttpd before the server sees it, with a page of its own. */
#include "tests/support/http_fixture.h"
#include "tests/support/raw_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_lines),
        cmocka_unit_test(refuses_nul_bytes),
    };
    return cmocka_run_group_tests_name("rfc9112_lines", tests, http_fixture_start,
                                       http_fixture_stop);
}
