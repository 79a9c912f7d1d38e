/* Another file takes the path of the index that a server has open: the server takes it, without a
   request that fails, or says why it does not. Each test has a server and a folder of its own; the
   sample is served first, and the other index comes. */
#define _GNU_SOURCE /* memmem */

#include "tests/support/metrics_sample.h"
#include "tests/support/raw_connection.h"
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
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define WAIT_SECONDS 60
#define N_UNREAD 100 /* answers of some 100 KiB */
#define SERDE "/api/v1/crates/serde"
#define REFUSED "refused, the index of before is served on: "

static double sample(const struct served_file *file, const char *name, const char *labels)
{
    return metrics_sample(file->http.client, name, labels);
}

/* Which index answers; the answer may come out of the cache. */
static bool is_other_served(const struct served_file *file)
{
    struct http_response response;
    http_get(file->http.client, SERDE, "", &response);
    assert_int_equal(response.status, 200);
    bool is_other = strstr(response.body, "\"7.0.0\"") != NULL;
    http_response_free(&response);
    return is_other;
}

/* Asks until the other index, or the sample, is served: no answer may fail meanwhile. */
static void await(const struct served_file *file, bool is_other)
{
    time_t latest = time(NULL) + WAIT_SECONDS;
    while (is_other_served(file) != is_other)
        if (time(NULL) > latest)
            fail_msg("it is not served");
    assert_int_equal(http_fixture_status(&file->http, "/readyz"), 200);
}

/* Asks until the figure is `value` or more, which it must be exactly. */
static void await_sample(const struct served_file *file, const char *name, const char *labels,
                         double value)
{
    time_t latest = time(NULL) + WAIT_SECONDS;
    double now;
    while ((now = sample(file, name, labels)) < value)
        if (time(NULL) > latest)
            fail_msg("%s{%s} is %g, not %g", name, labels, now, value);
    assert_true(now == value);
}

static void await_refusals(const struct served_file *file, double n)
{
    await_sample(file, "cratedex_index_reloads_total", "result=\"refused\"", n);
    assert_true(sample(file, "cratedex_index_last_reload_success", "") == 0);
}

static void begin(struct served_file *file)
{
    served_file_make(file);
    served_file_start(file, (const char *const[]){"--threads", "2", NULL});
    assert_false(is_other_served(file));
}

static void move_other_over(const struct served_file *file)
{
    file_replace(file->path, group_indexes.other.bytes, group_indexes.other.size);
}

static void takes_a_file_that_is_moved_there(void **state)
{
    struct served_file file;
    (void)state;
    begin(&file);
    double since = sample(&file, "cratedex_index_last_reload_success_timestamp_seconds", "");
    assert_true(sample(&file, "cratedex_index_generation", "") == 1);
    move_other_over(&file);
    await(&file, true);
    served_file_await_said(&file, "live.cdx was replaced: serving 2 crates, dump of 2026-11-02T0",
                           1);
    await_sample(&file, "cratedex_index_reloads_total", "result=\"success\"", 1);
    assert_true(sample(&file, "cratedex_index_reloads_total", "result=\"refused\"") == 0);
    assert_true(sample(&file, "cratedex_index_last_reload_success", "") == 1);
    assert_true(sample(&file, "cratedex_index_last_reload_success_timestamp_seconds", "") > since);
    assert_true(sample(&file, "cratedex_index_last_reload_duration_seconds", "") > 0);
    assert_true(sample(&file, "cratedex_index_generation", "") == 2);
    assert_true(sample(&file, "cratedex_index_crates", "") == 2);
    file_replace(file.path, group_indexes.sample.bytes, group_indexes.sample.size);
    await(&file, false);
    served_file_end(&file);
}

/* Half of it is there when it is looked at. */
static void takes_a_file_that_is_written_anew(void **state)
{
    struct served_file file;
    const struct index_bytes *other = &group_indexes.other;
    (void)state;
    begin(&file);
    assert_int_equal(unlink(file.path), 0);
    int descriptor = open(file.path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, other->bytes, other->size / 2), other->size / 2);
    assert_false(is_other_served(&file));
    size_t rest = other->size - other->size / 2;
    assert_int_equal(write(descriptor, other->bytes + other->size / 2, rest), rest);
    close(descriptor);
    await(&file, true);
    assert_false(served_file_has_said(&file, "live.cdx is damaged"));
    served_file_end(&file);
}

/* A folder with an index that was written long ago, and is taken as soon as it is seen. */
static void make_release(const struct served_file *file, const char *name,
                         const struct index_bytes *index)
{
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];
    assert_int_equal(mkdir(folder_join(folder, file->folder, name), 0700), 0);
    file_write(folder_join(path, folder, "live.cdx"), index->bytes, index->size);
    const struct timespec times[] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void point_to(const struct served_file *file, const char *name)
{
    char current[FOLDER_PATH_SIZE];
    link_replace(folder_join(current, file->folder, "current"), name);
}

