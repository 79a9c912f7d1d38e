/* What is made before a new snapshot is published: what is in use, in the forms that it was asked
   for in, most used first, within the limits. The daemon runs in this process; each test begins
   with a cache of its own, asks by HTTP, warms a second snapshot, publishes it and asks again. */
#include "server/exchange/warming.h"

#include "server/answer/answer.h"
#include "server/cache/cache.h"
#include "server/service/published.h"
#include "tests/support/cache_look.h"
#include "tests/support/cached_daemon.h"
#include "tests/support/http_client.h"
#include "tests/support/two_indexes.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#define GZIP "Accept-Encoding: gzip\n"
#define MESSAGEPACK "Accept: application/msgpack\n"

static const struct warming_limits no_limits = {
    .max_bytes = SIZE_MAX, .max_answers = SIZE_MAX, .max_seconds = 60};

struct scene {
    struct cached_daemon daemon;
    struct built_index other;
    struct http_client *client;
    const struct snapshot *served;
    struct snapshot *opened;
    struct experiment experiment; /* for those who want one */
};

/* `is_other`: the index of the second snapshot. */
static void begin(struct scene *scene, bool is_other)
{
    char url[64];
    struct sockaddr_in address;
    struct error error;
    socklen_t size = sizeof address;
    memset(scene, 0, sizeof *scene);
    other_index_make(&scene->other);
    cached_daemon_start(&scene->daemon, 1);
    scene->served = scene->daemon.snapshot;
    assert_int_equal(getsockname(scene->daemon.listener, (struct sockaddr *)&address, &size), 0);
    snprintf(url, sizeof url, "http://127.0.0.1:%u", ntohs(address.sin_port));
    scene->client = http_client_open(url);
    const struct snapshot_source source = {.path = is_other ? scene->other.path
                                                            : scene->daemon.built.path,
                                           .n_readers = 1,
                                           .settings = cached_daemon_settings()};
    scene->opened = snapshot_open(&source, 2, &error);
    assert_non_null(scene->opened);
}

static void end(struct scene *scene)
{
    http_client_close(scene->client);
    cached_daemon_stop(&scene->daemon);
    if (scene->opened != NULL)
        snapshot_close(scene->opened);
    built_index_remove(&scene->other);
}

/* Asks, and returns whether the answer came out of the cache. */
static bool ask(struct scene *scene, const char *target, const char *headers)
{
    struct http_response response;
    http_get(scene->client, target, headers, &response);
    const char *state = http_header(&response, "X-Cache");
    if (response.status >= 400 || state == NULL)
        fail_msg("%s: %ld", target, response.status);
    bool is_hit = strcmp(state, "hit") == 0;
    http_response_free(&response);
    return is_hit;
}

static void ask_often(struct scene *scene, const char *target, const char *headers, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        ask(scene, target, headers);
}

static size_t warm(struct scene *scene, const struct warming_limits *limits)
{
    const atomic_bool is_over = false;
    return warming_run(&scene->daemon.service, scene->served, scene->opened, limits, &is_over);
}

static void publish(struct scene *scene)
{
    struct snapshot *replaced = published_replace(scene->daemon.service.snapshots, scene->opened);
    scene->served = scene->opened;
    scene->opened = NULL;
    snapshot_close(replaced);
}

static void what_is_in_use_is_made_as_it_was_asked_for(void **state)
{
    (void)state;
    static const struct {
        const char *target;
        const char *headers;
    } used[] = {
        {"/api/v1/crates?q=json", ""},
        {"/api/v1/crates?q=json", GZIP},
        {"/api/v1/crates?q=json&per_page=10", ""}, /* the same answer with other links */
        {"/api/v1/crates?q=json", MESSAGEPACK},
        {"/api/v1/crates/serde", "Accept-Encoding: br\n"},
        {"/api/v1/summary", "Accept-Encoding: zstd\n"},
        {"/index/se/rd/serde", GZIP},
        {"/index/config.json", ""},
        {"/api/v1/crates/serde/1.0.228/download", ""},
        {"/api/v1/crates/serde/1.0.228/download", "Accept: application/json\n"},
    };
    const size_t n_used = sizeof used / sizeof *used;
    struct scene scene;
    begin(&scene, false);
    for (size_t i = 0; i < n_used; i++)
        ask_often(&scene, used[i].target, used[i].headers, 3);
    ask(&scene, "/api/v1/crates?q=http", ""); /* once: not in use */
    const struct cache_statistics before = cache_totals(scene.daemon.service.cache);
    assert_int_equal(warm(&scene, &no_limits), n_used - 1); /* a coding is no answer of its own */
    const struct cache_statistics after = cache_totals(scene.daemon.service.cache);
    assert_int_equal(after.n_hits, before.n_hits);
    assert_int_equal(after.n_misses, before.n_misses);
    publish(&scene);
    for (size_t i = 0; i < n_used; i++)
        if (!ask(&scene, used[i].target, used[i].headers))
            fail_msg("%s %s", used[i].target, used[i].headers);
    assert_false(ask(&scene, "/api/v1/crates?q=http", ""));
    end(&scene);
}

/* How many of the cache's answers are of a generation, and of which coding. */
struct found {
    uint64_t generation;
    enum content_coding coding;
    size_t n_answers;
    size_t n_coded;
};

static bool count(void *context, struct cache_entry *entry, unsigned n_uses)
{
    struct found *found = context;
    const struct answer *answer = cache_value(entry);
    (void)n_uses;
    if (answer_head(answer)->original->generation == found->generation) {
        found->n_answers++;
        found->n_coded += answer_was_coded(answer, found->coding);
    }
    return true;
}

