/* The file that a server has open is overwritten in place, cut, added to or removed: the server
   lives on, no wrong byte leaves it, and it serves again what is whole. Each test has a
   server and a file of its own. What is asked for and not in the cache needs the file; `ask_anew`
   makes as many such targets as a test wants. */
#define _GNU_SOURCE /* memmem */

#include "tests/support/page_case.h"
#include "tests/support/served_file.h"
#include "tests/support/two_indexes.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* In the cache before anything happens to the file. */
#define CACHED "/api/v1/crates/serde"

struct scene {
    struct served_file file; /* the sample, first */
    char *cached;            /* the body of CACHED */
    unsigned n_asked;
};

static unsigned ask(const struct scene *scene, const char *target)
{
    return http_fixture_status(&scene->file.http, target);
}

/* The status of a target that no cache has. */
static unsigned ask_anew(struct scene *scene)
{
    char target[64];
    snprintf(target, sizeof target, "/api/v1/crates?per_page=1&page=%u", ++scene->n_asked);
    return ask(scene, target);
}

static char *get_cached(const struct scene *scene)
{
    struct http_response response;
    http_get(scene->file.http.client, CACHED, "", &response);
    assert_int_equal(response.status, 200);
    char *body = strdup(response.body);
    http_response_free(&response);
    return body;
}

static void begin(struct scene *scene)
{
    memset(scene, 0, sizeof *scene);
    served_file_make(&scene->file);
    served_file_start(&scene->file, (const char *const[]){"--threads", "2", NULL});
    scene->cached = get_cached(scene);
    assert_int_equal(ask(scene, "/readyz"), 200);
    assert_int_equal(ask_anew(scene), 200);
}

static void end(struct scene *scene)
{
    served_file_end(&scene->file);
    free(scene->cached);
}

static void copy_over(const struct scene *scene, const struct index_bytes *index)
{
    served_file_overwrite(&scene->file, index->bytes, index->size);
}

static void move_over(const struct scene *scene, const struct index_bytes *index)
{
    file_replace(scene->file.path, index->bytes, index->size);
}

/* From the moment of the damage, whether or not anybody has noticed it yet. */
static void expect_damage(struct scene *scene)
{
    for (int i = 0; i < 3; i++)
        assert_int_equal(ask_anew(scene), 503);
    static const struct page_case page = {
        .request = {.target = "/categories/science"},
        .status = 503,
        .headers = {"Content-Type: text/html; charset=utf-8", "Retry-After: 1"},
        .body = {"Not just now", "Try again"},
    };
    page_cases_run(scene->file.http.client, &page, 1);
    assert_int_equal(ask(scene, "/readyz"), 503);
    assert_int_equal(ask(scene, "/healthz"), 200);
    assert_int_equal(ask(scene, "/metrics"), 200);
    char *body = get_cached(scene);
    assert_string_equal(body, scene->cached);
    free(body);
}

/* What is served is the sample, or the other. */
static void expect_whole(struct scene *scene, bool is_sample)
{
    http_fixture_await_readiness(&scene->file.http, 200);
    assert_int_equal(ask_anew(scene), 200);
    char *body = get_cached(scene);
    if (is_sample)
        assert_string_equal(body, scene->cached);
    else
        assert_non_null(strstr(body, "\"7.0.0\""));
    free(body);
    served_file_await_said(&scene->file, "live.cdx was written to or cut while it is served", 1);
    served_file_await_said(&scene->file,
                           "`cratedex-index build -o` and `mv` replace an index safely", 1);
    served_file_await_said(&scene->file, "live.cdx is whole: serving ", 1);
}

static void is_cut_to(size_t size, bool is_moved_over)
{
    struct scene scene;
    begin(&scene);
    assert_int_equal(truncate(scene.file.path, (off_t)size), 0);
    expect_damage(&scene);
    if (is_moved_over)
        move_over(&scene, &group_indexes.other);
    else
        copy_over(&scene, &group_indexes.other);
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
    is_cut_to(group_indexes.sample.size / 2, true);
}