/* Nothing happens in the folder that the server watches. */
static void follows_a_link_on_the_way(void **state)
{
    struct served_file file;
    char current[FOLDER_PATH_SIZE];
    (void)state;
    served_file_make(&file);
    make_release(&file, "monday", &group_indexes.sample);
    make_release(&file, "tuesday", &group_indexes.other);
    point_to(&file, "monday");
    folder_join(current, file.folder, "current");
    folder_join(file.path, current, "live.cdx");
    served_file_start(&file, NULL);
    assert_false(is_other_served(&file));
    point_to(&file, "tuesday");
    await(&file, true);
    point_to(&file, "monday");
    await(&file, false);
    /* The folder that is watched now is the one that the link points to. */
    move_other_over(&file);
    await(&file, true);
    served_file_end(&file);
}

static void follows_a_folder_that_is_replaced(void **state)
{
    struct served_file file;
    char current[FOLDER_PATH_SIZE];
    char next[FOLDER_PATH_SIZE];
    char old[FOLDER_PATH_SIZE];
    (void)state;
    served_file_make(&file);
    make_release(&file, "current", &group_indexes.sample);
    make_release(&file, "next", &group_indexes.other);
    folder_join(current, file.folder, "current");
    folder_join(file.path, current, "live.cdx");
    served_file_start(&file, NULL);
    assert_false(is_other_served(&file));
    assert_int_equal(rename(current, folder_join(old, file.folder, "old")), 0);
    assert_int_equal(rename(folder_join(next, file.folder, "next"), current), 0);
    await(&file, true);
    served_file_end(&file);
}

static void move_there(const struct served_file *file, const char *next)
{
    (void)unlink(file->path);
    assert_int_equal(rename(next, file->path), 0);
}

/* Each takes the path in turn. The sample is served on, from a file that has no name any more. */
static void refuses_what_is_no_whole_index(void **state)
{
    struct served_file file;
    char *bytes = malloc(group_indexes.other.size);
    const size_t size = group_indexes.other.size;
    char next[FOLDER_PATH_SIZE];
    (void)state;
    assert_non_null(bytes);
    begin(&file);
    memcpy(bytes, group_indexes.other.bytes, size);
    file_replace(file.path, bytes, size / 2);
    await_refusals(&file, 1);
    served_file_await_said(&file, REFUSED, 1);
    bytes[100] ^= 1; /* of the first page */
    file_replace(file.path, bytes, size);
    await_refusals(&file, 2);
    memcpy(bytes, group_indexes.other.bytes, size);
    char *document = memmem(bytes, size, "\"exact_match\":false", 19);
    assert_non_null(document);
    *document ^= 1; /* which nothing reads before it is asked for */
    file_replace(file.path, bytes, size);
    await_refusals(&file, 3);
    file_replace(file.path, "no index", 8);
    await_refusals(&file, 4);
    file_replace(file.path, "", 0);
    await_refusals(&file, 5);
    folder_join(next, file.folder, "next");
    assert_int_equal(mkfifo(next, 0600), 0);
    move_there(&file, next);
    await_refusals(&file, 6);
    assert_int_equal(mkdir(next, 0700), 0);
    move_there(&file, next);
    await_refusals(&file, 7);
    assert_int_equal(rmdir(file.path), 0);
    await_refusals(&file, 8);
    served_file_await_said(&file, "live.cdx: No such file or directory", 1);
    assert_false(is_other_served(&file));
    assert_int_equal(http_fixture_status(&file.http, "/readyz"), 200);
    assert_int_equal(http_fixture_status(&file.http, "/api/v1/crates?per_page=3"), 200);
    move_other_over(&file);
    await(&file, true);
    await_sample(&file, "cratedex_index_last_reload_success", "", 1);
    free(bytes);
    served_file_end(&file);
}

/* Who does not take his answers has them already, and holds no index. */
static void waits_for_no_slow_reader(void **state)
{
    struct served_file file;
    (void)state;
    begin(&file);
    int connection = test_server_connect(&file.http.server);
    assert_true(connection >= 0);
    for (unsigned i = 0; i < N_UNREAD; i++)
        raw_ask(connection, "/api/v1/crates?per_page=100");
    move_other_over(&file);
    await(&file, true);
    await_sample(&file, "cratedex_index_reloads_total", "result=\"success\"", 1);
    close(connection);
    served_file_end(&file);
}

