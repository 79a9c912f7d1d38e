/* More requests at once than are computed at once. The server is stopped (SIGSTOP) while they are
   sent, so that it finds all of them together, and the order in which it answers is that of the
   lines of its log: nothing depends on time, but for a wait of a microsecond, which is always too
   long. */
#include "tests/support/http_client.h"
#include "tests/support/test_server.h"

#include <jansson.h>
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
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
/* More than wait without their connections being suspended (16). */
#define N_MISSES 60
#define N_HITS 20
#define TIMEOUT_MILLISECONDS 30000
#define HIT "/api/v1/crates?q=json"

struct fixture {
    struct test_server server;
    int misses[N_MISSES];
    int hits[N_HITS];
};

/* Stops the process, which stands still on return. */
static void stop_process(pid_t pid)
{
    int status;
    assert_int_equal(kill(pid, SIGSTOP), 0);
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
}

static void ask(int connection, const char *target)
{
    char request[256];
    int size = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", target);
    assert_int_equal(send(connection, request, (size_t)size, MSG_NOSIGNAL), size);
}

/* One whole answer; returns its status. `head` has it afterwards, up to 1,023 bytes. */
static long receive(int connection, char head[1024])
{
    char text[65536];
    size_t size = 0;
    size_t wanted = 0;
    while (wanted == 0 || size < wanted) {
        struct pollfd polled = {.fd = connection, .events = POLLIN};
        assert_int_equal(poll(&polled, 1, TIMEOUT_MILLISECONDS), 1);
        ssize_t received = recv(connection, text + size, sizeof text - 1 - size, 0);
        assert_true(received > 0);
        size += (size_t)received;
        text[size] = '\0';
        const char *end = strstr(text, "\r\n\r\n");
        const char *length = strstr(text, "Content-Length: ");
        if (wanted == 0 && end != NULL && length != NULL)
            wanted = (size_t)(end + 4 - text) + strtoul(length + 16, NULL, 10);
    }
    snprintf(head, 1024, "%.1023s", text);
    return strtol(text + strlen("HTTP/1.1 "), NULL, 10);
}

static void begin(struct fixture *fixture, const char *const *arguments)
{
    char head[1024];
    test_server_start(&fixture->server, arguments);
    for (size_t i = 0; i < N_MISSES + N_HITS; i++) {
        int *connection = i < N_MISSES ? &fixture->misses[i] : &fixture->hits[i - N_MISSES];
        *connection = test_server_connect(&fixture->server);
        assert_true(*connection >= 0);
        ask(*connection, HIT);
        assert_int_equal(receive(*connection, head), 200);
    }
}

/* Has every connection ask while the server stands still: those of the misses first, each something
   else. */
static void ask_all_at_once(struct fixture *fixture, bool half_close)
{
    stop_process(fixture->server.pid);
    for (size_t i = 0; i < N_MISSES; i++) {
        char target[128];
        snprintf(target, sizeof target, "/api/v1/crates?q=serde&per_page=%zu", i + 1);
        ask(fixture->misses[i], target);
        if (half_close)
            assert_int_equal(shutdown(fixture->misses[i], SHUT_WR), 0);
    }
    for (size_t i = 0; i < N_HITS; i++)
        ask(fixture->hits[i], HIT);
    assert_int_equal(kill(fixture->server.pid, SIGCONT), 0);
}

static void end(struct fixture *fixture)
{
    for (size_t i = 0; i < N_MISSES; i++)
        close(fixture->misses[i]);
    for (size_t i = 0; i < N_HITS; i++)
        close(fixture->hits[i]);
    test_server_stop(&fixture->server);
}

static void late_requests_are_told_so(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--threads", "1", "--max-wait-ms", "0.001", NULL};
    struct fixture fixture;
    char head[1024];
    char sample[64];
    unsigned n_late = 0;
    begin(&fixture, arguments);
    ask_all_at_once(&fixture, false);
    for (size_t i = 0; i < N_MISSES; i++)
        if (receive(fixture.misses[i], head) == 503) {
            n_late++;
            assert_non_null(strstr(head, "\r\nRetry-After: 1\r\n"));
            assert_non_null(strstr(head, "\r\nX-Request-Id: "));
            assert_non_null(strstr(head, "\r\nCache-Control: no-store\r\n"));
            assert_null(strstr(head, "\r\nConnection: close\r\n"));
        } else {
            assert_memory_equal(head, "HTTP/1.1 200", 12);
        }
    for (size_t i = 0; i < N_HITS; i++)
        assert_int_equal(receive(fixture.hits[i], head), 200);
    assert_true(n_late > 0 && n_late < N_MISSES);

    struct http_response metrics;
    struct http_client *client = http_client_open(fixture.server.url);
    http_get(client, "/metrics", NULL, &metrics);
    snprintf(sample, sizeof sample, "\ncratedex_late_requests_total %u\n", n_late);
    assert_non_null(strstr(metrics.body, sample));
    http_response_free(&metrics);
    http_client_close(client);
    /* On the same connection it may be asked again. */
    ask(fixture.misses[N_MISSES - 1], "/api/v1/crates?q=serde&per_page=99");
    assert_int_equal(receive(fixture.misses[N_MISSES - 1], head), 200);
    end(&fixture);
}

