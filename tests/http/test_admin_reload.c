/* Waiting for a reload, which is here a function that ends when the test says so: others are
   answered meanwhile, by the one thread of the admin address. The daemons run in this process. */
#include "server/admin.h"
#include "server/connections/listener.h"
#include "tests/support/cached_daemon.h"
#include "tests/support/raw_connection.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define RELOAD "POST /-/reload HTTP/1.1\r\nHost: x\r\nX-Cratedex-Reload: 1\r\n\r\n"
#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define MAX_WAITING 64 /* as admin.c has it */

/* Reloads, one at a time: how many have begun, and how many may end. */
struct reloads {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    unsigned n_begun;
    unsigned n_allowed;
    const char *refusal; /* of those that end; NULL: they succeed */
};

struct scene {
    struct cached_daemon clients;
    struct reloads reloads;
    struct admin *admin;
    int listener;
};

static int reload(void *context, struct error *error)
{
    struct reloads *reloads = context;
    pthread_mutex_lock(&reloads->mutex);
    reloads->n_begun++;
    pthread_cond_broadcast(&reloads->changed);
    while (reloads->n_allowed < reloads->n_begun)
        pthread_cond_wait(&reloads->changed, &reloads->mutex);
    const char *refusal = reloads->refusal;
    pthread_mutex_unlock(&reloads->mutex);
    return refusal != NULL ? error_set(error, "%s", refusal) : 0;
}

static void await_begun(struct reloads *reloads, unsigned n)
{
    pthread_mutex_lock(&reloads->mutex);
    while (reloads->n_begun < n)
        pthread_cond_wait(&reloads->changed, &reloads->mutex);
    pthread_mutex_unlock(&reloads->mutex);
}

static void allow(struct reloads *reloads, unsigned n, const char *refusal)
{
    pthread_mutex_lock(&reloads->mutex);
    reloads->n_allowed = n;
    reloads->refusal = refusal;
    pthread_cond_broadcast(&reloads->changed);
    pthread_mutex_unlock(&reloads->mutex);
}

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    struct error error;
    struct listen_address address;
    assert_non_null(scene);
    cached_daemon_start(&scene->clients, 1);
    pthread_mutex_init(&scene->reloads.mutex, NULL);
    pthread_cond_init(&scene->reloads.changed, NULL);
    assert_int_equal(listen_address_parse("127.0.0.1:0", &address, &error), 0);
    scene->listener = listener_open(&address, "--admin-listen", &error);
    assert_true(scene->listener >= 0);
    scene->admin =
        admin_start(&scene->clients.service, scene->listener, reload, &scene->reloads, &error);
    assert_non_null(scene->admin);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    allow(&scene->reloads, UINT32_MAX, NULL);
    admin_stop(scene->admin);
    cached_daemon_stop(&scene->clients);
    free(scene);
    return 0;
}

static int connect_to(const struct scene *scene)
{
    return cached_daemon_connect(scene->listener);
}

static void expect(int connection, const char *target, long status)
{
    char text[RAW_MAX_ANSWER];
    raw_ask(connection, target);
    assert_int_equal(raw_receive(connection, text), status);
}

/* An answer of that status, with that in its body. */
static void expect_answer(int connection, long status, const char *part)
{
    char text[RAW_MAX_ANSWER];
    assert_int_equal(raw_receive(connection, text), status);
    if (strstr(text, part) == NULL)
        fail_msg("%s is not in %s", part, text);
}

/* Sends so many requests, and returns when all of them wait: the thread that has taken the last one
   answers another. */
static void ask_for_reloads(const struct scene *scene, int *connections, unsigned n,
                            unsigned n_before)
{
    int other = connect_to(scene);
    for (unsigned i = 0; i < n; i++) {
        connections[i] = connect_to(scene);
        raw_send(connections[i], RELOAD);
    }
    while (admin_n_running(scene->admin) < n_before + n)
        sched_yield();
    expect(other, "/healthz", 200);
    close(other);
}

static void answers_others_meanwhile(void **state)
{
    struct scene *scene = *state;
    int other = connect_to(scene);
    int asking;
    ask_for_reloads(scene, &asking, 1, 0);
    await_begun(&scene->reloads, 1);
    for (unsigned i = 0; i < 20; i++) {
        expect(other, "/healthz", 200);
        expect(other, "/readyz", 200);
        expect(other, "/metrics", 200);
    }
    allow(&scene->reloads, 1, NULL);
    expect_answer(asking, 200,
                  "{\"status\":\"ok\",\"crates\":329,\"dump\":\"2026-11-01T02:00:00Z\","
                  "\"generation\":1}");
    expect(asking, "/healthz", 200);
    close(asking);
    close(other);
}

