/* A server with --verify-key starts with a signed index only, and keeps to that when the file is
   changed under its hands. */
#include "index/segment/page_checksums.h"
#include "tests/support/folder.h"
#include "tests/support/http_fixture.h"
#include "tests/support/metrics_sample.h"
#include "tests/support/program.h"
#include "tests/support/signing_keys.h"
#include "tests/support/two_indexes.h"

#include <cratedex/index_signature.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_SECONDS 60

/* Builds the sample, signed. */
static void build(const struct signed_paths *scene)
{
    const struct program_options options = {
        .arguments = (const char *const[]){"cratedex-index", "build", "data", "-o", scene->index,
                                           "--sign", scene->key, "-q", NULL}};
    struct program_run run;
    program_run(&options, &run);
    if (run.status != 0)
        fail_msg("%s", run.error_out);
    program_run_free(&run);
}

static int make_scene(void **state)
{
    struct signed_paths *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    signed_paths_make(scene);
    build(scene);
    *state = scene;
    return 0;
}

static int remove_scene(void **state)
{
    struct signed_paths *scene = *state;
    folder_remove(scene->folder);
    free(scene);
    return 0;
}

static void open_server(const struct signed_paths *scene, struct http_fixture *fixture)
{
    const char *const arguments[] = {"--index", scene->index, "--verify-key", scene->public_key,
                                     NULL};
    http_fixture_open(fixture, arguments);
}

static void serves_a_signed_index(void **state)
{
    struct http_fixture fixture;
    open_server(*state, &fixture);
    assert_int_equal(http_fixture_status(&fixture, "/api/v1/crates/serde"), 200);
    http_fixture_close(&fixture);
}

/* Ends with one line. */
static void expect_no_start(const struct signed_paths *scene, const char *public_key,
                            const char *part)
{
    const struct program_options options = {
        .arguments = (const char *const[]){"cratedex-server", "--index", scene->index, "--listen",
                                           "127.0.0.1:0", "--verify-key", public_key, NULL}};
    struct program_run run;
    program_run(&options, &run);
    if (run.status != 1 || strstr(run.error_out, part) == NULL)
        fail_msg("status %d: %s%s", run.status, run.out, run.error_out);
    program_run_free(&run);
}

static void does_not_start_with_another(void **state)
{
    const struct signed_paths *scene = *state;
    char path[FOLDER_PATH_SIZE];
    size_t size;
    expect_no_start(scene, folder_join(path, scene->folder, "other.pub"),
                    "is not signed with the key that belongs to");
    expect_no_start(scene, scene->key, "is a private key");
    expect_no_start(scene, folder_join(path, scene->folder, "missing"), "cannot read the key");
    char *line = file_read(scene->signature, &size);
    assert_int_equal(unlink(scene->signature), 0);
    expect_no_start(scene, scene->public_key, "has no signature");
    file_write(scene->signature, line, size - 1);
    expect_no_start(scene, scene->public_key, "is damaged");
    line[20] = line[20] == '0' ? '1' : '0';
    file_write(scene->signature, line, size);
    expect_no_start(scene, scene->public_key, "is the signature of another file");
    line[20] = line[20] == '0' ? '1' : '0';
    free(line);
    build(scene);
}

/* A whole index, which nobody has signed, is written over the one that is served. */
static void takes_no_unsigned_index_in_its_place(void **state)
{
    const struct signed_paths *scene = *state;
    struct http_fixture fixture;
    size_t size;
    size_t signed_size;
    char next[FOLDER_PATH_SIZE];
    open_server(scene, &fixture);
    assert_int_equal(http_fixture_status(&fixture, "/api/v1/crates/serde"), 200);
    char *signed_bytes = file_read(scene->index, &signed_size);
    folder_join(next, scene->folder, "next.cdx");
    const struct program_options options = {
        .arguments = (const char *const[]){"cratedex-index", "build", "data", "-o", next, "-q",
                                           "--synonyms", "/dev/null", NULL}};
    struct program_run run;
    program_run(&options, &run);
    assert_int_equal(run.status, 0);
    program_run_free(&run);
    char *bytes = file_read(next, &size);
    file_write(scene->index, bytes, size);
    assert_int_equal(http_fixture_status(&fixture, "/readyz"), 503);
    assert_int_equal(rename(next, scene->index), 0);
    for (int i = 0; i < 20; i++)
        assert_int_equal(http_fixture_status(&fixture, "/api/v1/crates?per_page=7"), 503);
    assert_int_equal(http_fixture_status(&fixture, "/api/v1/crates/serde"), 200); /* in the cache */
    file_write(scene->index, signed_bytes, signed_size);
    http_fixture_await_readiness(&fixture, 200);
    assert_int_equal(http_fixture_status(&fixture, "/api/v1/crates?per_page=7"), 200);
    free(bytes);
    free(signed_bytes);
    http_fixture_close(&fixture);
}

