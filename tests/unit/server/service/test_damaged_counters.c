/* The file of the day is cut, overwritten, removed or moved while downloads are counted in it:
   counting goes on, and what could be kept is. In each scene 3 downloads are counted before a tick,
   2 after it, then something happens to the file, and 4 more are counted before the next tick, 1
   after it. */
#include "server/service/download_counters.h"

#include "index/base/mapped_fault.h"
#include "tests/support/built_index.h"
#include "tests/support/counters_scene.h"
#include "tests/support/counting_fixture.h"
#include "tests/support/folder.h"
#include "tests/support/two_indexes.h"

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
#define DAY_SECONDS 86400
#define ALL (SEEN + UNSEEN + BETWEEN + AFTER)

#define PATIENCE_SECONDS 30

/* Plays the scene; whatever happens to the file must leave so many counted. */
static void play(struct counters_scene *scene, void (*happen)(struct counters_scene *scene),
                 uint64_t expected)
{
    struct error error;
    /* cmocka has handlers of its own. */
    assert_int_equal(mapped_fault_survive(&error), 0);
    counters_scene_count(scene->counters, SEEN);
    counters_scene_tick(scene, scene->counters);
    counters_scene_count(scene->counters, UNSEEN);
    happen(scene);
    counters_scene_count(scene->counters, BETWEEN);
    counters_scene_tick(scene, scene->counters);
    counters_scene_count(scene->counters, AFTER);
    counters_scene_tick(scene, scene->counters);
    assert_int_equal(counters_scene_counted(scene), expected);

    /* Whoever starts anew adds to that. */
    counters_scene_close(scene->counters);
    scene->counters = counters_scene_open(scene);
    counters_scene_count(scene->counters, 1);
    assert_int_equal(counters_scene_counted(scene), expected + 1);
}

/* With the file its newest counts are gone, but what is counted in its place is not. */
static void lives_on_when_it_is_emptied(void **state)
{
    struct counters_scene *scene = *state;
    play(scene, counters_scene_empty, ALL - UNSEEN);
    assert_true(counters_scene_is_moved_away(scene));
}

static void cut_behind_the_header(struct counters_scene *scene)
{
    assert_int_equal(truncate(scene->path, COUNTERS_HEADER_BYTES), 0);
}

static void lives_on_when_it_is_cut_behind_the_header(void **state)
{
    play(*state, cut_behind_the_header, ALL - UNSEEN);
}

/* The counters are all there. */
static void loses_nothing_with_the_ids(void **state)
{
    play(*state, counters_scene_cut_ids, ALL);
}

static void write_into(const struct counters_scene *scene, int flags, const void *bytes,
                       size_t size)
{
    int descriptor = open(scene->path, O_WRONLY | flags);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, bytes, size), size);
    close(descriptor);
}

static void add_bytes(struct counters_scene *scene)
{
    write_into(scene, O_APPEND, "more", 4);
}

static void loses_nothing_when_bytes_are_added(void **state)
{
    play(*state, add_bytes, ALL);
}

static void overwrite_header(struct counters_scene *scene)
{
    static const char text[] = "nothing of ours";
    write_into(scene, 0, text, sizeof text);
}

/* Bytes of somebody else: which of the counters are his nobody knows. */
static void keeps_what_was_seen_when_it_is_overwritten(void **state)
{
    play(*state, overwrite_header, SEEN + AFTER);
}

static void put_an_empty_copy_back(struct counters_scene *scene)
{
    size_t size;
    char *bytes = file_read(scene->path, &size);
    size_t n_versions = (size - COUNTERS_HEADER_BYTES) / 16;
    memset(bytes + COUNTERS_HEADER_BYTES, 0, n_versions * sizeof(uint64_t));
    write_into(scene, O_TRUNC, bytes, size);
    free(bytes);
}

/* A sound file, as a backup has it: counters never go back. */
static void notices_that_an_older_copy_came_back(void **state)
{
    struct counters_scene *scene = *state;
    struct error error;
    assert_int_equal(mapped_fault_survive(&error), 0);
    counters_scene_count(scene->counters, SEEN);
    counters_scene_tick(scene, scene->counters);
    put_an_empty_copy_back(scene);
    counters_scene_tick(scene, scene->counters);
    assert_true(counters_scene_is_moved_away(scene));
    assert_int_equal(counters_scene_counted(scene), SEEN);
}

static void remove_file(struct counters_scene *scene)
{
    assert_int_equal(unlink(scene->path), 0);
}

static void loses_nothing_when_it_is_removed(void **state)
{
    play(*state, remove_file, ALL);
}

