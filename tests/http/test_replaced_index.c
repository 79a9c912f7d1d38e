/* The file that a server has open is overwritten in place, cut, added to, removed or replaced: the
   server lives on, no wrong byte leaves it, and it serves again what is whole. Each test has a
   server and a file of its own. What is asked for and not in the cache needs the file; `page` makes
   as many such targets as a test wants. */
#define _GNU_SOURCE /* memmem */

#include "tests/support/built_index.h"
#include "tests/support/folder.h"
#include "tests/support/http_client.h"
#include "tests/support/http_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define PIECE_BYTES 65536
#define N_CLIENTS 3
#define N_LOAD_CHANGES 12
#define WAIT_SECONDS 60

/* In the cache before anything happens to the file. */
#define CACHED "/api/v1/crates/serde"

struct file {
    char *bytes;
    size_t size;
};

/* The sample and another dump of which nothing looks alike. */
struct indexes {
    struct built_index other_built;
    struct file sample;
    struct file other;
};

struct scene {
    const struct indexes *indexes;
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE]; /* that is served: the sample, first */
    char said[FOLDER_PATH_SIZE]; /* the server's standard error */
    struct http_fixture http;
    char *cached; /* the body of CACHED */
    unsigned n_asked;
};

static struct indexes *indexes;

static int build_indexes(void **state)
{
    static const struct dump_file files[] = {
        BUILT_TIME("2026-11-02T02:00:00Z"),
        BUILT_TABLE("crates",
                    CRATES_COLUMNS "\n9,json,2026-01-01,2026-01-01,A json parser,,,\n"
                                   "8,serde,2026-01-01,2026-01-01,Serializes json and more,,,\n"),
        BUILT_TABLE("versions", VERSIONS_COLUMNS "\n91,9,1.0.0,2026-01-01,f,60,2026-01-01\n"
                                                 "81,8,7.0.0,2026-01-01,f,40,2026-01-01\n"),
        BUILT_END,
    };
    (void)state;
    indexes = calloc(1, sizeof *indexes);
    assert_non_null(indexes);
    built_index_from_files(&indexes->other_built, files);
    indexes->other.bytes = file_read(indexes->other_built.path, &indexes->other.size);
    indexes->sample.bytes = file_read(test_index(), &indexes->sample.size);
    return 0;
}

static int remove_indexes(void **state)
{
    (void)state;
    built_index_remove(&indexes->other_built);
    free(indexes->other.bytes);
    free(indexes->sample.bytes);
    free(indexes);
    return 0;
}

static unsigned get_status(struct http_client *client, const char *target)
{
    struct http_response response;
    http_get(client, target, "", &response);
    unsigned status = (unsigned)response.status;
    if (status == 503)
        assert_non_null(http_header(&response, "Retry-After"));
    http_response_free(&response);
    return status;
}

static char *get_body(struct http_client *client, const char *target)
{
    struct http_response response;
    http_get(client, target, "", &response);
    assert_int_equal(response.status, 200);
    char *body = strdup(response.body);
    http_response_free(&response);
    return body;
}

/* The status of a target that no cache has. */
static unsigned ask_anew(struct scene *scene)
{
    char target[64];
    snprintf(target, sizeof target, "/api/v1/crates?per_page=1&page=%u", ++scene->n_asked);
    return get_status(scene->http.client, target);
}

/* Standard error of the server goes to a file of the scene. */
static void start_server(struct scene *scene, const char *const *more)
{
    const char *arguments[8] = {"--index", scene->path, "--threads", "2"};
    for (size_t i = 0; more != NULL && more[i] != NULL; i++)
        arguments[4 + i] = more[i];
    int own = dup(STDERR_FILENO);
    int file = open(folder_join(scene->said, scene->folder, "stderr"), O_WRONLY | O_CREAT, 0600);
    assert_true(own >= 0 && file >= 0);
    dup2(file, STDERR_FILENO);
    http_fixture_open(&scene->http, arguments);
    dup2(own, STDERR_FILENO);
    close(file);
    close(own);
}

static void begin(struct scene *scene)
{
    memset(scene, 0, sizeof *scene);
    scene->indexes = indexes;
    folder_make(scene->folder);
    folder_join(scene->path, scene->folder, "live.cdx");
    file_write(scene->path, indexes->sample.bytes, indexes->sample.size);
    start_server(scene, NULL);
    scene->cached = get_body(scene->http.client, CACHED);
    assert_int_equal(get_status(scene->http.client, "/readyz"), 200);
    assert_int_equal(ask_anew(scene), 200);
}