/* Returns which of the two is served. */
static bool has_few_crates(const struct http_fixture *fixture)
{
    return metrics_sample(fixture->client, "cratedex_index_crates", "") < 10;
}

/* Signs what is at the index's path. */
static void sign(const struct signed_paths *scene)
{
    struct error error;
    char line[INDEX_SIGNATURE_LINE_SIZE];
    struct signature_key *key = signature_key_read_private(scene->key, &error);
    int descriptor = open(scene->index, O_RDONLY);
    assert_non_null(key);
    assert_int_equal(index_signature_make(descriptor, key, line, &error), 0);
    file_write(scene->signature, line, strlen(line));
    signature_key_free(key);
    close(descriptor);
}

/* The index comes before its signature, and nobody hears of it; one that never gets one is
   refused. */
static void takes_an_index_when_its_signature_comes(void **state)
{
    const struct signed_paths *scene = *state;
    struct built_index other;
    struct http_fixture fixture;
    size_t size;
    other_index_make(&other);
    char *bytes = file_read(other.path, &size);
    built_index_remove(&other);
    open_server(scene, &fixture);
    struct http_client *client = fixture.client;
    file_replace(scene->index, bytes, size);
    assert_int_equal(http_fixture_status(&fixture, "/readyz"), 200);
    sign(scene);
    time_t latest = time(NULL) + 60;
    while (!has_few_crates(&fixture))
        assert_true(time(NULL) < latest);
    file_replace(scene->index, bytes, size - 1);
    while (metrics_sample(client, "cratedex_index_reloads_total", "result=\"refused\"") == 0)
        assert_true(time(NULL) < latest);
    assert_true(metrics_sample(client, "cratedex_index_reloads_total", "result=\"refused\"") == 1);
    assert_true(has_few_crates(&fixture));
    free(bytes);
    http_fixture_close(&fixture);
}

/* The header of the index before a hole, of as many bytes as it says: half a TiB. */
static void make_huge(const char *path, const char *header)
{
    const uint32_t n_pages = UINT32_C(1) << 27;
    char bytes[100];
    memcpy(bytes, header, sizeof bytes);
    memcpy(bytes + 28, "\x08\0\0\0", 4);
    file_write(path, bytes, sizeof bytes);
    assert_int_equal(
        truncate(path, (off_t)n_pages * INDEX_PAGE_BYTES + page_checksums_size(n_pages)), 0);
}

/* Until a process has read so many bytes more than now. */
static void await_reading(pid_t pid, long long n_bytes)
{
    char path[64];
    long long least = 0;
    const time_t latest = time(NULL) + PATIENCE_SECONDS;
    snprintf(path, sizeof path, "/proc/%d/io", (int)pid);
    for (long long n_read = -1; n_read < least;) {
        char line[64];
        FILE *file = fopen(path, "re");
        assert_non_null(file);
        assert_non_null(fgets(line, sizeof line, file)); /* "rchar: N" */
        n_read = strtoll(line + strcspn(line, " "), NULL, 10);
        fclose(file);
        if (least == 0)
            least = n_read + n_bytes;
        assert_true(time(NULL) < latest);
    }
}

/* Which would take an hour. */
static void ends_while_it_verifies(void **state)
{
    const struct signed_paths *scene = *state;
    struct http_fixture fixture;
    size_t size;
    char next[FOLDER_PATH_SIZE];
    build(scene);
    open_server(scene, &fixture);
    char *bytes = file_read(scene->index, &size);
    make_huge(folder_join(next, scene->folder, "next.cdx"), bytes);
    free(bytes);
    assert_int_equal(rename(next, scene->index), 0);
    await_reading(fixture.server.pid, (long long)3 * (off_t)size + (1 << 24));
    alarm(PATIENCE_SECONDS);
    http_fixture_close(&fixture);
    alarm(0);
    build(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(serves_a_signed_index),
        cmocka_unit_test(does_not_start_with_another),
        cmocka_unit_test(takes_no_unsigned_index_in_its_place),
        cmocka_unit_test(takes_an_index_when_its_signature_comes),
        cmocka_unit_test(ends_while_it_verifies),
    };
    return cmocka_run_group_tests(tests, make_scene, remove_scene);
}
