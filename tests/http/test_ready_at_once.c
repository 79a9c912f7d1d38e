/* Connections that become ready at the same moment, so many of them that the server fetches them in
   several portions: all are answered. The server is stopped (SIGSTOP) while they send, so that it
   finds all of them together, and nothing depends on time. 128 is what libmicrohttpd fetches at
   once. */
#include "tests/support/test_server.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define MAX_CONNECTIONS 384
/* Longer than any of them takes; shorter than the server waits for silent clients. */
#define TIMEOUT_MILLISECONDS 10000

static void ask(int connection)
{
    static const char request[] = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    assert_int_equal(send(connection, request, sizeof request - 1, MSG_NOSIGNAL),
                     sizeof request - 1);
}

static void receive(int connection, unsigned number, unsigned n_connections)
{
    char text[4096];
    struct pollfd polled = {.fd = connection, .events = POLLIN};
    if (poll(&polled, 1, TIMEOUT_MILLISECONDS) != 1)
        fail_msg("no answer on connection %u of %u", number, n_connections);
    ssize_t size = recv(connection, text, sizeof text - 1, 0);
    assert_true(size > 0);
    text[size] = '\0';
    assert_memory_equal(text, "HTTP/1.1 200", 12);
    assert_non_null(strstr(text, "\r\n\r\n"));
}

/* Until the process stands still. */
static void stop_process(pid_t pid)
{
    int status;
    assert_int_equal(kill(pid, SIGSTOP), 0);
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
}

static void answers_all_who_are_ready_at_once(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--threads", "1", NULL};
    static const unsigned numbers[] = {127, 128, 129, 256, MAX_CONNECTIONS};
    int connections[MAX_CONNECTIONS];
    struct test_server server;
    test_server_start(&server, arguments);
    for (unsigned i = 0; i < MAX_CONNECTIONS; i++) {
        connections[i] = test_server_connect(&server);
        assert_true(connections[i] >= 0);
        ask(connections[i]);
        receive(connections[i], i, MAX_CONNECTIONS);
    }
    for (size_t n = 0; n < N_ELEMENTS(numbers); n++) {
        stop_process(server.pid);
        for (unsigned i = 0; i < numbers[n]; i++)
            ask(connections[i]);
        assert_int_equal(kill(server.pid, SIGCONT), 0);
        for (unsigned i = 0; i < numbers[n]; i++)
            receive(connections[i], i, numbers[n]);
    }
    for (unsigned i = 0; i < MAX_CONNECTIONS; i++)
        close(connections[i]);
    test_server_stop(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(answers_all_who_are_ready_at_once)};
    return cmocka_run_group_tests_name("ready_at_once", tests, NULL, NULL);
}
