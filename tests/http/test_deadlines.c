/* A client that is never done is ended, whatever it does meanwhile. The daemon runs in this
   process, whose monotonic clock is set forward here, by taking the place of clock_gettime: so that
   half a minute is over at once, and the daemon sees it when it looks next, within a second. */
#define _GNU_SOURCE /* POLLRDHUP */

#include "server/connections/connection_table.h"
#include "tests/support/cached_daemon.h"
#include "tests/support/raw_connection.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define TIMEOUT_MILLISECONDS 10000

static atomic_long seconds_ahead;

/* glibc names the parameters in its own way. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int clock_gettime(clockid_t clock, struct timespec *time)
{
    long status = syscall(SYS_clock_gettime, clock, time);
    if (clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE)
        time->tv_sec += seconds_ahead;
    return (int)status;
}

static void receive_until(int connection, const char *wanted)
{
    char text[65536];
    size_t size = 0;
    text[0] = '\0';
    while (strstr(text, wanted) == NULL) {
        struct pollfd polled = {.fd = connection, .events = POLLIN};
        assert_int_equal(poll(&polled, 1, TIMEOUT_MILLISECONDS), 1);
        ssize_t received = recv(connection, text + size, sizeof text - 1 - size, 0);
        assert_true(received > 0);
        size += (size_t)received;
        text[size] = '\0';
    }
}

/* A connection on which a request was answered. */
static int begin(void **state)
{
    const struct cached_daemon *daemon = *state;
    int connection = cached_daemon_connect(daemon->listener);
    char text[RAW_MAX_ANSWER];
    raw_ask(connection, "/healthz");
    assert_int_equal(raw_receive(connection, text), 200);
    return connection;
}

static void assert_ended(int connection)
{
    char rest[256];
    struct pollfd polled = {.fd = connection, .events = POLLIN};
    ssize_t size = 1;
    while (size > 0) {
        assert_int_equal(poll(&polled, 1, TIMEOUT_MILLISECONDS), 1);
        size = recv(connection, rest, sizeof rest, 0);
    }
    close(connection);
}

static void ends_who_says_nothing(void **state)
{
    int connection = begin(state);
    seconds_ahead += CONNECTION_HEAD_SECONDS;
    assert_ended(connection);
}

/* Sends two pieces, each in less than the time that silence may last, which together take longer
   than the whole may. */
static void send_slowly(int connection, const char *pieces[2], long longest)
{
    for (int i = 0; i < 2; i++) {
        raw_send(connection, pieces[i]);
        seconds_ahead += longest * 2 / 3;
    }
}

static void ends_a_head_that_never_ends(void **state)
{
    static const char *pieces[] = {"GET /healthz HTTP/1.1\r\nHo", "st: x\r\n"};
    int connection = begin(state);
    send_slowly(connection, pieces, CONNECTION_HEAD_SECONDS);
    assert_ended(connection);
}

static void ends_a_body_that_never_ends(void **state)
{
    static const char *pieces[] = {"a", "b"};
    int connection = begin(state);
    raw_send(connection, "POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n"
                         "Expect: 100-continue\r\n\r\n");
    receive_until(connection, "100 Continue\r\n\r\n");
    send_slowly(connection, pieces, CONNECTION_BODY_SECONDS);
    assert_ended(connection);
}

/* What nobody reads fills the sockets; the server then waits with the rest. It does not do so at
   once, so its clock is set forward until it has. */
static void ends_an_answer_that_nobody_takes(void **state)
{
    static const char request[] = "GET /api/v1/crates?per_page=100 HTTP/1.1\r\nHost: x\r\n\r\n";
    int connection = begin(state);
    struct pollfd polled = {.fd = connection, .events = POLLRDHUP};
    while (send(connection, request, sizeof request - 1, MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
        ;
    int n_ready = 0;
    for (int i = 0; i < TIMEOUT_MILLISECONDS / 100 && n_ready == 0; i++) {
        seconds_ahead += CONNECTION_SENDING_SECONDS;
        n_ready = poll(&polled, 1, 100);
    }
    assert_int_equal(n_ready, 1);
    close(connection);
}

static int start(void **state)
{
    return cached_daemon_set_up(state, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_who_says_nothing),
        cmocka_unit_test(ends_a_head_that_never_ends),
        cmocka_unit_test(ends_a_body_that_never_ends),
        cmocka_unit_test(ends_an_answer_that_nobody_takes),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests_name("deadlines", tests, start, cached_daemon_tear_down);
}