/* Rolled back before anything good came. */
static void knows_the_file_that_it_serves(void **state)
{
    struct served_file file;
    char kept[FOLDER_PATH_SIZE];
    (void)state;
    begin(&file);
    assert_int_equal(link(file.path, folder_join(kept, file.folder, "kept.cdx")), 0);
    file_replace(file.path, "no index", 8);
    await_refusals(&file, 1);
    assert_int_equal(rename(kept, file.path), 0);
    await_sample(&file, "cratedex_index_last_reload_success", "", 1);
    assert_true(sample(&file, "cratedex_index_reloads_total", "result=\"success\"") == 0);
    assert_true(sample(&file, "cratedex_index_generation", "") == 1);
    served_file_end(&file);
}

/* What was kept of the old index takes no memory. */
static void forgets_old_answers(void **state)
{
    struct served_file file;
    char target[64];
    (void)state;
    begin(&file);
    for (unsigned page = 1; page <= 100; page++) {
        snprintf(target, sizeof target, "/api/v1/crates?per_page=1&page=%u", page);
        assert_int_equal(http_fixture_status(&file.http, target), 200);
    }
    assert_true(sample(&file, "cratedex_cache_entries", "") >= 100);
    double evictions = sample(&file, "cratedex_cache_evictions_total", "");
    move_other_over(&file);
    await(&file, true);
    time_t latest = time(NULL) + WAIT_SECONDS;
    while (sample(&file, "cratedex_cache_entries", "") > 2)
        assert_true(time(NULL) < latest);
    assert_true(sample(&file, "cratedex_cache_evictions_total", "") == evictions);
    served_file_end(&file);
}

static void an_old_tag_gets_the_new_body(void **state)
{
    struct served_file file;
    struct http_response response;
    char condition[128];
    (void)state;
    begin(&file);
    http_get(file.http.client, SERDE, "", &response);
    snprintf(condition, sizeof condition, "If-None-Match: %s\n", http_header(&response, "ETag"));
    http_response_free(&response);
    http_get(file.http.client, SERDE, condition, &response);
    assert_int_equal(response.status, 304);
    http_response_free(&response);
    move_other_over(&file);
    await(&file, true);
    http_get(file.http.client, SERDE, condition, &response);
    assert_int_equal(response.status, 200);
    assert_non_null(strstr(response.body, "\"7.0.0\""));
    http_response_free(&response);
    served_file_end(&file);
}

/* Also what is new in it. */
static void downloads_are_counted_at_once(void **state)
{
    static const char target[] = SERDE "/7.0.0/download";
    struct served_file file;
    (void)state;
    served_file_make(&file);
    served_file_start(&file, (const char *const[]){"--count-downloads", file.folder, NULL});
    assert_int_equal(http_fixture_status(&file.http, target), 404);
    move_other_over(&file);
    await(&file, true);
    for (unsigned n = 1; n <= 2; n++) {
        assert_int_equal(http_fixture_status(&file.http, target), 302);
        assert_true(sample(&file, "cratedex_downloads_counted_total", "") == n);
    }
    served_file_end(&file);
}

/* The next page's query out of a body; the caller frees. NULL where there is none. */
static char *next_page(const char *body)
{
    static const char member[] = "\"next_page\":\"";
    const char *value = strstr(body, member);
    if (value == NULL)
        return NULL;
    value += sizeof member - 1;
    return strndup(value, strcspn(value, "\""));
}

/* By name: behind the sample's first page, which ends before `json`, come the other's crates. */
static void a_list_goes_on_in_the_new_index(void **state)
{
    struct served_file file;
    struct http_response response;
    char target[512];
    (void)state;
    begin(&file);
    http_get(file.http.client, "/api/v1/crates?sort=alpha&per_page=2", "", &response);
    char *next = next_page(response.body);
    assert_non_null(next);
    assert_non_null(strstr(next, "seek="));
    snprintf(target, sizeof target, "/api/v1/crates%s", next);
    http_response_free(&response);
    free(next);
    move_other_over(&file);
    await(&file, true);
    http_get(file.http.client, target, "", &response);
    assert_int_equal(response.status, 200);
    assert_non_null(strstr(response.body, "\"id\":\"json\""));
    assert_non_null(strstr(response.body, "\"id\":\"serde\""));
    http_response_free(&response);
    served_file_end(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_a_file_that_is_moved_there),
        cmocka_unit_test(takes_a_file_that_is_written_anew),
        cmocka_unit_test(follows_a_link_on_the_way),
        cmocka_unit_test(follows_a_folder_that_is_replaced),
        cmocka_unit_test(refuses_what_is_no_whole_index),
        cmocka_unit_test(waits_for_no_slow_reader),
        cmocka_unit_test(knows_the_file_that_it_serves),
        cmocka_unit_test(forgets_old_answers),
        cmocka_unit_test(an_old_tag_gets_the_new_body),
        cmocka_unit_test(downloads_are_counted_at_once),
        cmocka_unit_test(a_list_goes_on_in_the_new_index),
    };
    return cmocka_run_group_tests(tests, two_indexes_setup, two_indexes_teardown);
}