/* The server must still be there, and end well. */
static void end(struct scene *scene)
{
    http_fixture_close(&scene->http);
    folder_remove(scene->folder);
    free(scene->cached);
}

static bool has_said(const struct scene *scene, const char *part)
{
    size_t size;
    char *text = file_read(scene->said, &size);
    bool has = strstr(text, part) != NULL;
    free(text);
    return has;
}

/* Waits until /readyz says so, each time after a look at the clock. */
static void wait_for_readiness(struct scene *scene, unsigned status)
{
    const struct timespec moment = {.tv_nsec = 2000000};
    time_t latest = time(NULL) + WAIT_SECONDS;
    while (get_status(scene->http.client, "/readyz") != status) {
        if (time(NULL) > latest)
            fail_msg("/readyz never was %u", status);
        nanosleep(&moment, NULL);
    }
}

/* Writes into the file that is there, from `at` on. */
static void write_into(const char *path, int flags, const struct file *file, size_t at, size_t size)
{
    int descriptor = open(path, O_WRONLY | flags);
    assert_true(descriptor >= 0);
    while (size > 0) {
        size_t piece = size < PIECE_BYTES ? size : PIECE_BYTES;
        assert_int_equal(pwrite(descriptor, file->bytes + at, piece, (off_t)at), piece);
        at += piece;
        size -= piece;
    }
    close(descriptor);
}

/* As cp does. */
static void copy_over(const struct scene *scene, const struct file *file)
{
    write_into(scene->path, O_TRUNC, file, 0, file->size);
}

static void move_over(const struct scene *scene, const struct file *file)
{
    char next[FOLDER_PATH_SIZE];
    file_write(folder_join(next, scene->folder, "next.cdx"), file->bytes, file->size);
    assert_int_equal(rename(next, scene->path), 0);
}

/* From the moment of the damage, whether or not anybody has noticed it yet. */
static void expect_damage(struct scene *scene)
{
    for (int i = 0; i < 3; i++)
        assert_int_equal(ask_anew(scene), 503);
    assert_int_equal(get_status(scene->http.client, "/readyz"), 503);
    assert_int_equal(get_status(scene->http.client, "/healthz"), 200);
    assert_int_equal(get_status(scene->http.client, "/metrics"), 200);
    char *body = get_body(scene->http.client, CACHED);
    assert_string_equal(body, scene->cached);
    free(body);
}

/* What is served is the sample, or the other. */
static void expect_whole(struct scene *scene, bool is_sample)
{
    wait_for_readiness(scene, 200);
    assert_int_equal(ask_anew(scene), 200);
    char *body = get_body(scene->http.client, CACHED);
    if (is_sample)
        assert_string_equal(body, scene->cached);
    else
        assert_non_null(strstr(body, "\"7.0.0\""));
    free(body);
    assert_true(has_said(scene, "live.cdx was written to or cut while it is served"));
    assert_true(has_said(scene, "`cratedex-index build -o` and `mv` replace an index safely"));
    assert_true(has_said(scene, "live.cdx is whole: serving "));
}

static void is_cut_to(size_t size, bool is_moved_over)
{
    struct scene scene;
    begin(&scene);
    assert_int_equal(truncate(scene.path, (off_t)size), 0);
    expect_damage(&scene);
    if (is_moved_over)
        move_over(&scene, &indexes->other);
    else
        copy_over(&scene, &indexes->other);
    expect_whole(&scene, false);
    end(&scene);
}

static void survives_being_emptied(void **state)
{
    (void)state;
    is_cut_to(0, false);
}

static void survives_being_cut_in_half(void **state)
{
    (void)state;
    is_cut_to(indexes->sample.size / 2, true);
}

static void survives_losing_its_last_byte(void **state)
{
    (void)state;
    is_cut_to(indexes->sample.size - 1, true);
}

/* Stops in the middle of a copy: the file is of the new size already, and not whole. */
static void serves_no_half_of_a_copy(void **state)
{
    struct scene scene;
    const struct file *other = &indexes->other;
    (void)state;
    begin(&scene);
    int descriptor = open(scene.path, O_WRONLY | O_TRUNC);
    assert_true(descriptor >= 0);
    expect_damage(&scene);
    assert_int_equal(pwrite(descriptor, other->bytes, other->size / 2, 0), other->size / 2);
    expect_damage(&scene);
    assert_int_equal(ftruncate(descriptor, (off_t)other->size), 0);
    expect_damage(&scene);
    size_t rest = other->size - other->size / 2;
    assert_int_equal(
        pwrite(descriptor, other->bytes + other->size / 2, rest, (off_t)other->size / 2), rest);
    close(descriptor);
    expect_whole(&scene, false);
    end(&scene);
}

