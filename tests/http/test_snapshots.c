/* Another snapshot is published while clients ask: no request fails, every body is wholly that of
   the one index or of the other, and what begins after the change is of the new one, whatever the
   cache has of the old. */
#include "server/service/published.h"
#include "tests/support/cached_daemon.h"
#include "tests/support/http_client.h"
#include "tests/support/two_indexes.h"

#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#define N_THREADS 2
#define N_CLIENTS 3
#define N_CHANGES 60
#define N_INDEXES 2

/* Ranks of the one index are others in the other, and out of its range. */
static const char *const targets[] = {
    "/api/v1/crates/serde",
    "/api/v1/crates/serde/owners",
    "/api/v1/crates/serde/versions",
    "/api/v1/crates?q=json",
    "/api/v1/crates?sort=downloads&per_page=3",
    "/api/v1/summary",
    "/api/v1/suggest?q=se",
    "/index/se/rd/serde",
    "/readyz",
};
#define N_TARGETS (sizeof targets / sizeof *targets)

struct fixture {
    struct cached_daemon daemon; /* the sample, first */
    struct built_index other;
    const char *paths[N_INDEXES];
    char url[64];
    char *expected[N_INDEXES][N_TARGETS];
    uint64_t generation;
};

/* Publishes the index of that number and frees the snapshot before it. */
static void change_to(struct fixture *fixture, unsigned number)
{
    struct error error;
    const struct snapshot_source source = {.path = fixture->paths[number],
                                           .n_readers = N_THREADS,
                                           .settings = cached_daemon_settings()};
    struct snapshot *snapshot = snapshot_open(&source, ++fixture->generation, &error);
    if (snapshot == NULL)
        fail_msg("%s", error.message);
    snapshot_close(published_replace(fixture->daemon.service.snapshots, snapshot));
}

static char *get(struct http_client *client, const char *target)
{
    struct http_response response;
    http_get(client, target, "", &response);
    char *body = response.status == 200 ? strdup(response.body) : NULL;
    http_response_free(&response);
    return body;
}

static int start(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    other_index_make(&fixture->other);
    cached_daemon_start(&fixture->daemon, N_THREADS);
    fixture->generation = fixture->daemon.snapshot->generation;
    fixture->paths[0] = fixture->daemon.built.path;
    fixture->paths[1] = fixture->other.path;
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    assert_int_equal(getsockname(fixture->daemon.listener, (struct sockaddr *)&address, &size), 0);
    snprintf(fixture->url, sizeof fixture->url, "http://127.0.0.1:%u", ntohs(address.sin_port));
    struct http_client *client = http_client_open(fixture->url);
    for (unsigned number = 0; number < N_INDEXES; number++) {
        change_to(fixture, number);
        for (size_t i = 0; i < N_TARGETS; i++) {
            fixture->expected[number][i] = get(client, targets[i]);
            if (fixture->expected[number][i] == NULL)
                fail_msg("%s of index %u", targets[i], number);
            if (number > 0)
                assert_string_not_equal(fixture->expected[0][i], fixture->expected[number][i]);
        }
    }
    http_client_close(client);
    *state = fixture;
    return 0;
}

static int stop(void **state)
{
    struct fixture *fixture = *state;
    cached_daemon_stop(&fixture->daemon);
    built_index_remove(&fixture->other);
    for (unsigned number = 0; number < N_INDEXES; number++)
        for (size_t i = 0; i < N_TARGETS; i++)
            free(fixture->expected[number][i]);
    free(fixture);
    return 0;
}

/* Twice each: the second answer comes out of the cache. */
static void the_next_request_is_of_the_new_index(void **state)
{
    struct fixture *fixture = *state;
    struct http_client *client = http_client_open(fixture->url);
    for (unsigned change = 0; change < 6; change++) {
        unsigned number = change % N_INDEXES;
        change_to(fixture, number);
        for (size_t i = 0; i < 3 * N_TARGETS; i++) {
            char *body = get(client, targets[i % N_TARGETS]);
            assert_non_null(body);
            assert_string_equal(body, fixture->expected[number][i % N_TARGETS]);
            free(body);
        }
    }
    http_client_close(client);
}

struct asker {
    pthread_t thread;
    const struct fixture *fixture;
    atomic_bool *is_over;
    unsigned n_of[N_INDEXES]; /* answers of each */
    unsigned n_wrong;
};

static void *ask(void *context)
{
    struct asker *asker = context;
    struct http_client *client = http_client_open(asker->fixture->url);
    for (size_t i = 0; !atomic_load(asker->is_over); i = (i + 1) % N_TARGETS) {
        unsigned number = 0;
        char *body = get(client, targets[i]);
        while (body != NULL && number < N_INDEXES &&
               strcmp(body, asker->fixture->expected[number][i]) != 0)
            number++;
        if (body == NULL || number == N_INDEXES)
            asker->n_wrong++;
        else
            asker->n_of[number]++;
        free(body);
    }
    http_client_close(client);
    return NULL;
}

static void every_body_is_of_one_index(void **state)
{
    struct fixture *fixture = *state;
    struct asker askers[N_CLIENTS];
    atomic_bool is_over;
    unsigned n_of[N_INDEXES] = {0};
    atomic_init(&is_over, false);
    for (int i = 0; i < N_CLIENTS; i++) {
        askers[i] = (struct asker){.fixture = fixture, .is_over = &is_over};
        assert_int_equal(pthread_create(&askers[i].thread, NULL, ask, &askers[i]), 0);
    }
    struct http_client *client = http_client_open(fixture->url);
    for (unsigned change = 0; change < N_CHANGES; change++) {
        unsigned number = change % N_INDEXES;
        change_to(fixture, number);
        char *body = get(client, targets[change % N_TARGETS]);
        assert_non_null(body);
        assert_string_equal(body, fixture->expected[number][change % N_TARGETS]);
        free(body);
    }
    atomic_store(&is_over, true);
    for (int i = 0; i < N_CLIENTS; i++) {
        pthread_join(askers[i].thread, NULL);
        assert_int_equal(askers[i].n_wrong, 0);
        for (unsigned number = 0; number < N_INDEXES; number++)
            n_of[number] += askers[i].n_of[number];
    }
    assert_true(n_of[0] > 0 && n_of[1] > 0);
    http_client_close(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_request_is_of_the_new_index),
        cmocka_unit_test(every_body_is_of_one_index),
    };
    return cmocka_run_group_tests_name("snapshots", tests, start, stop);
}
