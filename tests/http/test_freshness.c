/* --freshness: for a while after the index was replaced, who would have to wait for a new answer
   gets the old one; nobody does later, or under a condition, or of another registry. The server is
   stopped (SIGSTOP) while it is asked, so that it finds all requests at once: one is computed, and
   the others would wait. */
#include "tests/support/built_index.h"
#include "tests/support/metrics_sample.h"
#include "tests/support/raw_connection.h"
#include "tests/support/test_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define N_CRATES 20
#define WAIT_SECONDS 60
#define LINE_SIZE 128

/* Three indexes: before and after of one registry, and one that gives the same ids to others. */
enum which { BEFORE, AFTER, FOREIGN, N_INDEXES };

struct indexes {
    struct built_index built[N_INDEXES];
};

struct scene {
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];
    struct test_server server;
    struct http_client *client;
    int connections[N_CRATES];
    char tags[N_CRATES][LINE_SIZE]; /* of the answers before */
};

/* Crates a1, a2 … with one version, 1.0.0 before and 2.0.0 after. */
static void build(struct built_index *built, enum which which)
{
    char crates[N_CRATES * LINE_SIZE] = CRATES_COLUMNS "\n";
    char versions[N_CRATES * LINE_SIZE] = VERSIONS_COLUMNS "\n";
    for (unsigned i = 1; i <= N_CRATES; i++) {
        char *at = crates + strlen(crates);
        unsigned id = which == FOREIGN ? N_CRATES + 1 - i : i;
        snprintf(at, LINE_SIZE, "%u,a%u,2026-01-01,2026-01-01,Text,,,\n", id, i);
        at = versions + strlen(versions);
        snprintf(at, LINE_SIZE, "%u,%u,%u.0.0,2026-01-01,f,60,2026-01-01\n", 100 + id, id,
                 which == BEFORE ? 1U : 2U);
    }
    const struct dump_file files[] = {
        BUILT_TIME("2026-11-02T02:00:00Z"),
        BUILT_TABLE("crates", crates),
        BUILT_TABLE("versions", versions),
        BUILT_END,
    };
    built_index_from_files(built, files);
}

static int make_indexes(void **state)
{
    struct indexes *indexes = calloc(1, sizeof *indexes);
    assert_non_null(indexes);
    for (unsigned i = 0; i < N_INDEXES; i++)
        build(&indexes->built[i], (enum which)i);
    *state = indexes;
    return 0;
}

static int free_indexes(void **state)
{
    struct indexes *indexes = *state;
    for (unsigned i = 0; i < N_INDEXES; i++)
        built_index_remove(&indexes->built[i]);
    free(indexes);
    return 0;
}

static void ask(const struct scene *scene, unsigned i, const char *headers)
{
    char request[4 * LINE_SIZE];
    snprintf(request, sizeof request, "GET /api/v1/crates/a%u HTTP/1.1\r\nHost: x\r\n%s\r\n", i + 1,
             headers);
    raw_send(scene->connections[i], request);
}

/* Of each crate the answer of the index before is in the cache, and was asked for once, so that
   nobody makes it again before the swap. */
static void begin(struct scene *scene, const struct indexes *indexes, const char *freshness)
{
    char text[RAW_MAX_ANSWER];
    size_t size;
    folder_make(scene->folder);
    char *bytes = file_read(indexes->built[BEFORE].path, &size);
    file_write(folder_join(scene->path, scene->folder, "live.cdx"), bytes, size);
    free(bytes);
    test_server_start(&scene->server,
                      (const char *const[]){"--index", scene->path, "--threads", "1", "--freshness",
                                            freshness, "--max-wait-ms", "0", NULL});
    scene->client = http_client_open(scene->server.url);
    for (unsigned i = 0; i < N_CRATES; i++) {
        scene->connections[i] = test_server_connect(&scene->server);
        assert_true(scene->connections[i] >= 0);
        ask(scene, i, "");
        assert_int_equal(raw_receive(scene->connections[i], text), 200);
        assert_non_null(strstr(text, "\"1.0.0\""));
        const char *tag = strstr(text, "ETag: ");
        assert_non_null(tag);
        snprintf(scene->tags[i], LINE_SIZE, "If-None-Match: %.*s\r\n", (int)strcspn(tag + 6, "\r"),
                 tag + 6);
    }
}