/* One byte in the middle, which changes no size. */
static void notices_a_single_byte(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene);
    char byte = (char)~indexes->sample.bytes[indexes->sample.size / 2];
    int descriptor = open(scene.path, O_WRONLY);
    assert_true(descriptor >= 0);
    assert_int_equal(pwrite(descriptor, &byte, 1, (off_t)indexes->sample.size / 2), 1);
    assert_int_equal(ask_anew(&scene), 503);
    close(descriptor);
    copy_over(&scene, &indexes->sample);
    expect_whole(&scene, true);
    end(&scene);
}

static void notices_what_is_added(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene);
    int descriptor = open(scene.path, O_WRONLY | O_APPEND);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, "more\n", 5), 5);
    close(descriptor);
    expect_damage(&scene);
    assert_int_equal(truncate(scene.path, (off_t)indexes->sample.size), 0);
    expect_whole(&scene, true);
    end(&scene);
}

/* The bytes are right at every moment; that nobody can know. */
static void is_overwritten_by_itself(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene);
    write_into(scene.path, 0, &indexes->sample, 0, indexes->sample.size);
    expect_whole(&scene, true);
    copy_over(&scene, &indexes->sample);
    expect_whole(&scene, true);
    end(&scene);
}

/* Whoever has the file open keeps it. */
static void stays_with_a_file_that_was_removed(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene);
    assert_int_equal(unlink(scene.path), 0);
    for (int i = 0; i < 20; i++)
        assert_int_equal(ask_anew(&scene), 200);
    assert_int_equal(get_status(scene.http.client, "/readyz"), 200);
    assert_false(has_said(&scene, "live.cdx"));
    end(&scene);
}

static void stays_with_a_file_that_was_replaced(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene);
    move_over(&scene, &indexes->other);
    for (int i = 0; i < 20; i++)
        assert_int_equal(ask_anew(&scene), 200);
    assert_int_equal(get_status(scene.http.client, "/readyz"), 200);
    assert_false(has_said(&scene, "live.cdx"));
    /* The file at the path is nothing to it. */
    assert_int_equal(truncate(scene.path, 100), 0);
    assert_int_equal(ask_anew(&scene), 200);
    end(&scene);
}

/* Removed when it is damaged: then another comes. */
static void waits_for_another_file(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene);
    assert_int_equal(truncate(scene.path, 4096), 0);
    expect_damage(&scene);
    assert_int_equal(unlink(scene.path), 0);
    expect_damage(&scene);
    file_write(scene.path, "no index", 8);
    expect_damage(&scene);
    move_over(&scene, &indexes->other);
    expect_whole(&scene, false);
    end(&scene);
}

/* Damaged before the server started, where only a document is: a file that takes its path is
   better. Of the damaged one the rest is served until then. */
static void takes_a_whole_file_for_a_damaged_one(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene);
    http_fixture_close(&scene.http);
    const struct file *sample = &indexes->sample;
    char *document = memmem(sample->bytes + sample->size / 8, sample->size - sample->size / 8,
                            "\"exact_match\":false", 19);
    assert_non_null(document);
    *document ^= 1;
    file_write(scene.path, sample->bytes, sample->size);
    *document ^= 1;
    start_server(&scene, NULL);
    wait_for_readiness(&scene, 503);
    assert_int_equal(get_status(scene.http.client, "/api/v1/keywords"), 200);
    move_over(&scene, sample);
    wait_for_readiness(&scene, 200);
    assert_int_equal(ask_anew(&scene), 200);
    assert_true(has_said(&scene, "live.cdx is whole: serving "));
    end(&scene);
}

static void survives_a_new_time(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene);
    const struct timespec times[] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    assert_int_equal(utimensat(AT_FDCWD, scene.path, times, 0), 0);
    wait_for_readiness(&scene, 200);
    end(&scene);
}

static const char *const load_targets[] = {
    "/api/v1/crates/serde",
    "/api/v1/crates/serde/versions",
    "/api/v1/crates?q=json",
    "/api/v1/crates?sort=downloads&per_page=3",
    "/index/se/rd/serde",
    "/api/v1/summary",
    "/api/v1/crates/serde/7.0.0",
    "/api/v1/crates/serde/owners",
    "/api/v1/crates/json/downloads",
};
#define N_LOAD_TARGETS (sizeof load_targets / sizeof *load_targets)

