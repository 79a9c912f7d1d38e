/* Behind proxies: whom the log names, and under which id. */
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

/* The log is written once a second: every test sends all its requests before it reads their
   lines. */

#define ID_SIZE 64

/* Gives the id that the answer names. */
static void ask(struct http_fixture *fixture, const char *headers, char id[ID_SIZE])
{
    struct http_response response;
    http_get(fixture->client, "/healthz", headers, &response);
    assert_int_equal(response.status, 200);
    const char *sent = http_header(&response, "X-Request-Id");
    assert_non_null(sent);
    assert_in_range(snprintf(id, ID_SIZE, "%s", sent), 1, ID_SIZE - 1);
    http_response_free(&response);
}

/* The log's next line, which must be of the request with this id. */
static json_t *log_line_of(struct http_fixture *fixture, const char *id)
{
    char *text = test_server_read_line(&fixture->server);
    json_t *line = json_loads(text, 0, NULL);
    assert_non_null(line);
    assert_string_equal(json_text_at(line, "request_id"), id);
    free(text);
    return line;
}

static void expect_addresses(const char *const *arguments, const char *const (*cases)[2],
                             size_t n_cases)
{
    struct http_fixture fixture;
    http_fixture_open(&fixture, arguments);
    char ids[8][ID_SIZE];
    assert_in_range(n_cases, 1, N_ELEMENTS(ids));
    for (size_t i = 0; i < n_cases; i++)
        ask(&fixture, cases[i][0], ids[i]);
    for (size_t i = 0; i < n_cases; i++) {
        json_t *line = log_line_of(&fixture, ids[i]);
        if (strcmp(json_text_at(line, "address"), cases[i][1]) != 0)
            fail_msg("%s: %s, not %s", cases[i][0], json_text_at(line, "address"), cases[i][1]);
        json_decref(line);
    }
    http_fixture_close(&fixture);
}

static void logs_the_client_behind_trusted_proxies(void **state)
{
    (void)state;
    static const char *const arguments[] = {
        "--access-log", "json", "--trust-proxy", "127.0.0.0/8", "--trust-proxy",
        "10.0.0.0/8",   NULL};
    static const char *const cases[][2] = {
        {NULL, "127.0.0.1"},
        {"X-Forwarded-For: 192.0.2.1\n", "192.0.2.1"},
        {"X-Forwarded-For: 198.51.100.7, 192.0.2.1, 10.0.0.9\n", "192.0.2.1"},
        {"X-Forwarded-For: 198.51.100.7\nX-Forwarded-For: 192.0.2.1\n", "192.0.2.1"},
        {"Forwarded: for=\"[2001:db8::1]:80\";proto=https\n", "2001:db8::1"},
        {"Forwarded: for=198.51.100.7\nX-Forwarded-For: 192.0.2.1\n", "192.0.2.1"},
        {"X-Forwarded-For: unknown\n", "127.0.0.1"},
        {"X-Forwarded-For: \"},{\"x\":\"\n", "127.0.0.1"},
    };
    expect_addresses(arguments, cases, N_ELEMENTS(cases));
}

/* Whatever the client has filled the room for joined lines with, the proxy's own line counts. */
static void keeps_the_nearest_proxys_line(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--access-log", "json", "--trust-proxy", "127.0.0.1",
                                            NULL};
    static char headers[8192];
    snprintf(headers, sizeof headers, "X-Forwarded-For: ");
    for (size_t length = strlen(headers); length < 4500; length = strlen(headers))
        memcpy(headers + length, "198.51.100.7, ", sizeof "198.51.100.7, ");
    memcpy(headers + strlen(headers), "198.51.100.7\nX-Forwarded-For: 192.0.2.1\n",
           sizeof "198.51.100.7\nX-Forwarded-For: 192.0.2.1\n");
    const char *const cases[][2] = {{headers, "192.0.2.1"}};
    expect_addresses(arguments, cases, 1);
}

static void believes_no_one_else(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--access-log", "json", "--trust-proxy", "10.0.0.0/8",
                                            NULL};
    static const char *const cases[][2] = {
        {"X-Forwarded-For: 192.0.2.1\n", "127.0.0.1"},
        {"X-Forwarded-For: 10.0.0.1\n", "127.0.0.1"},
        {"Forwarded: for=192.0.2.1\n", "127.0.0.1"},
    };
    expect_addresses(arguments, cases, N_ELEMENTS(cases));
}

static void logs_ids(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--access-log", "json", NULL};
    struct http_fixture fixture;
    http_fixture_open(&fixture, arguments);
    char sent[ID_SIZE];
    char made[ID_SIZE];
    ask(&fixture, "X-Request-Id: from/a+client=1\n", sent);
    ask(&fixture, "X-Request-Id: \"quoted\"\n", made);
    assert_string_equal(sent, "from/a+client=1");
    assert_int_equal(strlen(made), 32);
    json_decref(log_line_of(&fixture, sent));
    json_decref(log_line_of(&fixture, made));
    /* With a log, also what comes out of the cache has an id. */
    for (int i = 0; i < 2; i++) {
        struct http_response response;
        http_get(fixture.client, "/api/v1/summary", NULL, &response);
        assert_string_equal(http_header(&response, "X-Cache"), i == 0 ? "miss" : "hit");
        assert_non_null(http_header(&response, "X-Request-Id"));
        http_response_free(&response);
    }
    http_fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logs_the_client_behind_trusted_proxies),
        cmocka_unit_test(keeps_the_nearest_proxys_line),
        cmocka_unit_test(believes_no_one_else),
        cmocka_unit_test(logs_ids),
    };
    return cmocka_run_group_tests_name("forwarded", tests, NULL, NULL);
}
