/* The end of a server that has clients: who is connected has one more answer, and whoever asks
   again and again loses none; load balancers hear of it before. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"
#include "tests/support/raw_connection.h"

#include <errno.h>
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
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define TARGET "/api/v1/suggest?q=serde&limit=1"
#define CLOSES "Connection: close\r\n"
#define TIMEOUT_MILLISECONDS 60000

#define N_CLIENTS 300
#define N_ROUNDS 3 /* of answers to all, before the signal */
#define MAX_ANSWER 2048

#define N_QUEUED 500

#define N_PIPELINED 800 /* more than the server reads at once */

/* One that keeps its connection and asks again as soon as it is answered. */
struct client {
    int connection; /* -1: it was told that the connection ends */
    unsigned n_answers;
    size_t size;
    char answer[MAX_ANSWER];
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool is_whole(const char *answer, size_t size)
{
    const char *end = strstr(answer, "\r\n\r\n");
    const char *length = strstr(answer, "Content-Length: ");
    return end != NULL && length != NULL &&
           size ==
               (size_t)(end + 4 - answer) + strtoul(length + strlen("Content-Length: "), NULL, 10);
}

/* Reads what has come, and asks again. */
static void go_on(struct client *client)
{
    ssize_t n = recv(client->connection, client->answer + client->size,
                     sizeof client->answer - 1 - client->size, 0);
    if (n <= 0)
        fail_msg("a request was lost: %s", n == 0 ? "the connection ended" : strerror(errno));
    client->size += (size_t)n;
    client->answer[client->size] = '\0';
    if (!is_whole(client->answer, client->size))
        return;
    assert_memory_equal(client->answer, "HTTP/1.1 200 ", 13);
    client->n_answers++;
    client->size = 0;
    if (strstr(client->answer, CLOSES) == NULL) {
        raw_ask(client->connection, TARGET);
        return;
    }
    close(client->connection);
    client->connection = -1;
}

static void loses_no_request_of_busy_clients(void **state)
{
    (void)state;
    static struct client clients[N_CLIENTS];
    static struct pollfd polled[N_CLIENTS];
    struct test_server server;
    unsigned n_answers = 0;
    bool is_told = false;
    test_server_start(&server, NULL);
    for (size_t i = 0; i < N_CLIENTS; i++) {
        clients[i] = (struct client){.connection = test_server_connect(&server)};
        assert_true(clients[i].connection >= 0);
        raw_ask(clients[i].connection, TARGET);
    }
    for (size_t n_left = N_CLIENTS; n_left > 0;) {
        for (size_t i = 0; i < N_CLIENTS; i++)
            polled[i] = (struct pollfd){.fd = clients[i].connection, .events = POLLIN};
        assert_true(poll(polled, N_CLIENTS, TIMEOUT_MILLISECONDS) > 0);
        for (size_t i = 0; i < N_CLIENTS; i++) {
            if (polled[i].revents == 0)
                continue;
            unsigned before = clients[i].n_answers;
            go_on(&clients[i]);
            n_answers += clients[i].n_answers - before;
            n_left -= clients[i].connection < 0;
        }
        if (!is_told && n_answers >= N_ROUNDS * N_CLIENTS) {
            is_told = true;
            assert_int_equal(kill(server.pid, SIGTERM), 0);
        }
    }
    assert_true(is_told);
    assert_int_equal(test_server_wait(&server), 0);
}

/* They were connected by the kernel; the server hears of them and of the signal at once. */
static void answers_who_waits_to_be_accepted(void **state)
{
    (void)state;
    static int connections[N_QUEUED];
    char text[RAW_MAX_ANSWER];
    struct test_server server;
    static const char *const arguments[] = {"--max-connections-per-address", "0", NULL};
    test_server_start(&server, arguments);
    raw_stop_process(server.pid);
    for (size_t i = 0; i < N_QUEUED; i++) {
        connections[i] = test_server_connect(&server);
        assert_true(connections[i] >= 0);
        raw_ask(connections[i], TARGET);
    }
    assert_int_equal(kill(server.pid, SIGTERM), 0);
    raw_continue_process(server.pid);
    for (size_t i = 0; i < N_QUEUED; i++) {
        assert_int_equal(raw_receive(connections[i], text), 200);
        close(connections[i]);
    }
    assert_int_equal(test_server_wait(&server), 0);
}

/* Of many requests that were sent together the first is answered, and its answer arrives. */
static void closes_without_a_reset(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--threads", "1", NULL};
    static const char request[] = "GET " TARGET " HTTP/1.1\r\nHost: x\r\n\r\n";
    static char requests[N_PIPELINED * sizeof request];
    char text[RAW_MAX_ANSWER];
    struct test_server server;
    test_server_start(&server, arguments);
    int first = test_server_connect(&server);
    int second = test_server_connect(&server);
    raw_ask(second, TARGET);
    assert_int_equal(raw_receive(second, text), 200);
    assert_int_equal(kill(server.pid, SIGTERM), 0);
    while (strstr(text, CLOSES) == NULL) {
        raw_ask(first, TARGET);
        assert_int_equal(raw_receive(first, text), 200);
    }
    for (size_t i = 0; i < N_PIPELINED; i++)
        memcpy(requests + i * strlen(request), request, strlen(request) + 1);
    raw_send(second, requests);
    assert_int_equal(raw_receive(second, text), 200);
    assert_non_null(strstr(text, CLOSES));
    assert_int_equal(recv(second, text, sizeof text, 0), 0);
    close(first);
    close(second);
    assert_int_equal(test_server_wait(&server), 0);
}

static void closes_silent_connections(void **state)
{
    (void)state;
    char byte;
    struct test_server server;
    test_server_start(&server, NULL);
    int connection = test_server_connect(&server);
    double start = now();
    assert_int_equal(kill(server.pid, SIGQUIT), 0);
    assert_int_equal(recv(connection, &byte, 1, 0), 0);
    close(connection);
    assert_int_equal(test_server_wait(&server), 0);
    assert_true(now() - start > 4 && now() - start < 9.9);
}

static void gives_notice(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--drain-delay", "3600", NULL};
    struct http_fixture fixture;
    struct http_response response;
    http_fixture_open(&fixture, arguments);
    assert_int_equal(kill(fixture.server.pid, SIGTERM), 0);
    http_fixture_await_readiness(&fixture, 503);
    assert_int_equal(http_fixture_status(&fixture, "/healthz"), 200);
    for (int i = 0; i < 2; i++) { /* one that is computed, one from the cache */
        http_get(fixture.client, TARGET, "", &response);
        assert_int_equal(response.status, 200);
        assert_null(http_header(&response, "Connection"));
        http_response_free(&response);
    }
    int connection = test_server_connect(&fixture.server);
    assert_true(connection >= 0);
    assert_int_equal(kill(fixture.server.pid, SIGTERM), 0);
    assert_int_equal(test_server_wait(&fixture.server), 0);
    close(connection);
    http_client_close(fixture.client);
}

static void ends_after_the_notice(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--drain-delay", "0.3", NULL};
    struct test_server server;
    test_server_start(&server, arguments);
    double start = now();
    test_server_stop(&server);
    assert_true(now() - start >= 0.3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loses_no_request_of_busy_clients),
        cmocka_unit_test(answers_who_waits_to_be_accepted),
        cmocka_unit_test(closes_without_a_reset),
        cmocka_unit_test(closes_silent_connections),
        cmocka_unit_test(gives_notice),
        cmocka_unit_test(ends_after_the_notice),
    };
    return cmocka_run_group_tests_name("drain", tests, NULL, NULL);
}