static void move_file(struct counters_scene *scene)
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
    struct counters_scene *scene = *state;
    struct error error;
    counters_scene_count(scene->counters, SEEN);
    counters_scene_tick(scene, scene->counters);
    folder_remove(scene->folder);
    counters_scene_count(scene->counters, BETWEEN);
    assert_int_equal(download_counters_tick(scene->counters, scene->noon, &error), -1);
    assert_non_null(strstr(error.message, "is not where it was any more: cannot count downloads"));
    assert_non_null(strstr(error.message, scene->folder));
    counters_scene_count(scene->counters, AFTER);
    assert_int_equal(mkdir(scene->folder, 0777), 0);
    counters_scene_tick(scene, scene->counters);
    assert_int_equal(counters_scene_counted(scene), SEEN + BETWEEN + AFTER);
}

/* How many files below the folder are mapped. */
static unsigned count_mapped(const char *folder)
{
    char line[1024];
    unsigned n = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    assert_non_null(maps);
    while (fgets(line, sizeof line, maps) != NULL)
        n += strstr(line, folder) != NULL;
    fclose(maps);
    return n;
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
    struct counters_scene *scene = *state;
    struct built_index other;
    struct error error;
    built_index_from_files(&other, files);
    counters_scene_count(scene->counters, SEEN);
    assert_false(download_counters_find(scene->counters, COUNTERS_CRATE, 99).is_counted);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            download_counters_follow(scene->counters, other.index, scene->noon, &error), 0);
        counters_scene_tick(scene, scene->counters);
        download_counters_forget(scene->counters);
    }
    struct counted_download download = download_counters_find(scene->counters, COUNTERS_CRATE, 99);
    assert_true(download.is_counted && download_counters_add(scene->counters, &download));
    counters_scene_count(scene->counters, AFTER);
    assert_int_equal(counters_scene_counted(scene), SEEN + AFTER);
    assert_int_equal(folder_count(scene->folder), 2);
    built_index_remove(&other);
}

/* Indexes come and go: what is open does not grow with them, nor with the days. */
static void closes_what_nobody_counts_into(void **state)
{
    struct counters_scene *scene = *state;
    struct built_index other;
    struct error error;
    other_index_make(&other);
    for (int i = 0; i < 20; i++) {
        const struct index *index = i % 2 == 0 ? other.index : scene->built.index;
        int64_t now = scene->noon + i / 4 * DAY_SECONDS;
        assert_int_equal(download_counters_tick(scene->counters, now, &error), 0);
        assert_int_equal(download_counters_follow(scene->counters, index, now, &error), 0);
        /* Somebody is about to count, and does. */
        assert_true(count_mapped(scene->folder) >= 2);
        download_counters_forget(scene->counters);
        assert_int_equal(count_mapped(scene->folder), 1);
    }
    counters_scene_count(scene->counters, SEEN);
    built_index_remove(&other);
}

/* Two servers add to one file. */
static void shares_what_is_kept(void **state)
{
    struct counters_scene *scene = *state;
    struct error error;
    struct download_counters *other = counters_scene_open(scene);
    assert_int_equal(mapped_fault_survive(&error), 0);
    counters_scene_count(scene->counters, SEEN);
    counters_scene_count(other, SEEN);
    counters_scene_tick(scene, scene->counters);
    counters_scene_tick(scene, other);
    counters_scene_empty(scene);
    counters_scene_count(scene->counters, BETWEEN);
    counters_scene_count(other, BETWEEN);
    counters_scene_tick(scene, other);
    counters_scene_tick(scene, scene->counters);
    counters_scene_count(scene->counters, AFTER);
    counters_scene_count(other, AFTER);
    assert_int_equal(counters_scene_counted(scene), 2 * (SEEN + BETWEEN + AFTER));
    counters_scene_close(other);
}

/* A lock that anybody may take for as long as he likes. */
static void is_not_held_up_by_a_lock(void **state)
{
    struct counters_scene *scene = *state;
    struct error error;
    assert_int_equal(mapped_fault_survive(&error), 0);
    counters_scene_count(scene->counters, SEEN);
    counters_scene_tick(scene, scene->counters);
    int locked = open(scene->path, O_RDONLY);
    assert_true(locked >= 0 && flock(locked, LOCK_SH) == 0);
    cut_behind_the_header(scene);
    counters_scene_count(scene->counters, BETWEEN);
    alarm(PATIENCE_SECONDS);
    assert_int_equal(download_counters_tick(scene->counters, scene->noon, &error), -1);
    assert_non_null(strstr(error.message, "another program has locked it"));
    assert_null(download_counters_open(scene->folder, scene->built.index, scene->noon, &error));
    assert_non_null(strstr(error.message, "another program has locked it"));
    alarm(0);
    close(locked);
    counters_scene_tick(scene, scene->counters);
    counters_scene_count(scene->counters, AFTER);
    assert_int_equal(counters_scene_counted(scene), SEEN + BETWEEN + AFTER);
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, counters_scene_start, counters_scene_stop)

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
        TEST(closes_what_nobody_counts_into),
        TEST(shares_what_is_kept),
        TEST(is_not_held_up_by_a_lock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
