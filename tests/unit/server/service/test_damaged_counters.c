/* The file of the day is cut, overwritten, removed or moved while downloads are counted in it, or
   lies there damaged at the start: counting goes on, and what could be kept is. In each scene 3
   downloads are counted before a tick, 2 after it, then something happens to the file, and 4 more
   are counted before the next tick, 1 after it. */
#include "server/service/download_counters.h"

#include "index/base/mapped_fault.h"
#include "tests/support/built_index.h"
#include "tests/support/counting_fixture.h"
#include "tests/support/folder.h"

#include <cratedex/download_recovery.h>
#include <cratedex/timestamp.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define SEEN 3    /* by a tick */
#define UNSEEN 2  /* by none, before it happened */
#define BETWEEN 4 /* what happened and the tick that noticed */
#define AFTER 1
#define ALL (SEEN + UNSEEN + BETWEEN + AFTER)

#define HEADER_BYTES 4096
#define PATIENCE_SECONDS 30
#define NOBODY 65534
#define CRATE 1
#define VERSION 12

struct scene {
    struct built_index built;
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE]; /* of the file of the day */
    int64_t noon;                /* of that day */
    struct download_counters *counters;
};

static struct download_counters *open_counters(const struct scene *scene)
{
    struct error error;
    struct download_counters *counters =
        download_counters_open(scene->folder, scene->built.index, scene->noon, &error);
    if (counters == NULL)
        fail_msg("%s", error.message);
    return counters;
}

static void close_counters(struct download_counters *counters)
{
    struct error error;
    if (download_counters_close(counters, &error) != 0)
        fail_msg("%s", error.message);
}

static int start(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    char name[128];
    int64_t microseconds;
    assert_non_null(scene);
    built_index_from_files(&scene->built, counting_dump);
    folder_make(scene->folder);
    assert_int_equal(timestamp_parse("2026-11-25T12:00:00Z", 20, &microseconds), 0);
    scene->noon = microseconds / 1000000;
    scene->counters = open_counters(scene);
    snprintf(name, sizeof name, "2026-11-25-%s.downloads", index_fingerprint(scene->built.index));
    folder_join(scene->path, scene->folder, name);
    *state = scene;
    return 0;
}

static int stop(void **state)
{
    struct scene *scene = *state;
    close_counters(scene->counters);
    folder_remove(scene->folder);
    built_index_remove(&scene->built);
    free(scene);
    return 0;
}

static void count(struct download_counters *counters, unsigned n)
{
    struct counted_download download = download_counters_find(counters, CRATE, VERSION);
    assert_true(download.is_counted);
    for (unsigned i = 0; i < n; i++)
        assert_true(download_counters_add(counters, &download));
}

static void tick(const struct scene *scene, struct download_counters *counters)
{
    struct error error;
    if (download_counters_tick(counters, scene->noon, &error) != 0)
        fail_msg("%s", error.message);
}

static uint64_t counted(const struct scene *scene)
{
    return counts_in_folder(scene->folder, VERSION);
}

static bool is_moved_away(const struct scene *scene)
{
    char path[2 * FOLDER_PATH_SIZE];
    snprintf(path, sizeof path, "%s" DOWNLOAD_RECOVERY_SUFFIX, scene->path);
    return access(path, F_OK) == 0;
}

/* Plays the scene; whatever happens to the file must leave so many counted. */
static void play(struct scene *scene, void (*happen)(struct scene *scene), uint64_t expected)
{
    struct error error;
    /* cmocka has handlers of its own. */
    assert_int_equal(mapped_fault_survive(&error), 0);
    count(scene->counters, SEEN);
    tick(scene, scene->counters);
    count(scene->counters, UNSEEN);
    happen(scene);
    count(scene->counters, BETWEEN);
    tick(scene, scene->counters);
    count(scene->counters, AFTER);
    tick(scene, scene->counters);
    assert_int_equal(counted(scene), expected);

    /* Whoever starts anew adds to that. */
    close_counters(scene->counters);
    scene->counters = open_counters(scene);
    count(scene->counters, 1);
    assert_int_equal(counted(scene), expected + 1);
}

static void empty(struct scene *scene)
{
    assert_int_equal(truncate(scene->path, 0), 0);
}

/* With the file its newest counts are gone, but what is counted in its place is not. */
static void lives_on_when_it_is_emptied(void **state)
{
    struct scene *scene = *state;
    play(scene, empty, ALL - UNSEEN);
    assert_true(is_moved_away(scene));
}

static void cut_behind_the_header(struct scene *scene)
{
    assert_int_equal(truncate(scene->path, HEADER_BYTES), 0);
}

static void lives_on_when_it_is_cut_behind_the_header(void **state)
{
    play(*state, cut_behind_the_header, ALL - UNSEEN);
}

static void cut_the_ids(struct scene *scene)
{
    struct stat status;
    assert_int_equal(stat(scene->path, &status), 0);
    assert_int_equal(truncate(scene->path, status.st_size - 1), 0);
}