/* The first that is computed may come before any hit; no other. */
static void hits_wait_for_one_computation(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--threads", "1", "--max-wait-ms", "0", "--access-log",
                                            "json",      NULL};
    struct fixture fixture;
    char head[1024];
    unsigned n_misses = 0;
    begin(&fixture, arguments);
    ask_all_at_once(&fixture, false);
    for (size_t i = 0; i < N_MISSES; i++)
        assert_int_equal(receive(fixture.misses[i], head), 200);
    for (size_t i = 0; i < N_HITS; i++)
        assert_int_equal(receive(fixture.hits[i], head), 200);
    for (size_t i = 0; i < N_MISSES + N_HITS; i++)
        free(test_server_read_line(&fixture.server)); /* of begin */
    for (size_t n_hits = 0; n_hits < N_HITS;) {
        char *text = test_server_read_line(&fixture.server);
        json_t *line = json_loads(text, 0, NULL);
        const char *cache = json_string_value(json_object_get(line, "cache"));
        assert_non_null(cache);
        n_hits += strcmp(cache, "hit") == 0;
        n_misses += strcmp(cache, "miss") == 0;
        json_decref(line);
        free(text);
    }
    assert_true(n_misses <= 1);
    end(&fixture);
}

/* Who has sent all that it will is answered, too, however long it waits. */
static void who_half_closes_is_answered(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--threads", "1", "--max-wait-ms", "0", NULL};
    struct fixture fixture;
    char head[1024];
    begin(&fixture, arguments);
    ask_all_at_once(&fixture, true);
    for (size_t i = 0; i < N_MISSES; i++)
        assert_int_equal(receive(fixture.misses[i], head), 200);
    end(&fixture);
}

/* Who is gone before its turn is no trouble: of those who wait, and of those who are suspended. */
static void who_goes_is_forgotten(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--threads", "1", "--max-wait-ms", "0", NULL};
    static const struct linger reset = {.l_onoff = 1};
    struct fixture fixture;
    char head[1024];
    begin(&fixture, arguments);
    ask_all_at_once(&fixture, false);
    for (size_t i = 0; i < N_MISSES; i += 2) {
        setsockopt(fixture.misses[i], SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        close(fixture.misses[i]);
        fixture.misses[i] = -1;
    }
    for (size_t i = 1; i < N_MISSES; i += 2)
        assert_int_equal(receive(fixture.misses[i], head), 200);
    for (size_t i = 0; i < N_HITS; i++)
        assert_int_equal(receive(fixture.hits[i], head), 200);
    end(&fixture);
}

/* Those who ask for the same get the answer of one computation, whichever thread they came to. */
static void the_same_is_computed_once(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--threads", "4", "--max-wait-ms", "0", NULL};
    struct fixture fixture;
    char head[1024];
    unsigned n_computed = 0;
    begin(&fixture, arguments);
    stop_process(fixture.server.pid);
    for (size_t i = 0; i < N_MISSES; i++)
        ask(fixture.misses[i], "/api/v1/crates?q=tokio");
    assert_int_equal(kill(fixture.server.pid, SIGCONT), 0);
    for (size_t i = 0; i < N_MISSES; i++) {
        assert_int_equal(receive(fixture.misses[i], head), 200);
        n_computed += strstr(head, "\r\nX-Cache: miss\r\n") != NULL;
    }
    assert_int_equal(n_computed, 1);
    end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(late_requests_are_told_so),
        cmocka_unit_test(hits_wait_for_one_computation),
        cmocka_unit_test(who_half_closes_is_answered),
        cmocka_unit_test(who_goes_is_forgotten),
        cmocka_unit_test(the_same_is_computed_once),
    };
    return cmocka_run_group_tests_name("overload", tests, NULL, NULL);
}