static struct found find(const struct scene *scene, enum content_coding coding)
{
    struct found found = {.generation = 2, .coding = coding};
    cache_visit(scene->daemon.service.cache, count, &found);
    return found;
}

/* Compressing takes longer than searching. */
static void codings_are_made_beforehand_too(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene, false);
    ask_often(&scene, "/api/v1/crates?q=json", GZIP, 2);
    ask_often(&scene, "/api/v1/crates?q=http", "", 2);
    assert_int_equal(warm(&scene, &no_limits), 2);
    assert_int_equal(find(&scene, CODING_GZIP).n_answers, 2);
    assert_int_equal(find(&scene, CODING_GZIP).n_coded, 1);
    assert_int_equal(find(&scene, CODING_BROTLI).n_coded, 0);
    end(&scene);
}

static void ask_for_each(struct scene *scene)
{
    ask_often(scene, "/api/v1/crates/serde", "", 4);
    ask_often(scene, "/api/v1/crates/rand", "", 20);
    ask_often(scene, "/api/v1/crates?q=json", "", 10);
    ask_often(scene, "/api/v1/crates?q=http", "", 2);
}

static void most_used_come_first(void **state)
{
    static const char *const order[] = {"/api/v1/crates/rand", "/api/v1/crates?q=json",
                                        "/api/v1/crates/serde", "/api/v1/crates?q=http"};
    (void)state;
    for (size_t n = 0; n <= 4; n++) {
        struct scene scene;
        struct warming_limits limits = no_limits;
        limits.max_answers = n;
        begin(&scene, false);
        ask_for_each(&scene);
        assert_int_equal(warm(&scene, &limits), n);
        publish(&scene);
        for (size_t i = 0; i < 4; i++)
            assert_int_equal(ask(&scene, order[i], ""), i < n);
        end(&scene);
    }
}

static void bytes_and_time_have_a_bound(void **state)
{
    struct scene scene;
    struct warming_limits limits = no_limits;
    (void)state;
    begin(&scene, false);
    ask_for_each(&scene);
    limits.max_bytes = 1000;
    assert_int_equal(warm(&scene, &limits), 0);
    limits = no_limits;
    limits.max_seconds = 0;
    assert_int_equal(warm(&scene, &limits), 0);
    end(&scene);
}

static void ends_with_the_server(void **state)
{
    const atomic_bool is_over = true;
    struct scene scene;
    (void)state;
    begin(&scene, false);
    ask_for_each(&scene);
    assert_int_equal(
        warming_run(&scene.daemon.service, scene.served, scene.opened, &no_limits, &is_over), 0);
    end(&scene);
}

/* Then every request that is not in the cache is refused until the new one is there. */
static void does_not_keep_a_damaged_index_waiting(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene, false);
    ask_for_each(&scene);
    struct snapshot *damaged = snapshot_damaged(scene.served);
    scene.served = damaged;
    assert_int_equal(warm(&scene, &no_limits), 0);
    snapshot_forget(damaged);
    end(&scene);
}

/* The other index has neither rand nor that version, and another serde. */
static void what_is_gone_is_left_out(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene, true);
    ask_for_each(&scene);
    ask_often(&scene, "/api/v1/crates/serde/1.0.228", "", 2);
    assert_int_equal(warm(&scene, &no_limits), 3);
    publish(&scene);
    struct http_response response;
    http_get(scene.client, "/api/v1/crates/serde", "", &response);
    assert_string_equal(http_header(&response, "X-Cache"), "hit");
    assert_non_null(strstr(response.body, "\"7.0.0\""));
    http_response_free(&response);
    http_get(scene.client, "/api/v1/crates/rand", "", &response);
    assert_int_equal(response.status, 404);
    http_response_free(&response);
    end(&scene);
}

/* Swaps of which nobody asks: each leaves an answer half as used. */
static void what_is_not_asked_for_leaves(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene, false);
    ask_often(&scene, "/api/v1/crates/serde", "", 6);
    unsigned n_swaps = 0;
    while (warm(&scene, &no_limits) > 0) {
        const struct snapshot_source source = {
            .path = scene.daemon.built.path, .n_readers = 1, .settings = cached_daemon_settings()};
        struct error error;
        publish(&scene);
        scene.opened = snapshot_open(&source, scene.served->generation + 1, &error);
        assert_non_null(scene.opened);
        n_swaps++;
    }
    assert_int_equal(n_swaps, 3); /* 5 uses, 2, 1 */
    end(&scene);
}

/* Where one begins, whoever draws whichever arm finds a search, and once what has no arm. */
static void both_arms_of_an_experiment_are_made(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene, false);
    ask_often(&scene, "/api/v1/crates?q=json", "", 3);
    ask_often(&scene, "/api/v1/crates/serde", "", 3);
    assert_int_equal(experiment_parse("client=50", &scene.experiment, NULL), 0);
    scene.daemon.service.experiment = &scene.experiment;
    assert_int_equal(warm(&scene, &no_limits), 3);
    publish(&scene);
    assert_true(ask(&scene, "/api/v1/crates?q=json", ""));
    assert_true(ask(&scene, "/api/v1/crates/serde", ""));
    end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_in_use_is_made_as_it_was_asked_for),
        cmocka_unit_test(codings_are_made_beforehand_too),
        cmocka_unit_test(most_used_come_first),
        cmocka_unit_test(bytes_and_time_have_a_bound),
        cmocka_unit_test(ends_with_the_server),
        cmocka_unit_test(does_not_keep_a_damaged_index_waiting),
        cmocka_unit_test(what_is_gone_is_left_out),
        cmocka_unit_test(what_is_not_asked_for_leaves),
        cmocka_unit_test(both_arms_of_an_experiment_are_made),
    };
    return cmocka_run_group_tests_name("warming", tests, NULL, NULL);
}