/* The counters are all there. */
static void loses_nothing_with_the_ids(void **state)
{
    play(*state, cut_the_ids, ALL);
}

static void write_into(const struct scene *scene, int flags, const void *bytes, size_t size)
{
    int descriptor = open(scene->path, O_WRONLY | flags);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, bytes, size), size);
    close(descriptor);
}

static void add_bytes(struct scene *scene)
{
    write_into(scene, O_APPEND, "more", 4);
}

static void loses_nothing_when_bytes_are_added(void **state)
{
    play(*state, add_bytes, ALL);
}

static void overwrite_header(struct scene *scene)
{
    static const char text[] = "nothing of ours";
    write_into(scene, 0, text, sizeof text);
}

/* Bytes of somebody else: which of the counters are his nobody knows. */
static void keeps_what_was_seen_when_it_is_overwritten(void **state)
{
    play(*state, overwrite_header, SEEN + AFTER);
}

static void put_an_empty_copy_back(struct scene *scene)
{
    size_t size;
    char *bytes = file_read(scene->path, &size);
    size_t n_versions = (size - HEADER_BYTES) / 16;
    memset(bytes + HEADER_BYTES, 0, n_versions * sizeof(uint64_t));
    write_into(scene, O_TRUNC, bytes, size);
    free(bytes);
}

/* A sound file, as a backup has it: counters never go back. */
static void notices_that_an_older_copy_came_back(void **state)
{
    struct scene *scene = *state;
    struct error error;
    assert_int_equal(mapped_fault_survive(&error), 0);
    count(scene->counters, SEEN);
    tick(scene, scene->counters);
    put_an_empty_copy_back(scene);
    tick(scene, scene->counters);
    assert_true(is_moved_away(scene));
    assert_int_equal(counted(scene), SEEN);
}

static void remove_file(struct scene *scene)
{
    assert_int_equal(unlink(scene->path), 0);
}

static void loses_nothing_when_it_is_removed(void **state)
{
    play(*state, remove_file, ALL);
}

static void move_file(struct scene *scene)
{
    char other[FOLDER_PATH_SIZE];
    assert_int_equal(
        rename(scene->path, folder_join(other, scene->folder, "another-name.downloads")), 0);
}

/* Who moved it has its counts; none is counted twice. */
static void leaves_a_file_to_who_moved_it(void **state)
{
    play(*state, move_file, ALL);
}

static void waits_for_its_folder(void **state)
{
    struct scene *scene = *state;
    struct error error;
    count(scene->counters, SEEN);
    tick(scene, scene->counters);
    folder_remove(scene->folder);
    count(scene->counters, BETWEEN);
    assert_int_equal(download_counters_tick(scene->counters, scene->noon, &error), -1);
    assert_non_null(strstr(error.message, "is not where it was any more: cannot count downloads"));
    assert_non_null(strstr(error.message, scene->folder));
    count(scene->counters, AFTER);
    assert_int_equal(mkdir(scene->folder, 0777), 0);
    tick(scene, scene->counters);
    assert_int_equal(counted(scene), SEEN + BETWEEN + AFTER);
}

/* The server has opened another index: versions that are new are counted, and old ones further. */
static void follows_another_index(void **state)
{
    static const struct dump_file files[] = {
        BUILT_TIME("2020-11-02T02:00:00Z"),
        BUILT_TABLE("crates", CRATES_COLUMNS "\n1,one,2020-01-01,2020-01-01,,,,\n"),
        BUILT_TABLE("versions", VERSIONS_COLUMNS "\n12,1,1.0.0,2020-01-01,f,40,2020-01-01\n"
                                                 "99,1,2.0.0,2020-01-01,f,40,2020-01-01\n"),
        BUILT_END,
    };
    struct scene *scene = *state;
    struct built_index other;
    struct error error;
    built_index_from_files(&other, files);
    count(scene->counters, SEEN);
    assert_false(download_counters_find(scene->counters, CRATE, 99).is_counted);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(download_counters_follow(scene->counters, other.index, &error), 0);
        tick(scene, scene->counters);
    }
    struct counted_download download = download_counters_find(scene->counters, CRATE, 99);
    assert_true(download.is_counted && download_counters_add(scene->counters, &download));
    count(scene->counters, AFTER);
    assert_int_equal(counted(scene), SEEN + AFTER);
    assert_int_equal(folder_count(scene->folder), 2);
    built_index_remove(&other);
}

/* Two servers add to one file. */
static void shares_what_is_kept(void **state)
{
    struct scene *scene = *state;
    struct error error;
    struct download_counters *other = open_counters(scene);
    assert_int_equal(mapped_fault_survive(&error), 0);
    count(scene->counters, SEEN);
    count(other, SEEN);
    tick(scene, scene->counters);
    tick(scene, other);
    empty(scene);
    count(scene->counters, BETWEEN);
    count(other, BETWEEN);
    tick(scene, other);
    tick(scene, scene->counters);
    count(scene->counters, AFTER);
    count(other, AFTER);
    assert_int_equal(counted(scene), 2 * (SEEN + BETWEEN + AFTER));
    close_counters(other);
}

