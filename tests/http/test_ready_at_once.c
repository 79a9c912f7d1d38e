/* Connections that become ready at the same moment, so many of them that the server fetches them in
   several portions: all are answered. The server is stopped (SIGSTOP) while they send, so that it
   finds all of them together, and nothing depends on time. 128 is what libmicrohttpd fetches at
   once. */
#include "tests/support/raw_connection.h"
#include "tests/support/test_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define MAX_CONNECTIONS 384

static void answers_all_who_are_ready_at_once(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--threads", "1", NULL};
    static const unsigned numbers[] = {127, 128, 129, 256, MAX_CONNECTIONS};
    char text[RAW_MAX_ANSWER];
    int connections[MAX_CONNECTIONS];
    struct test_server server;
    test_server_start(&server, arguments);
    for (unsigned i = 0; i < MAX_CONNECTIONS; i++) {
        connections[i] = test_server_connect(&server);
        assert_true(connections[i] >= 0);
        raw_ask(connections[i], "/healthz");
        assert_int_equal(raw_receive(connections[i], text), 200);
    }
    for (size_t n = 0; n < N_ELEMENTS(numbers); n++) {
        raw_stop_process(server.pid);
        for (unsigned i = 0; i < numbers[n]; i++)
            raw_ask(connections[i], "/healthz");
        raw_continue_process(server.pid);
        for (unsigned i = 0; i < numbers[n]; i++)
            assert_int_equal(raw_receive(connections[i], text), 200);
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