struct load {
    const char *url;
    char *expected[2][N_LOAD_TARGETS]; /* status and body, of either index */
    atomic_bool is_over;
    atomic_uint n_right;
    atomic_uint n_refused;
    atomic_uint n_wrong;
};

static char *status_and_body(struct http_client *client, const char *target)
{
    struct http_response response;
    http_get(client, target, "", &response);
    char *text = malloc(response.size + 32);
    assert_non_null(text);
    snprintf(text, response.size + 32, "%ld %s", response.status, response.body);
    http_response_free(&response);
    return text;
}

static void *ask_all_the_time(void *context)
{
    struct load *load = context;
    struct http_client *client = http_client_open(load->url);
    for (size_t i = 0; !atomic_load(&load->is_over); i = (i + 1) % N_LOAD_TARGETS) {
        char *text = status_and_body(client, load_targets[i]);
        if (strcmp(text, load->expected[0][i]) == 0 || strcmp(text, load->expected[1][i]) == 0)
            atomic_fetch_add(&load->n_right, 1);
        else if (strncmp(text, "503 ", 4) == 0)
            atomic_fetch_add(&load->n_refused, 1);
        else if (atomic_fetch_add(&load->n_wrong, 1) == 0)
            fprintf(stderr, "%s: %s\n", load_targets[i], text);
        free(text);
    }
    http_client_close(client);
    return NULL;
}

static void keep_expected(struct scene *scene, struct load *load, unsigned number)
{
    for (size_t i = 0; i < N_LOAD_TARGETS; i++)
        load->expected[number][i] = status_and_body(scene->http.client, load_targets[i]);
}

/* Without a cache every answer needs the file. */
static void sends_nothing_wrong_under_load(void **state)
{
    static const char *const no_cache[] = {"--cache-bytes", "0", NULL};
    struct scene scene;
    struct load load = {0};
    pthread_t threads[N_CLIENTS];
    (void)state;
    begin(&scene);
    http_fixture_close(&scene.http);
    start_server(&scene, no_cache);
    keep_expected(&scene, &load, 0);
    copy_over(&scene, &indexes->other);
    wait_for_readiness(&scene, 200);
    keep_expected(&scene, &load, 1);
    load.url = scene.http.server.url;
    for (int i = 0; i < N_CLIENTS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_all_the_time, &load), 0);
    for (unsigned change = 0; change < N_LOAD_CHANGES; change++) {
        const struct file *file = change % 2 == 0 ? &indexes->sample : &indexes->other;
        if (change % 3 == 0)
            assert_int_equal(truncate(scene.path, (off_t)file->size / 3), 0);
        copy_over(&scene, file);
        wait_for_readiness(&scene, 200);
        unsigned n_right = atomic_load(&load.n_right);
        while (atomic_load(&load.n_right) < n_right + 20 && atomic_load(&load.n_wrong) == 0)
            assert_int_equal(get_status(scene.http.client, "/healthz"), 200);
    }
    atomic_store(&load.is_over, true);
    for (int i = 0; i < N_CLIENTS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&load.n_wrong), 0);
    assert_true(atomic_load(&load.n_right) > 0 && atomic_load(&load.n_refused) > 0);
    for (size_t i = 0; i < 2 * N_LOAD_TARGETS; i++)
        free(load.expected[i / N_LOAD_TARGETS][i % N_LOAD_TARGETS]);
    end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(survives_being_emptied),
        cmocka_unit_test(survives_being_cut_in_half),
        cmocka_unit_test(survives_losing_its_last_byte),
        cmocka_unit_test(serves_no_half_of_a_copy),
        cmocka_unit_test(notices_a_single_byte),
        cmocka_unit_test(notices_what_is_added),
        cmocka_unit_test(is_overwritten_by_itself),
        cmocka_unit_test(stays_with_a_file_that_was_removed),
        cmocka_unit_test(stays_with_a_file_that_was_replaced),
        cmocka_unit_test(waits_for_another_file),
        cmocka_unit_test(takes_a_whole_file_for_a_damaged_one),
        cmocka_unit_test(survives_a_new_time),
        cmocka_unit_test(sends_nothing_wrong_under_load),
    };
    return cmocka_run_group_tests(tests, build_indexes, remove_indexes);
}
