/* A server as a process of its own, with this program as the server: called with a port and a
   number, it listens at once and starts a worker behind each connection, which nobody answers. */
#include "tests/bench/http_server_child.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define THIS_PROGRAM "/proc/self/exe"

static int serve(uint16_t port, unsigned long n_workers)
{
    const int on = 1;
    const pid_t server = getpid();
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(listener, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 16) != 0)
        return EXIT_FAILURE;
    for (unsigned long i = 0; i < n_workers; i++) {
        int connection = accept(listener, NULL, NULL);
        if (connection < 0)
            return EXIT_FAILURE;
        close(connection);
        if (fork() == 0) {
            /* A worker does not outlive the server, which may have ended already. */
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            while (getppid() == server)
                pause();
        }
    }
    for (;;)
        pause();
}

static int start(struct http_server_child *server, unsigned n_started, unsigned n_wanted,
                 struct error *error)
{
    char program[] = THIS_PROGRAM;
    char port_text[8];
    char workers_text[12];
    char *const arguments[] = {program, port_text, workers_text, NULL};
    uint16_t port = http_server_child_free_port(error);
    assert_int_not_equal(port, 0);
    snprintf(port_text, sizeof port_text, "%u", (unsigned)port);
    snprintf(workers_text, sizeof workers_text, "%u", n_started);
    return http_server_child_run_on(server, port, arguments, n_wanted, error);
}

/* As nginx does, which a busy machine shows: its workers come later than its socket. */
static void workers_that_come_late_are_waited_for(void **state)
{
    (void)state;
    struct http_server_child server;
    struct error error;
    for (unsigned n_workers = 1; n_workers <= 3; n_workers++) {
        if (start(&server, n_workers, n_workers, &error) != 0)
            fail_msg("%u workers: %s", n_workers, error.message);
        assert_int_equal(server.n_clocks, n_workers);
        assert_true(http_server_child_cpu(&server) >= 0);
        http_server_child_stop(&server);
    }
}

static void a_server_without_workers_answers_itself(void **state)
{
    (void)state;
    struct http_server_child server;
    struct error error;
    if (start(&server, 0, 0, &error) != 0)
        fail_msg("%s", error.message);
    assert_int_equal(server.n_clocks, 1);
    http_server_child_stop(&server);
}

static void one_that_ends_at_once_is_no_server(void **state)
{
    (void)state;
    char program[] = "false";
    char *const arguments[] = {program, NULL};
    struct http_server_child server;
    struct error error;
    uint16_t port = http_server_child_free_port(&error);
    assert_int_not_equal(port, 0);
    assert_int_not_equal(http_server_child_run_on(&server, port, arguments, 0, &error), 0);
    assert_string_equal(error.message, "false ended at once");
    http_server_child_stop(&server);
    assert_int_not_equal(
        http_server_child_run_on(&server, port, arguments, HTTP_SERVER_MAX_PROCESSES + 1, &error),
        0);
    http_server_child_stop(&server);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workers_that_come_late_are_waited_for),
        cmocka_unit_test(a_server_without_workers_answers_itself),
        cmocka_unit_test(one_that_ends_at_once_is_no_server),
    };
    if (argc == 3)
        return serve((uint16_t)strtoul(argv[1], NULL, 10), strtoul(argv[2], NULL, 10));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
