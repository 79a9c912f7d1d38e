/* Counting over days that are told, not waited for: the file changes, and nothing is lost or
   counted twice, whoever counts meanwhile. */
#include "server/service/download_counters.h"

#include "tests/support/built_index.h"
#include "tests/support/folder.h"

#include <cratedex/timestamp.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define DAY_SECONDS 86400

struct fixture {
    struct built_index built;
    char folder[FOLDER_PATH_SIZE];
    int64_t noon; /* of 25 November 2026 */
    struct download_counters *counters;
};

static int start(void **state)
{
    static const struct dump_file files[] = {
        BUILT_TIME("2026-11-01T02:00:00Z"),
        BUILT_TABLE("crates", CRATES_COLUMNS "\n1,one,2026-01-01,2026-01-01,,,,\n"
                                             "2,two,2026-01-01,2026-01-01,,,,\n"),
        BUILT_TABLE("versions", VERSIONS_COLUMNS "\n11,1,1.0.0,2026-01-01,f,60,2026-01-01\n"
                                                 "12,1,1.1.0,2026-01-01,f,40,2026-01-01\n"
                                                 "21,2,1.0.0,2026-01-01,f,200,2026-01-01\n"),
        BUILT_END,
    };
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    built_index_from_files(&fixture->built, files);
    folder_make(fixture->folder);
    int64_t microseconds;
    assert_int_equal(timestamp_parse("2026-11-25T12:00:00Z", 20, &microseconds), 0);
    fixture->noon = microseconds / 1000000;
    struct error error;
    fixture->counters =
        download_counters_open(fixture->folder, fixture->built.index, fixture->noon, &error);
    if (fixture->counters == NULL)
        fail_msg("%s", error.message);
    *state = fixture;
    return 0;
}

static int stop(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {.message = ""};
    if (download_counters_close(fixture->counters, &error) != 0)
        fail_msg("%s", error.message);
    folder_remove(fixture->folder);
    built_index_remove(&fixture->built);
    free(fixture);
    return 0;
}

static void tick(struct fixture *fixture, int64_t now)
{
    struct error error;
    if (download_counters_tick(fixture->counters, now, &error) != 0)
        fail_msg("%s", error.message);
}

/* The file of a day as somebody else sees it. */
static struct download_counts *read_day(const struct fixture *fixture, const char *day)
{
    char name[128];
    char path[FOLDER_PATH_SIZE];
    struct error error;
    snprintf(name, sizeof name, "%s-%s.downloads", day, index_fingerprint(fixture->built.index));
    struct download_counts *counts =
        download_counts_read(folder_join(path, fixture->folder, name), &error);
    if (counts == NULL)
        fail_msg("%s", error.message);
    return counts;
}

static void expect_count(const struct fixture *fixture, const char *day, int64_t version_id,
                         uint64_t expected)
{
    struct download_counts *counts = read_day(fixture, day);
    assert_int_equal(download_counts_value(counts, download_counts_slot(counts, version_id)),
                     expected);
    download_counts_close(counts);
}

static void counts_versions(void **state)
{
    struct fixture *fixture = *state;
    struct counted_download first = download_counters_find(fixture->counters, 1, 12);
    struct counted_download second = download_counters_find(fixture->counters, 2, 21);
    assert_true(first.is_counted && second.is_counted);
    assert_int_not_equal(first.slot, second.slot);
    assert_false(download_counters_find(fixture->counters, 1, 13).is_counted);
    assert_true(download_counters_add(fixture->counters, &first));
    assert_true(download_counters_add(fixture->counters, &first));
    assert_true(download_counters_add(fixture->counters, &second));
    expect_count(fixture, "2026-11-25", 11, 0);
    expect_count(fixture, "2026-11-25", 12, 2);
    expect_count(fixture, "2026-11-25", 21, 1);
    assert_int_equal(download_counters_n_added(fixture->counters, 1), 2);
    assert_int_equal(download_counters_n_added(fixture->counters, 2), 1);
    assert_string_equal(download_counts_day(download_counters_today(fixture->counters)),
                        "2026-11-25");
}

/* What was found in the counters of another index, where the versions have other slots. */
static void counts_what_another_index_found(void **state)
{
    struct fixture *fixture = *state;
    static const uint32_t slots[] = {0, 1, 2, 3, UINT32_MAX};
    for (unsigned i = 0; i < sizeof slots / sizeof *slots; i++) {
        const struct counted_download moved = {
            .crate_id = 2, .version_id = 21, .slot = slots[i], .is_counted = true};
        const struct counted_download gone = {
            .crate_id = 3, .version_id = 31, .slot = slots[i], .is_counted = true};
        assert_true(download_counters_add(fixture->counters, &moved));
        assert_false(download_counters_add(fixture->counters, &gone));
        expect_count(fixture, "2026-11-25", 21, i + 1);
        assert_int_equal(download_counters_n_added(fixture->counters, 2), i + 1);
    }
    expect_count(fixture, "2026-11-25", 11, 0);
    expect_count(fixture, "2026-11-25", 12, 0);
    assert_int_equal(download_counters_n_added(fixture->counters, 1), 0);
    assert_int_equal(download_counters_n_added(fixture->counters, 3), 0);
}