/* A lock that anybody may take for as long as he likes. */
static void is_not_held_up_by_a_lock(void **state)
{
    struct scene *scene = *state;
    struct error error;
    assert_int_equal(mapped_fault_survive(&error), 0);
    count(scene->counters, SEEN);
    tick(scene, scene->counters);
    int locked = open(scene->path, O_RDONLY);
    assert_true(locked >= 0 && flock(locked, LOCK_SH) == 0);
    cut_behind_the_header(scene);
    count(scene->counters, BETWEEN);
    alarm(PATIENCE_SECONDS);
    assert_int_equal(download_counters_tick(scene->counters, scene->noon, &error), -1);
    assert_non_null(strstr(error.message, "another program has locked it"));
    assert_null(download_counters_open(scene->folder, scene->built.index, scene->noon, &error));
    assert_non_null(strstr(error.message, "another program has locked it"));
    alarm(0);
    close(locked);
    tick(scene, scene->counters);
    count(scene->counters, AFTER);
    assert_int_equal(counted(scene), SEEN + BETWEEN + AFTER);
}

/* Flips a byte of the file and opens it anew. */
static void start_with_flipped(struct scene *scene, size_t at, uint64_t expected)
{
    size_t size;
    count(scene->counters, SEEN);
    close_counters(scene->counters);
    char *bytes = file_read(scene->path, &size);
    bytes[at < size ? at : size - 1] ^= 1;
    file_write(scene->path, bytes, size);
    free(bytes);
    scene->counters = open_counters(scene);
    assert_true(is_moved_away(scene));
    assert_int_equal(counted(scene), expected);
}

static void starts_with_a_damaged_header(void **state)
{
    start_with_flipped(*state, 20, SEEN);
}

/* No version is downloaded so often: that counter is lost, all others stay. */
static void drops_an_impossible_counter(void **state)
{
    struct scene *scene = *state;
    const uint64_t value = UINT64_MAX / 3;
    count(scene->counters, SEEN);
    close_counters(scene->counters);
    int descriptor = open(scene->path, O_WRONLY);
    assert_true(descriptor >= 0);
    assert_int_equal(pwrite(descriptor, &value, sizeof value, HEADER_BYTES), sizeof value);
    close(descriptor);
    scene->counters = open_counters(scene);
    for (int i = 0; i < 3; i++)
        tick(scene, scene->counters);
    count(scene->counters, AFTER);
    assert_true(is_moved_away(scene));
    assert_int_equal(counted(scene), SEEN + AFTER);
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
    struct scene *scene = *state;
    char other[2 * FOLDER_PATH_SIZE];
    for (unsigned i = 1; i <= 3; i++) {
        close_counters(scene->counters);
        file_write(scene->path, "no counts", 9);
        scene->counters = open_counters(scene);
        assert_int_equal(counted(scene), 0);
    }
    /* None took the place of another. */
    assert_true(is_moved_away(scene));
    snprintf(other, sizeof other, "%s" DOWNLOAD_RECOVERY_SUFFIX ".3", scene->path);
    assert_int_equal(access(other, F_OK), 0);
}

static void starts_with_a_file_that_was_cut(void **state)
{
    struct scene *scene = *state;
    count(scene->counters, SEEN);
    close_counters(scene->counters);
    cut_the_ids(scene);
    scene->counters = open_counters(scene);
    assert_int_equal(counted(scene), SEEN);
    close_counters(scene->counters);
    empty(scene);
    scene->counters = open_counters(scene);
    assert_int_equal(counted(scene), 0);
}

/* Not damaged: it stays where it is. */
static void moves_no_file_that_it_may_not_write(void **state)
{
    struct scene *scene = *state;
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
    assert_false(is_moved_away(scene));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lives_on_when_it_is_emptied),
        TEST(lives_on_when_it_is_cut_behind_the_header),
        TEST(loses_nothing_with_the_ids),
        TEST(loses_nothing_when_bytes_are_added),
        TEST(keeps_what_was_seen_when_it_is_overwritten),
        TEST(notices_that_an_older_copy_came_back),
        TEST(loses_nothing_when_it_is_removed),
        TEST(leaves_a_file_to_who_moved_it),
        TEST(waits_for_its_folder),
        TEST(follows_another_index),
        TEST(shares_what_is_kept),
        TEST(is_not_held_up_by_a_lock),
        TEST(starts_with_a_damaged_header),
        TEST(starts_with_damaged_ids),
        TEST(drops_an_impossible_counter),
        TEST(starts_with_a_file_of_another_kind),
        TEST(starts_with_a_file_that_was_cut),
        TEST(moves_no_file_that_it_may_not_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
