/* Clients that hold connections and do not use them shut nobody out: more of them than the server
   takes, of each kind, and then somebody who asks. The kinds that do nothing wrong for a second
   take that second, for which the server refuses others: those ask again. */
#include "tests/support/http_client.h"
#include "tests/support/raw_connection.h"
#include "tests/support/test_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define N_CROWD 1200
#define N_BUSY 50

/* Sends what there is room for. */
static void send_some(int connection, const char *text)
{
    (void)!send(connection, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Asks once on a connection; false where the server has closed it. */
static bool ask(int connection)
{
    char text[RAW_MAX_ANSWER];
    raw_ask(connection, "/healthz");
    long status = raw_receive(connection, text);
    assert_true(status == 200 || status == 0);
    return status == 200;
}

static int connect_to(const struct test_server *server)
{
    int connection = test_server_connect(server);
    assert_true(connection >= 0);
    return connection;
}

/* Asks on new connections until one is answered. */
static void ask_until_answered(const struct test_server *server)
{
    bool is_answered = false;
    while (!is_answered) {
        int connection = connect_to(server);
        is_answered = ask(connection);
        close(connection);
    }
}

static void close_all(const int *connections, size_t n)
{
    for (size_t i = 0; i < n; i++)
        close(connections[i]);
}

/* As many descriptors as the crowd needs here; false where there are not so many. */
static bool has_descriptors(void)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    return limit.rlim_cur >= N_CROWD + N_BUSY + 100;
}

/* Clients that ask now and then keep their connections while a crowd comes, whether all of it is of
   one address or of many, which no limit by address is as good as. */
static void a_crowd_of(const char *text, const char *per_address)
{
    static int crowd[N_CROWD];
    const char *const arguments[] = {
        "--threads", "2", "--max-connections", "1000", "--max-connections-per-address",
        per_address, NULL};
    int busy[N_BUSY];
    struct test_server server;
    test_server_start(&server, arguments);
    for (size_t i = 0; i < N_BUSY; i++) {
        busy[i] = connect_to(&server);
        assert_true(ask(busy[i]));
    }
    for (size_t i = 0; i < N_CROWD; i++) {
        crowd[i] = connect_to(&server);
        send_some(crowd[i], text);
        if (i % 10 == 0)
            assert_true(ask(busy[i / 10 % N_BUSY]));
    }
    int newcomer = connect_to(&server);
    assert_true(ask(newcomer));
    for (size_t i = 0; i < N_BUSY; i++)
        assert_true(ask(busy[i]));
    close(newcomer);
    close_all(busy, N_BUSY);
    close_all(crowd, N_CROWD);
    test_server_stop(&server);
}

static void silent_connections_shut_nobody_out(void **state)
{
    (void)state;
    if (!has_descriptors())
        skip();
    a_crowd_of("", "0");
    a_crowd_of("", "200");
}

static void heads_that_never_end_shut_nobody_out(void **state)
{
    (void)state;
    if (!has_descriptors())
        skip();
    a_crowd_of("GET / HTTP/1.1\r\nHost: x\r\nX: ", "0");
}

/* Holds every connection that the server has, in a way that takes it a second to see through. */
static void hold_all(const char *text, size_t n_times)
{
    static const char *const arguments[] = {
        "--threads", "2", "--max-connections", "20", "--max-connections-per-address", "0", NULL};
    int crowd[20];
    struct test_server server;
    test_server_start(&server, arguments);
    for (size_t i = 0; i < N_ELEMENTS(crowd); i++) {
        crowd[i] = connect_to(&server);
        for (size_t j = 0; j < n_times; j++)
            send_some(crowd[i], text);
    }
    for (size_t i = 0; i < 3; i++)
        ask_until_answered(&server);
    close_all(crowd, N_ELEMENTS(crowd));
    test_server_stop(&server);
}

static void bodies_that_never_end_shut_nobody_out(void **state)
{
    (void)state;
    hold_all("POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n", 1);
}

/* More answers than the sockets hold. */
static void answers_that_nobody_reads_shut_nobody_out(void **state)
{
    (void)state;
    hold_all("GET /api/v1/crates?per_page=100 HTTP/1.1\r\nHost: x\r\n\r\n", 400);
}

/* The number of connections is what the options say, and the metrics tell what was ended. */
static void counts_what_it_ends(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--max-connections", "30",
                                            "--max-connections-per-address", "10", NULL};
    int crowd[10];
    struct test_server server;
    struct http_response metrics;
    test_server_start(&server, arguments);
    for (size_t i = 0; i < N_ELEMENTS(crowd); i++) {
        crowd[i] = connect_to(&server);
        assert_true(ask(crowd[i]));
    }
    struct http_client *client = http_client_open(server.url);
    http_get(client, "/metrics", NULL, &metrics);
    assert_non_null(strstr(metrics.body, "\ncratedex_http_connections_limit 30\n"));
    assert_non_null(
        strstr(metrics.body, "\ncratedex_http_connections_ended_total{reason=\"address\"} 1\n"));
    assert_non_null(
        strstr(metrics.body, "\ncratedex_http_connections_ended_total{reason=\"full\"} 0\n"));
    http_response_free(&metrics);
    assert_false(ask(crowd[0])); /* the longest silent */
    for (size_t i = 1; i < N_ELEMENTS(crowd); i++)
        assert_true(ask(crowd[i]));
    http_client_close(client);
    close_all(crowd, N_ELEMENTS(crowd));
    test_server_stop(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silent_connections_shut_nobody_out),
        cmocka_unit_test(heads_that_never_end_shut_nobody_out),
        cmocka_unit_test(bodies_that_never_end_shut_nobody_out),
        cmocka_unit_test(answers_that_nobody_reads_shut_nobody_out),
        cmocka_unit_test(counts_what_it_ends),
    };
    return cmocka_run_group_tests_name("crowd", tests, NULL, NULL);
}
