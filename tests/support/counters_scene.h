/* Download counters of a day, in a folder, of an index that was built for them. Every function
   fails the test where it cannot do its work. */
#ifndef CRATEDEX_TESTS_SUPPORT_COUNTERS_SCENE_H
#define CRATEDEX_TESTS_SUPPORT_COUNTERS_SCENE_H

#include "server/service/download_counters.h"
#include "tests/support/built_index.h"
#include "tests/support/folder.h"

#include <stdbool.h>
#include <stdint.h>

/* The version that is counted. */
#define COUNTERS_CRATE 1
#define COUNTERS_VERSION 12
/* Of a file, before its counters. */
#define COUNTERS_HEADER_BYTES 4096

struct counters_scene {
    struct built_index built;
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE]; /* of the file of the day */
    int64_t noon;                /* of that day */
    struct download_counters *counters;
};

/* cmocka's setup and teardown: `*state` is a struct counters_scene. */
int counters_scene_start(void **state);
int counters_scene_stop(void **state);

/* Other counters of the same folder and day; the caller's to close. */
struct download_counters *counters_scene_open(const struct counters_scene *scene);
void counters_scene_close(struct download_counters *counters);

/* Counts downloads of one version. */
void counters_scene_count(struct download_counters *counters, unsigned n);

/* What a server does every second. */
void counters_scene_tick(const struct counters_scene *scene, struct download_counters *counters);

/* How many of that version a build would add. */
uint64_t counters_scene_counted(const struct counters_scene *scene);

/* Whether the file of the day was taken for damaged. */
bool counters_scene_is_moved_away(const struct counters_scene *scene);

/* Cuts the whole file off, or the last of its ids. */
void counters_scene_empty(struct counters_scene *scene);
void counters_scene_cut_ids(struct counters_scene *scene);

#endif
