/* The file of the day lies there damaged when the counters are opened: counting goes on, and what
   could be kept is. */
#include "tests/support/counters_scene.h"

#include <cratedex/download_recovery.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define SEEN 3
#define AFTER 1
#define NOBODY 65534

/* Flips a byte of the file and opens it anew. */
static void start_with_flipped(struct counters_scene *scene, size_t at, uint64_t expected)
{
    size_t size;
    counters_scene_count(scene->counters, SEEN);
    counters_scene_close(scene->counters);
    char *bytes = file_read(scene->path, &size);
    bytes[at < size ? at : size - 1] ^= 1;
    file_write(scene->path, bytes, size);
    free(bytes);
    scene->counters = counters_scene_open(scene);
    assert_true(counters_scene_is_moved_away(scene));
    assert_int_equal(counters_scene_counted(scene), expected);
}

static void starts_with_a_damaged_header(void **state)
{
    start_with_flipped(*state, 20, SEEN);
}

/* No version is downloaded so often: that counter is lost, all others stay. */
static void drops_an_impossible_counter(void **state)
{
    struct counters_scene *scene = *state;
    const uint64_t value = UINT64_MAX / 3;
    counters_scene_count(scene->counters, SEEN);
    counters_scene_close(scene->counters);
    int descriptor = open(scene->path, O_WRONLY);
    assert_true(descriptor >= 0);
    assert_int_equal(pwrite(descriptor, &value, sizeof value, COUNTERS_HEADER_BYTES), sizeof value);
    close(descriptor);
    scene->counters = counters_scene_open(scene);
    for (int i = 0; i < 3; i++)
        counters_scene_tick(scene, scene->counters);
    counters_scene_count(scene->counters, AFTER);
    assert_true(counters_scene_is_moved_away(scene));
    assert_int_equal(counters_scene_counted(scene), SEEN + AFTER);
    assert_int_equal(folder_count(scene->folder), 2);
    struct error error;
    struct download_counts *counts = download_counts_read(scene->path, &error);
    assert_non_null(counts);
    assert_int_equal(download_counts_value(counts, 0), 0);
    download_counts_close(counts);
}

static void starts_with_damaged_ids(void **state)
{
    start_with_flipped(*state, SIZE_MAX, SEEN);
}

static void starts_with_a_file_of_another_kind(void **state)
{
    struct counters_scene *scene = *state;
    char other[2 * FOLDER_PATH_SIZE];
    for (unsigned i = 1; i <= 3; i++) {
        counters_scene_close(scene->counters);
        file_write(scene->path, "no counts", 9);
        scene->counters = counters_scene_open(scene);
        assert_int_equal(counters_scene_counted(scene), 0);
    }
    /* None took the place of another. */
    assert_true(counters_scene_is_moved_away(scene));
    snprintf(other, sizeof other, "%s" DOWNLOAD_RECOVERY_SUFFIX ".3", scene->path);
    assert_int_equal(access(other, F_OK), 0);
}

static void starts_with_a_file_that_was_cut(void **state)
{
    struct counters_scene *scene = *state;
    counters_scene_count(scene->counters, SEEN);
    counters_scene_close(scene->counters);
    counters_scene_cut_ids(scene);
    scene->counters = counters_scene_open(scene);
    assert_int_equal(counters_scene_counted(scene), SEEN);
    counters_scene_close(scene->counters);
    counters_scene_empty(scene);
    scene->counters = counters_scene_open(scene);
    assert_int_equal(counters_scene_counted(scene), 0);
}

/* Not damaged: it stays where it is. */
static void moves_no_file_that_it_may_not_write(void **state)
{
    struct counters_scene *scene = *state;
    struct error error;
    assert_int_equal(chmod(scene->path, 0444), 0);
    assert_int_equal(chmod(scene->folder, 0755), 0);
    bool is_root = geteuid() == 0;
    if (is_root)
        assert_int_equal(seteuid(NOBODY), 0);
    struct download_counters *counters =
        download_counters_open(scene->folder, scene->built.index, scene->noon, &error);
    if (is_root)
        assert_int_equal(seteuid(0), 0);
    assert_null(counters);
    assert_non_null(strstr(error.message, "Permission denied"));
    assert_false(counters_scene_is_moved_away(scene));
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, counters_scene_start, counters_scene_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(starts_with_a_damaged_header),    TEST(drops_an_impossible_counter),
        TEST(starts_with_damaged_ids),         TEST(starts_with_a_file_of_another_kind),
        TEST(starts_with_a_file_that_was_cut), TEST(moves_no_file_that_it_may_not_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
