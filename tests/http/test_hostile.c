/* Requests that mean harm: each gets an answer or a closed connection, none a crash, and the server
   answers the next one. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LIST "/api/v1/crates?"
#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

static struct http_fixture *fixture_of(void **state)
{
    return *state;
}

static json_int_t total_of(struct http_client *client, const char *query)
{
    char target[1024];
    snprintf(target, sizeof target, LIST "%s", query);
    json_t *page = http_get_json(client, target, 200);
    json_int_t total = json_integer_at(page, "meta.total");
    json_decref(page);
    return total;
}

/* What FTS5 would read as an operator is text: the total is that of the words alone. */
static void reads_query_syntax_as_text(void **state)
{
    static const char *const pairs[][2] = {
        {"q=%22serde%22", "q=serde"},
        {"q=serde*", "q=serde"},
        {"q=%5Eserde", "q=serde"},
        {"q=-%28serde%29", "q=serde"},
        {"q=%2Bserde", "q=serde"},
        {"q=(serde)", "q=serde"},
        {"q=%7Bname%7D%3Aserde", "q=name+serde"},
        {"q=name%3Aserde", "q=name+serde"},
        {"q=name%3A+serde", "q=name+serde"},
        {"q=%22serde%22+%22json%22", "q=%22json+serde%22"},
        {"q=%22serde", "q=serde"},
        {"q='serde'", "q=serde"},
        {"q=serde%3B", "q=serde"},
    };
    for (size_t i = 0; i < N_ELEMENTS(pairs); i++) {
        json_int_t hostile = total_of(fixture_of(state)->client, pairs[i][0]);
        json_int_t plain = total_of(fixture_of(state)->client, pairs[i][1]);
        if (hostile != plain)
            fail_msg("%s finds %lld, %s finds %lld", pairs[i][0], (long long)hostile, pairs[i][1],
                     (long long)plain);
    }
    assert_true(total_of(fixture_of(state)->client, "q=serde") > 0);
}

static void survives_odd_queries(void **state)
{
    static const char *const queries[] = {
        "q=NEAR(serde+json,2)",
        "q=NEAR(",
        "q=AND",
        "q=OR+OR",
        "q=NOT",
        "q=serde+NOT+json",
        "q=%22",
        "q=%22%22%22",
        "q=*",
        "q=%25",
        "q=_",
        "q=%5C",
        "q=)))",
        "q=%F0%9F%A6%80",
        "q=%E4%B8%AD",
        "q=%EF%BF%BF",
        "q=%",
        "q=%zz",
        "q=%C3%A9%CC%81",
        "q=a%00b%26",
        "category=%22",
        "keyword=%27",
        "letter=%F0%9F%A6%80",
        "ids[]=%27%3B--",
        "letter=%25",
        "all_keywords=%09+%0a",
        "=",
        "&&&",
        "q&q&q",
        "=x&=y",
    };
    for (size_t i = 0; i < N_ELEMENTS(queries); i++) {
        char target[256];
        struct http_response response;
        snprintf(target, sizeof target, LIST "%s", queries[i]);
        http_get(fixture_of(state)->client, target, NULL, &response);
        if (response.status != 200 && response.status != 400)
            fail_msg("%s: status %ld", target, response.status);
        http_response_free(&response);
    }
}

static void refuses_what_is_not_text(void **state)
{
    static const char *const parameters[] = {
        "q=a%00",
        "q=%01",
        "q=a%1Bb",
        "q=%7F",
        "q=%FF",
        "q=%C3%28",
        "q=%C0%80",
        "q=%ED%A0%80",
        "q=%F4%90%80%80",
        "q=%E4%B8",
        "keyword=%00",
        "category=a%00b",
        "letter=%00",
        "ids[]=a%00",
        "all_keywords=%00",
        "sort=%00",
        "include_yanked=%00",
        "unknown=%FF",
        "%00=x",
        "user_id=%00",
    };
    static const char *const paths[] = {LIST, "/api/v1/suggest?"};
    for (size_t i = 0; i < N_ELEMENTS(parameters) * N_ELEMENTS(paths); i++) {
        char target[256];
        snprintf(target, sizeof target, "%s%s", paths[i % N_ELEMENTS(paths)],
                 parameters[i / N_ELEMENTS(paths)]);
        json_t *body = http_get_json(fixture_of(state)->client, target, 400);
        assert_true(strlen(json_text_at(body, "errors[0].detail")) > 0);
        json_decref(body);
    }
}

/* `start` and as many of `unit` as make `length` bytes; the caller frees. */
static char *fill(const char *start, const char *unit, size_t length)
{
    char *text = malloc(length + 1);
    assert_non_null(text);
    size_t done = strlen(start);
    memcpy(text, start, done);
    while (done < length) {
        size_t n = strlen(unit) < length - done ? strlen(unit) : length - done;
        memcpy(text + done, unit, n);
        done += n;
    }
    text[length] = '\0';
    return text;
}