static void survives_losing_its_last_byte(void **state)
{
    (void)state;
    is_cut_to(group_indexes.sample.size - 1, true);
}

/* Stops in the middle of a copy: the file is of the new size already, and not whole. */
static void serves_no_half_of_a_copy(void **state)
{
    struct scene scene;
    const struct index_bytes *other = &group_indexes.other;
    (void)state;
    begin(&scene);
    int descriptor = open(scene.file.path, O_WRONLY | O_TRUNC);
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
    char byte = (char)~group_indexes.sample.bytes[group_indexes.sample.size / 2];
    int descriptor = open(scene.file.path, O_WRONLY);
    assert_true(descriptor >= 0);
    assert_int_equal(pwrite(descriptor, &byte, 1, (off_t)group_indexes.sample.size / 2), 1);
    assert_int_equal(ask_anew(&scene), 503);
    close(descriptor);
    copy_over(&scene, &group_indexes.sample);
    expect_whole(&scene, true);
    end(&scene);
}

static void notices_what_is_added(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene);
    int descriptor = open(scene.file.path, O_WRONLY | O_APPEND);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, "more\n", 5), 5);
    close(descriptor);
    expect_damage(&scene);
    assert_int_equal(truncate(scene.file.path, (off_t)group_indexes.sample.size), 0);
    expect_whole(&scene, true);
    end(&scene);
}

/* The bytes are right at every moment; that nobody can know. */
static void is_overwritten_by_itself(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene);
    int descriptor = open(scene.file.path, O_WRONLY);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, group_indexes.sample.bytes, group_indexes.sample.size),
                     group_indexes.sample.size);
    close(descriptor);
    expect_whole(&scene, true);
    copy_over(&scene, &group_indexes.sample);
    expect_whole(&scene, true);
    end(&scene);
}

/* Whoever has the file open keeps it. */
static void stays_with_a_file_that_was_removed(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene);
    assert_int_equal(unlink(scene.file.path), 0);
    for (int i = 0; i < 20; i++)
        assert_int_equal(ask_anew(&scene), 200);
    assert_int_equal(ask(&scene, "/readyz"), 200);
    end(&scene);
}

/* Removed when it is damaged: then another comes. */
static void waits_for_another_file(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene);
    assert_int_equal(truncate(scene.file.path, 4096), 0);
    expect_damage(&scene);
    assert_int_equal(unlink(scene.file.path), 0);
    expect_damage(&scene);
    file_write(scene.file.path, "no index", 8);
    expect_damage(&scene);
    move_over(&scene, &group_indexes.other);
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
    http_fixture_close(&scene.file.http);
    const struct index_bytes *sample = &group_indexes.sample;
    char *document = memmem(sample->bytes + sample->size / 8, sample->size - sample->size / 8,
                            "\"exact_match\":false", 19);
    assert_non_null(document);
    *document ^= 1;
    file_write(scene.file.path, sample->bytes, sample->size);
    *document ^= 1;
    served_file_start(&scene.file, NULL);
    http_fixture_await_readiness(&scene.file.http, 503);
    assert_int_equal(ask(&scene, "/api/v1/keywords"), 200);
    move_over(&scene, sample);
    http_fixture_await_readiness(&scene.file.http, 200);
    assert_int_equal(ask_anew(&scene), 200);
    served_file_await_said(&scene.file, "live.cdx is whole: serving ", 1);
    end(&scene);
}

static void survives_a_new_time(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene);
    const struct timespec times[] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    assert_int_equal(utimensat(AT_FDCWD, scene.file.path, times, 0), 0);
    http_fixture_await_readiness(&scene.file.http, 200);
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
        cmocka_unit_test(waits_for_another_file),
        cmocka_unit_test(takes_a_whole_file_for_a_damaged_one),
        cmocka_unit_test(survives_a_new_time),
    };
    return cmocka_run_group_tests(tests, two_indexes_setup, two_indexes_teardown);
}