static void end(struct scene *scene)
{
    for (unsigned i = 0; i < N_CRATES; i++)
        close(scene->connections[i]);
    http_client_close(scene->client);
    test_server_stop(&scene->server);
    folder_remove(scene->folder);
}

static void await_sample(const struct scene *scene, const char *name, double value)
{
    time_t latest = time(NULL) + WAIT_SECONDS;
    while (metrics_sample(scene->client, name, "") != value)
        if (time(NULL) > latest)
            fail_msg("%s is not %g", name, value);
}

static void swap(const struct scene *scene, const struct indexes *indexes, enum which which)
{
    size_t size;
    char *bytes = file_read(indexes->built[which].path, &size);
    file_replace(scene->path, bytes, size);
    free(bytes);
    await_sample(scene, "cratedex_index_generation", 2);
}

/* Asks for all crates at once. Returns how many answers are of the index before. */
static unsigned count_old(const struct scene *scene, bool is_conditional)
{
    char text[RAW_MAX_ANSWER];
    unsigned n_old = 0;
    raw_stop_process(scene->server.pid);
    for (unsigned i = 0; i < N_CRATES; i++)
        ask(scene, i, is_conditional ? scene->tags[i] : "");
    raw_continue_process(scene->server.pid);
    for (unsigned i = 0; i < N_CRATES; i++) {
        char name[32];
        assert_int_equal(raw_receive(scene->connections[i], text), 200);
        snprintf(name, sizeof name, "\"name\":\"a%u\"", i + 1);
        assert_non_null(strstr(text, name));
        bool is_old = strstr(text, "\"1.0.0\"") != NULL;
        assert_true(is_old != (strstr(text, "\"2.0.0\"") != NULL));
        n_old += is_old;
    }
    assert_true(metrics_sample(scene->client, "cratedex_stale_hits_total", "") == n_old);
    return n_old;
}

static void an_old_answer_is_better_than_waiting(void **state)
{
    struct scene scene;
    begin(&scene, *state, "600");
    swap(&scene, *state, AFTER);
    double n_hits = metrics_sample(scene.client, "cratedex_cache_hits_total", "");
    unsigned n_old = count_old(&scene, false);
    assert_true(n_old > 0 && n_old < N_CRATES);
    assert_true(metrics_sample(scene.client, "cratedex_cache_hits_total", "") == n_hits + n_old);
    end(&scene);
}

/* Not one answer of the index before is given any more. */
static void expect_none_old(void **state, const char *freshness, enum which other,
                            bool is_conditional)
{
    struct scene scene;
    begin(&scene, *state, freshness);
    swap(&scene, *state, other);
    assert_int_equal(count_old(&scene, is_conditional), 0);
    end(&scene);
}

static void a_condition_waits(void **state)
{
    expect_none_old(state, "600", AFTER, true);
}

/* And the old ones leave the cache then. */
static void its_time_ends(void **state)
{
    struct scene scene;
    begin(&scene, *state, "0.01");
    swap(&scene, *state, AFTER);
    await_sample(&scene, "cratedex_cache_entries", 0);
    assert_int_equal(count_old(&scene, false), 0);
    end(&scene);
}

static void is_off_unless_asked_for(void **state)
{
    expect_none_old(state, "0", AFTER, false);
}

static void another_registry_has_no_old_answers(void **state)
{
    expect_none_old(state, "600", FOREIGN, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_old_answer_is_better_than_waiting),
        cmocka_unit_test(a_condition_waits),
        cmocka_unit_test(its_time_ends),
        cmocka_unit_test(is_off_unless_asked_for),
        cmocka_unit_test(another_registry_has_no_old_answers),
    };
    return cmocka_run_group_tests(tests, make_indexes, free_indexes);
}
