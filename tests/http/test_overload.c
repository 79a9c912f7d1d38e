/* More requests at once than are computed at once. The server is stopped (SIGSTOP) while they are
   sent, so that it finds all of them together, and the order in which it answers is that of the
   lines of its log: nothing depends on time, but for a wait of a microsecond, which is always too
   long. */
#include "tests/support/http_client.h"
#include "tests/support/raw_connection.h"
#include "tests/support/test_server.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* More than wait without their connections being suspended (16). */
#define N_MISSES 60
#define N_HITS 20
#define HIT "/api/v1/crates?q=json"

struct fixture {
    struct test_server server;
    int misses[N_MISSES];
    int hits[N_HITS];
};

static void begin(struct fixture *fixture, const char *const *arguments)
{
    char text[RAW_MAX_ANSWER];
    test_server_start(&fixture->server, arguments);
    for (size_t i = 0; i < N_MISSES + N_HITS; i++) {
        int *connection = i < N_MISSES ? &fixture->misses[i] : &fixture->hits[i - N_MISSES];
        *connection = test_server_connect(&fixture->server);
        assert_true(*connection >= 0);
        raw_ask(*connection, HIT);
        assert_int_equal(raw_receive(*connection, text), 200);
    }
}

/* Has every connection ask while the server stands still: those of the misses first, each something
   else. */
static void ask_all_at_once(struct fixture *fixture, bool half_close)
{
    raw_stop_process(fixture->server.pid);
    for (size_t i = 0; i < N_MISSES; i++) {
        char target[128];
        snprintf(target, sizeof target, "/api/v1/crates?q=serde&per_page=%zu", i + 1);
        raw_ask(fixture->misses[i], target);
        if (half_close)
            assert_int_equal(shutdown(fixture->misses[i], SHUT_WR), 0);
    }
    for (size_t i = 0; i < N_HITS; i++)
        raw_ask(fixture->hits[i], HIT);
    raw_continue_process(fixture->server.pid);
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
    char text[RAW_MAX_ANSWER];
    char sample[64];
    unsigned n_late = 0;
    begin(&fixture, arguments);
    ask_all_at_once(&fixture, false);
    for (size_t i = 0; i < N_MISSES; i++)
        if (raw_receive(fixture.misses[i], text) == 503) {
            n_late++;
            assert_non_null(strstr(text, "\r\nRetry-After: 1\r\n"));
            assert_non_null(strstr(text, "\r\nX-Request-Id: "));
            assert_non_null(strstr(text, "\r\nCache-Control: no-store\r\n"));
            assert_null(strstr(text, "\r\nConnection: close\r\n"));
        } else {
            assert_memory_equal(text, "HTTP/1.1 200", 12);
        }
    for (size_t i = 0; i < N_HITS; i++)
        assert_int_equal(raw_receive(fixture.hits[i], text), 200);
    assert_true(n_late > 0 && n_late < N_MISSES);

    struct http_response metrics;
    struct http_client *client = http_client_open(fixture.server.url);
    http_get(client, "/metrics", NULL, &metrics);
    snprintf(sample, sizeof sample, "\ncratedex_late_requests_total %u\n", n_late);
    assert_non_null(strstr(metrics.body, sample));
    http_response_free(&metrics);
    http_client_close(client);
    /* On the same connection it may be asked again. */
    raw_ask(fixture.misses[N_MISSES - 1], "/api/v1/crates?q=serde&per_page=99");
    assert_int_equal(raw_receive(fixture.misses[N_MISSES - 1], text), 200);
    end(&fixture);
}

/* The first that is computed may come before any hit; no other. */
static void hits_wait_for_one_computation(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--threads", "1", "--max-wait-ms", "0", "--access-log",
                                            "json",      NULL};
    struct fixture fixture;
    char text[RAW_MAX_ANSWER];
    unsigned n_misses = 0;
    begin(&fixture, arguments);
    ask_all_at_once(&fixture, false);
    for (size_t i = 0; i < N_MISSES; i++)
        assert_int_equal(raw_receive(fixture.misses[i], text), 200);
    for (size_t i = 0; i < N_HITS; i++)
        assert_int_equal(raw_receive(fixture.hits[i], text), 200);
    for (size_t i = 0; i < N_MISSES + N_HITS; i++)
        free(test_server_read_line(&fixture.server)); /* of begin */
    for (size_t n_hits = 0; n_hits < N_HITS;) {
        char *read = test_server_read_line(&fixture.server);
        json_t *line = json_loads(read, 0, NULL);
        const char *cache = json_string_value(json_object_get(line, "cache"));
        assert_non_null(cache);
        n_hits += strcmp(cache, "hit") == 0;
        n_misses += strcmp(cache, "miss") == 0;
        json_decref(line);
        free(read);
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
    char text[RAW_MAX_ANSWER];
    begin(&fixture, arguments);
    ask_all_at_once(&fixture, true);
    for (size_t i = 0; i < N_MISSES; i++)
        assert_int_equal(raw_receive(fixture.misses[i], text), 200);
    end(&fixture);
}

/* Who is gone before its turn is no trouble: of those who wait, and of those who are suspended. */
static void who_goes_is_forgotten(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--threads", "1", "--max-wait-ms", "0", NULL};
    static const struct linger reset = {.l_onoff = 1};
    struct fixture fixture;
    char text[RAW_MAX_ANSWER];
    begin(&fixture, arguments);
    ask_all_at_once(&fixture, false);
    for (size_t i = 0; i < N_MISSES; i += 2) {
        setsockopt(fixture.misses[i], SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        close(fixture.misses[i]);
        fixture.misses[i] = -1;
    }
    for (size_t i = 1; i < N_MISSES; i += 2)
        assert_int_equal(raw_receive(fixture.misses[i], text), 200);
    for (size_t i = 0; i < N_HITS; i++)
        assert_int_equal(raw_receive(fixture.hits[i], text), 200);
    end(&fixture);
}

/* Those who ask for the same get the answer of one computation, whichever thread they came to. */
static void the_same_is_computed_once(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--threads", "4", "--max-wait-ms", "0", NULL};
    struct fixture fixture;
    char text[RAW_MAX_ANSWER];
    unsigned n_computed = 0;
    begin(&fixture, arguments);
    raw_stop_process(fixture.server.pid);
    for (size_t i = 0; i < N_MISSES; i++)
        raw_ask(fixture.misses[i], "/api/v1/crates?q=tokio");
    raw_continue_process(fixture.server.pid);
    for (size_t i = 0; i < N_MISSES; i++) {
        assert_int_equal(raw_receive(fixture.misses[i], text), 200);
        n_computed += strstr(text, "\r\nX-Cache: miss\r\n") != NULL;
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
