/* Stopping while requests run, and what is logged by then. A request is running for certain when
   the server has asked for its body ("100 Continue") and not got it: so no test depends on time. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define TIMEOUT_MILLISECONDS 60000

static void send_text(int descriptor, const char *text)
{
    assert_int_equal(send(descriptor, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* Reads until `end` has come, or the connection is closed where `end` is NULL. */
static void receive_until(int descriptor, const char *end, char *text, size_t capacity)
{
    size_t length = 0;
    text[0] = '\0';
    while (end == NULL || strstr(text, end) == NULL) {
        struct pollfd polled = {.fd = descriptor, .events = POLLIN};
        assert_int_equal(poll(&polled, 1, TIMEOUT_MILLISECONDS), 1);
        ssize_t n_read = recv(descriptor, text + length, capacity - length - 1, 0);
        if (n_read <= 0) {
            assert_null(end);
            return;
        }
        length += (size_t)n_read;
        text[length] = '\0';
    }
}

/* A connection on which a request is running. */
static int begin_request(const struct test_server *server)
{
    char text[512];
    int descriptor = test_server_connect(server);
    assert_true(descriptor >= 0);
    send_text(descriptor, "GET /api/v1/suggest?q=serde&limit=1 HTTP/1.1\r\nHost: x\r\n"
                          "Content-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    receive_until(descriptor, "100 Continue\r\n\r\n", text, sizeof text);
    return descriptor;
}

/* Sends SIGTERM and asks until the server has seen it. */
static void terminate(struct http_fixture *fixture)
{
    struct http_response response;
    long status = 200;
    assert_int_equal(kill(fixture->server.pid, SIGTERM), 0);
    while (status == 200) {
        http_get(fixture->client, "/readyz", NULL, &response);
        status = response.status;
        http_response_free(&response);
    }
    assert_int_equal(status, 503);
}

static void finishes_what_is_running(void **state)
{
    (void)state;
    struct http_fixture fixture;
    struct http_response response;
    char text[4096];
    http_fixture_open(&fixture, NULL);
    /* The client's connection must be there before the server stops accepting. */
    http_get(fixture.client, "/readyz", NULL, &response);
    http_response_free(&response);
    int running = begin_request(&fixture.server);
    terminate(&fixture);
    send_text(running, "body");
    receive_until(running, "}]}", text, sizeof text);
    assert_int_equal(strncmp(text, "HTTP/1.1 200 OK", 15), 0);
    assert_non_null(strstr(text, "{\"suggestions\":[{\"name\":\"serde\""));
    assert_int_equal(test_server_wait(&fixture.server), 0);
    assert_int_equal(test_server_connect(&fixture.server), -1);
    http_client_close(fixture.client);
    close(running);
}

static void ends_at_once_on_a_second_signal(void **state)
{
    (void)state;
    struct http_fixture fixture;
    struct http_response response;
    char text[4096];
    http_fixture_open(&fixture, NULL);
    http_get(fixture.client, "/readyz", NULL, &response);
    http_response_free(&response);
    int running = begin_request(&fixture.server);
    terminate(&fixture);
    assert_int_equal(kill(fixture.server.pid, SIGINT), 0);
    receive_until(running, NULL, text, sizeof text);
    assert_string_equal(text, "");
    assert_int_equal(test_server_wait(&fixture.server), 0);
    http_client_close(fixture.client);
    close(running);
}

static void ends_on_sigint(void **state)
{
    (void)state;
    struct test_server server;
    test_server_start(&server, NULL);
    assert_int_equal(kill(server.pid, SIGINT), 0);
    assert_int_equal(test_server_wait(&server), 0);
}

static void expect_line(const char *text, const char *members)
{
    json_t *line = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    json_t *expected = json_loads(members, 0, NULL);
    assert_non_null(expected);
    const char *name;
    json_t *value;
    json_object_foreach(expected, name, value)
    {
        if (!json_equal(json_object_get(line, name), value))
            fail_msg("%s in %s", name, text);
    }
    assert_true(json_is_string(json_object_get(line, "time")));
    assert_true(json_is_number(json_object_get(line, "milliseconds")));
    json_decref(expected);
    json_decref(line);
}

static void logs_json_lines(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--access-log", "json", NULL};
    static const struct {
        struct http_request request;
        const char *members; /* of the line, as JSON */
    } cases[] = {
        {{.target = "/api/v1/suggest?q=serde&limit=1",
          .headers = "User-Agent: a \"quoted\" \\ agent\nReferer: https://x.example/\n"},
         "{\"address\":\"127.0.0.1\",\"method\":\"GET\","
         "\"target\":\"/api/v1/suggest?q=serde&limit=1\",\"status\":200,\"cache\":\"miss\","
         "\"referer\":\"https://x.example/\",\"user_agent\":\"a \\\"quoted\\\" \\\\ agent\"}"},
        {{.method = "HEAD", .target = "/api/v1/suggest?limit=1&q=serde"},
         "{\"method\":\"HEAD\",\"status\":200,\"bytes\":0,\"cache\":\"hit\",\"referer\":null}"},
        {{.target = "/\x01\xff", .headers = "User-Agent:\n"},
         "{\"target\":\"/\\u0001\\u00ff\",\"status\":400,\"bytes\":65,\"cache\":null,"
         "\"user_agent\":null}"},
        {{.method = "POST", .target = "/healthz", .body = "x"},
         "{\"method\":\"POST\",\"status\":405}"},
    };
    struct http_fixture fixture;
    http_fixture_open(&fixture, arguments);
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        struct http_response response;
        http_send(fixture.client, &cases[i].request, &response);
        http_response_free(&response);
    }
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        /* Flushed within about a second, not only at the end. */
        char *text = test_server_read_line(&fixture.server);
        expect_line(text, cases[i].members);
        free(text);
    }
    http_fixture_close(&fixture);
}

static void logs_combined_lines(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--access-log", "combined", NULL};
    struct http_fixture fixture;
    struct http_response response;
    char time[64];
    http_fixture_open(&fixture, arguments);
    http_get(fixture.client, "/nothing?a=\"",
             "User-Agent: t\"\xe9st\nReferer: https://x.example/\n", &response);
    http_response_free(&response);
    char *line = test_server_read_line(&fixture.server);
    const char *rest = strchr(line, ']');
    assert_int_equal(sscanf(line, "127.0.0.1 - - [%63[^]]]", time), 1);
    assert_int_equal(strlen(time), strlen("10/Oct/2000:13:55:36 +0000"));
    assert_string_equal(rest, "] \"GET /nothing?a=\\\" HTTP/1.1\" 404 35 \"https://x.example/\" "
                              "\"t\\\"\\xe9st\"");
    free(line);
    http_fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finishes_what_is_running),
        cmocka_unit_test(ends_at_once_on_a_second_signal),
        cmocka_unit_test(ends_on_sigint),
        cmocka_unit_test(logs_json_lines),
        cmocka_unit_test(logs_combined_lines),
    };
    return cmocka_run_group_tests_name("shutdown", tests, NULL, NULL);
}