static void limits_lengths(void **state)
{
    static const struct {
        const char *start;
        const char *unit;
        size_t length;
        long status;
    } cases[] = {
        {LIST "q=", "a", sizeof LIST - 1 + 2 + 256, 200},
        {LIST "q=", "a", sizeof LIST - 1 + 2 + 257, 400},
        {"/api/v1/suggest?q=", "a", sizeof "/api/v1/suggest?q=" - 1 + 256, 200},
        {"/api/v1/suggest?q=", "a", sizeof "/api/v1/suggest?q=" - 1 + 257, 400},
        {LIST "keyword=", "a", 8000, 200},
        {LIST "ids[]=x", "&ids[]=x", 2000, 200},
        /* 257 parameters. */
        {LIST "a", "&a", sizeof LIST - 1 + 1 + 2 * 256, 400},
        {LIST "q=x&unknown=", "a", 8192, 200},
        {LIST "q=x&unknown=", "a", 8193, 414},
        {"/", "a", 8193, 414},
        {LIST "q=x&unknown=", "a", 20000, 414},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        char *target = fill(cases[i].start, cases[i].unit, cases[i].length);
        struct http_response response;
        http_get(fixture_of(state)->client, target, NULL, &response);
        if (response.status != cases[i].status)
            fail_msg("%.40s… of %zu bytes: status %ld, not %ld: %.200s", target, cases[i].length,
                     response.status, cases[i].status, response.body);
        http_response_free(&response);
        free(target);
    }
    json_t *body;
    char *target = fill("/", "a", 9000);
    body = http_get_json(fixture_of(state)->client, target, 414);
    assert_string_equal(json_text_at(body, "errors[0].detail"),
                        "the URL is longer than 8192 bytes");
    json_decref(body);
    free(target);
}

/* Many short words are within the bytes; each costs at most a bounded amount of work. */
static void bounds_the_number_of_words(void **state)
{
    char *target = fill(LIST "q=", "a+", sizeof LIST - 1 + 2 + 255);
    struct http_response response;
    http_get(fixture_of(state)->client, target, NULL, &response);
    assert_true(response.status == 200 || response.status == 400);
    http_response_free(&response);
    free(target);
}

static void assert_alive(void **state)
{
    json_t *body = http_get_json(fixture_of(state)->client, "/healthz", 200);
    json_decref(body);
}

/* Bytes that are no request, or an odd one. The answer, if any, starts with one of these
   statuses. */
static void survives_broken_requests(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;        /* 0: its length */
        const char *status; /* NULL: any, or nothing; the client hangs up */
    } cases[] = {
        {"\r\n\r\n\r\n\r\n", 0, NULL},
        {"GET\r\n\r\n", 0, NULL},
        {"GET  HTTP/1.1\r\n\r\n", 0, NULL},
        {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15, NULL},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0, NULL},
        {"GET /healthz HTTP/1.1\r\nHost: x\r\nno colon here\r\n\r\n", 0, NULL},
        {"GET /health\0z HTTP/1.1\r\nHost: x\r\n\r\n", 35, NULL},
        {"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 0, NULL},
        {"GET /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n", 0,
         NULL},
        {"GET /healthz HTTP/1.0\r\n\r\n", 0, "HTTP/1.1 200"},
        {"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 0, "HTTP/1.1 200"},
        {"BREW /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 0, "HTTP/1.1 501"},
        {"GET /api/v1/crates?q=\xff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 0,
         "HTTP/1.1 400"},
        /* What cargo sends over plain HTTP must be ignored. */
        {"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\n"
         "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n",
         0, "HTTP/1.1 200"},
        {"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
         "\r\n5\r\nhello\r\n0\r\n\r\n",
         0, "HTTP/1.1 501"},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        size_t size = cases[i].size > 0 ? cases[i].size : strlen(cases[i].bytes);
        bool is_answered = cases[i].status != NULL;
        char *answer =
            test_server_exchange(&fixture_of(state)->server, cases[i].bytes, size, is_answered);
        if (is_answered && strncmp(answer, cases[i].status, strlen(cases[i].status)) != 0)
            fail_msg("request %zu: %.100s", i, answer);
        free(answer);
        assert_alive(state);
    }
}

/* Headers and bodies without end are cut off by a closed connection, not kept in memory. */
static void bounds_headers_and_bodies(void **state)
{
    static const char head[] = "GET /healthz HTTP/1.1\r\nHost: x\r\nX: ";
    static const char upload[] =
        "POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n";
    char *headers = fill(head, "a", 200000);
    char *answer = test_server_exchange(&fixture_of(state)->server, headers, strlen(headers), true);
    assert_true(answer[0] == '\0' || strncmp(answer, "HTTP/1.1 431", 12) == 0);
    free(answer);
    free(headers);
    char *body = fill(upload, "a", 4000000);
    answer = test_server_exchange(&fixture_of(state)->server, body, strlen(body), true);
    assert_true(strstr(answer, "200 OK") == NULL);
    free(answer);
    free(body);
    assert_alive(state);
}

/* Several requests sent at once are answered in their order. */
static void answers_pipelined_requests_in_order(void **state)
{
    static const char requests[] = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
                                   "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"
                                   "GET /api/v1/crates?page=0 HTTP/1.1\r\nHost: x\r\n\r\n"
                                   "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    char *answer =
        test_server_exchange(&fixture_of(state)->server, requests, sizeof requests - 1, true);
    const char *at = answer;
    static const char *const statuses[] = {"HTTP/1.1 200", "HTTP/1.1 404", "HTTP/1.1 400",
                                           "HTTP/1.1 200"};
    for (size_t i = 0; i < N_ELEMENTS(statuses); i++) {
        at = strstr(at, "HTTP/1.1 ");
        assert_non_null(at);
        assert_int_equal(strncmp(at, statuses[i], strlen(statuses[i])), 0);
        at++;
    }
    free(answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_query_syntax_as_text),
        cmocka_unit_test(survives_odd_queries),
        cmocka_unit_test(refuses_what_is_not_text),
        cmocka_unit_test(limits_lengths),
        cmocka_unit_test(bounds_the_number_of_words),
        cmocka_unit_test(survives_broken_requests),
        cmocka_unit_test(bounds_headers_and_bodies),
        cmocka_unit_test(answers_pipelined_requests_in_order),
    };
    return cmocka_run_group_tests_name("hostile", tests, http_fixture_start, http_fixture_stop);
}