static void changes_the_file_at_midnight(void **state)
{
    struct fixture *fixture = *state;
    struct counted_download download = download_counters_find(fixture->counters, 1, 11);
    int64_t midnight = fixture->noon + DAY_SECONDS / 2;
    assert_true(download_counters_add(fixture->counters, &download));
    tick(fixture, midnight - 61);
    assert_int_equal(folder_count(fixture->folder), 1);
    /* The next file is there before it is used. */
    tick(fixture, midnight - 60);
    assert_int_equal(folder_count(fixture->folder), 2);
    tick(fixture, midnight - 1);
    assert_true(download_counters_add(fixture->counters, &download));
    expect_count(fixture, "2026-11-25", 11, 2);
    expect_count(fixture, "2026-11-26", 11, 0);
    tick(fixture, midnight);
    for (int i = 0; i < 3; i++)
        assert_true(download_counters_add(fixture->counters, &download));
    expect_count(fixture, "2026-11-25", 11, 2);
    expect_count(fixture, "2026-11-26", 11, 3);
    assert_int_equal(download_counters_n_added(fixture->counters, 1), 5);
    /* A machine that slept for days; a clock that was set back. */
    tick(fixture, midnight + 5 * DAY_SECONDS);
    assert_true(download_counters_add(fixture->counters, &download));
    expect_count(fixture, "2026-12-01", 11, 1);
    tick(fixture, midnight - 1);
    assert_true(download_counters_add(fixture->counters, &download));
    expect_count(fixture, "2026-11-25", 11, 3);
    assert_int_equal(folder_count(fixture->folder), 3);
}

/* While the next file cannot be made, the old one goes on. */
static void goes_on_where_the_next_file_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct counted_download download = download_counters_find(fixture->counters, 1, 11);
    char name[128];
    char path[FOLDER_PATH_SIZE];
    char expected[1024];
    struct error error;
    snprintf(name, sizeof name, "2026-11-26-%s.downloads", index_fingerprint(fixture->built.index));
    assert_int_equal(mkdir(folder_join(path, fixture->folder, name), 0777), 0);
    assert_int_equal(download_counters_tick(fixture->counters, fixture->noon + DAY_SECONDS, &error),
                     -1);
    snprintf(expected, sizeof expected, "%s: Is a directory", path);
    assert_string_equal(error.message, expected);
    assert_true(download_counters_add(fixture->counters, &download));
    expect_count(fixture, "2026-11-25", 11, 1);
    remove(path);
    tick(fixture, fixture->noon + DAY_SECONDS);
    assert_true(download_counters_add(fixture->counters, &download));
    expect_count(fixture, "2026-11-26", 11, 1);
    expect_count(fixture, "2026-11-25", 11, 1);
}

/* A server that starts again on the same day adds to the same file. */
static void goes_on_with_the_file_of_the_day(void **state)
{
    struct fixture *fixture = *state;
    struct counted_download download = download_counters_find(fixture->counters, 1, 11);
    struct error error;
    assert_true(download_counters_add(fixture->counters, &download));
    struct download_counters *again =
        download_counters_open(fixture->folder, fixture->built.index, fixture->noon + 60, &error);
    assert_non_null(again);
    assert_true(download_counters_add(again, &download));
    expect_count(fixture, "2026-11-25", 11, 2);
    assert_int_equal(download_counters_close(again, &error), 0);
}

#define N_THREADS 4
#define N_ADDS 100000
#define N_DAYS 40

struct counting {
    struct download_counters *counters;
    struct counted_download download;
    atomic_uint *n_running;
};

static void *count_many(void *context)
{
    struct counting *counting = context;
    for (int i = 0; i < N_ADDS; i++)
        download_counters_add(counting->counters, &counting->download);
    atomic_fetch_sub(counting->n_running, 1);
    return NULL;
}

/* Days pass as fast as files can be made while threads count: every download is in one of them. */
static void loses_nothing_at_any_midnight(void **state)
{
    struct fixture *fixture = *state;
    static const int64_t versions[N_THREADS] = {11, 12, 21, 21};
    pthread_t threads[N_THREADS];
    struct counting counting[N_THREADS];
    atomic_uint n_running;
    atomic_init(&n_running, N_THREADS);
    for (int i = 0; i < N_THREADS; i++) {
        counting[i] =
            (struct counting){.counters = fixture->counters,
                              .download = download_counters_find(fixture->counters, 1, versions[i]),
                              .n_running = &n_running};
        assert_int_equal(pthread_create(&threads[i], NULL, count_many, &counting[i]), 0);
    }
    int n_days = 0;
    do
        tick(fixture, fixture->noon + DAY_SECONDS * (int64_t)++n_days);
    while (n_days < N_DAYS && atomic_load(&n_running) > 0);
    for (int i = 0; i < N_THREADS; i++)
        pthread_join(threads[i], NULL);
    uint64_t sums[3] = {0};
    for (int i = 0; i <= n_days; i++) {
        char text[TIMESTAMP_TEXT_SIZE];
        char day[11];
        timestamp_format((fixture->noon + DAY_SECONDS * (int64_t)i) * 1000000, text);
        snprintf(day, sizeof day, "%.10s", text);
        struct download_counts *counts = read_day(fixture, day);
        for (uint32_t slot = 0; slot < 3; slot++)
            sums[slot] += download_counts_value(counts, slot);
        download_counts_close(counts);
    }
    assert_int_equal(sums[0], N_ADDS);
    assert_int_equal(sums[1], N_ADDS);
    assert_int_equal(sums[2], 2 * N_ADDS);
    assert_int_equal(download_counters_n_added(fixture->counters, 1), N_THREADS * N_ADDS);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        TEST(counts_versions),
        TEST(counts_what_another_index_found),
        TEST(changes_the_file_at_midnight),
        TEST(goes_on_where_the_next_file_is_refused),
        TEST(goes_on_with_the_file_of_the_day),
        TEST(loses_nothing_at_any_midnight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