/* What runs may have read the files already. */
static void who_asks_meanwhile_gets_the_next_together(void **state)
{
    struct scene *scene = *state;
    int first;
    int later[20]; /* more than wait without being suspended (waiting.c) */
    ask_for_reloads(scene, &first, 1, 0);
    await_begun(&scene->reloads, 1);
    ask_for_reloads(scene, later, N_ELEMENTS(later), 1);
    allow(&scene->reloads, 1, NULL);
    expect_answer(first, 200, "\"ok\"");
    await_begun(&scene->reloads, 2);
    while (admin_n_running(scene->admin) != N_ELEMENTS(later))
        sched_yield();
    allow(&scene->reloads, 2, "the file is of a later day");
    for (size_t i = 0; i < N_ELEMENTS(later); i++) {
        expect_answer(later[i], 409, "{\"errors\":[{\"detail\":\"the file is of a later day\"}]}");
        close(later[i]);
    }
    assert_int_equal(scene->reloads.n_begun, 2);
    close(first);
}

static void too_many_are_told_so(void **state)
{
    struct scene *scene = *state;
    int waiting[MAX_WAITING];
    int more;
    int other = connect_to(scene);
    ask_for_reloads(scene, waiting, N_ELEMENTS(waiting), 0);
    more = connect_to(scene);
    raw_send(more, RELOAD);
    expect_answer(more, 503, "\r\nRetry-After: 1\r\n");
    expect(more, "/healthz", 200);
    expect(other, "/metrics", 200);
    allow(&scene->reloads, UINT32_MAX, NULL);
    for (size_t i = 0; i < N_ELEMENTS(waiting); i++) {
        expect_answer(waiting[i], 200, "\"ok\"");
        close(waiting[i]);
    }
    close(more);
    close(other);
}

static void who_leaves_harms_nobody(void **state)
{
    struct scene *scene = *state;
    int leaving[30];
    int staying;
    ask_for_reloads(scene, leaving, N_ELEMENTS(leaving), 0);
    ask_for_reloads(scene, &staying, 1, N_ELEMENTS(leaving));
    for (size_t i = 0; i < N_ELEMENTS(leaving); i++)
        close(leaving[i]);
    allow(&scene->reloads, UINT32_MAX, NULL);
    expect_answer(staying, 200, "\"ok\"");
    close(staying);
}

static void nobody_waits_for_one_at_the_end(void **state)
{
    struct scene *scene = *state;
    int waiting[3];
    int other = connect_to(scene);
    ask_for_reloads(scene, waiting, N_ELEMENTS(waiting), 0);
    await_begun(&scene->reloads, 1);
    admin_say_end(scene->admin);
    for (size_t i = 0; i < N_ELEMENTS(waiting); i++) {
        expect_answer(waiting[i], 503, "shutting down");
        close(waiting[i]);
    }
    expect(other, "/readyz", 503);
    expect(other, "/healthz", 200);
    expect(other, "/metrics", 200);
    raw_send(other, RELOAD);
    expect_answer(other, 503, "shutting down");
    close(other);
}

/* Nobody is answered, nothing is freed too early. */
static void stops_while_some_wait(void **state)
{
    struct scene *scene = *state;
    int waiting[20];
    char text[RAW_MAX_ANSWER];
    ask_for_reloads(scene, waiting, N_ELEMENTS(waiting), 0);
    await_begun(&scene->reloads, 1);
    allow(&scene->reloads, UINT32_MAX, NULL);
    admin_stop(scene->admin);
    scene->admin = NULL;
    for (size_t i = 0; i < N_ELEMENTS(waiting); i++) {
        long status = raw_receive(waiting[i], text);
        assert_true(status == 0 || status == 200);
        close(waiting[i]);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(answers_others_meanwhile),
        TEST(who_asks_meanwhile_gets_the_next_together),
        TEST(too_many_are_told_so),
        TEST(who_leaves_harms_nobody),
        TEST(nobody_waits_for_one_at_the_end),
        TEST(stops_while_some_wait),
    };
    return cmocka_run_group_tests_name("admin_reload", tests, NULL, NULL);
}
