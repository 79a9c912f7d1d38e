/* The day is one on which nobody runs a test, told to the counters instead of a clock. */
#include "tests/support/counters_scene.h"

#include "tests/support/counting_fixture.h"

#include <cratedex/download_recovery.h>
#include <cratedex/timestamp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct download_counters *counters_scene_open(const struct counters_scene *scene)
{
    struct error error;
    struct download_counters *counters =
        download_counters_open(scene->folder, scene->built.index, scene->noon, &error);
    if (counters == NULL)
        fail_msg("%s", error.message);
    return counters;
}

void counters_scene_close(struct download_counters *counters)
{
    struct error error;
    if (download_counters_close(counters, &error) != 0)
        fail_msg("%s", error.message);
}

int counters_scene_start(void **state)
{
    struct counters_scene *scene = calloc(1, sizeof *scene);
    char name[128];
    int64_t microseconds;
    assert_non_null(scene);
    built_index_from_files(&scene->built, counting_dump);
    folder_make(scene->folder);
    assert_int_equal(timestamp_parse("2026-11-25T12:00:00Z", 20, &microseconds), 0);
    scene->noon = microseconds / 1000000;
    scene->counters = counters_scene_open(scene);
    snprintf(name, sizeof name, "2026-11-25-%s.downloads", index_fingerprint(scene->built.index));
    folder_join(scene->path, scene->folder, name);
    *state = scene;
    return 0;
}

int counters_scene_stop(void **state)
{
    struct counters_scene *scene = *state;
    counters_scene_close(scene->counters);
    folder_remove(scene->folder);
    built_index_remove(&scene->built);
    free(scene);
    return 0;
}

void counters_scene_count(struct download_counters *counters, unsigned n)
{
    struct counted_download download =
        download_counters_find(counters, COUNTERS_CRATE, COUNTERS_VERSION);
    assert_true(download.is_counted);
    for (unsigned i = 0; i < n; i++)
        assert_true(download_counters_add(counters, &download));
}

void counters_scene_tick(const struct counters_scene *scene, struct download_counters *counters)
{
    struct error error;
    if (download_counters_tick(counters, scene->noon, &error) != 0)
        fail_msg("%s", error.message);
}

uint64_t counters_scene_counted(const struct counters_scene *scene)
{
    return counts_in_folder(scene->folder, COUNTERS_VERSION);
}

bool counters_scene_is_moved_away(const struct counters_scene *scene)
{
    char path[2 * FOLDER_PATH_SIZE];
    snprintf(path, sizeof path, "%s" DOWNLOAD_RECOVERY_SUFFIX, scene->path);
    return access(path, F_OK) == 0;
}

void counters_scene_empty(struct counters_scene *scene)
{
    assert_int_equal(truncate(scene->path, 0), 0);
}

void counters_scene_cut_ids(struct counters_scene *scene)
{
    struct stat status;
    assert_int_equal(stat(scene->path, &status), 0);
    assert_int_equal(truncate(scene->path, status.st_size - 1), 0);
}
