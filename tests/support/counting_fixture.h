/* A server that counts downloads, and what it counted. The dump is older than any clock that runs a
   test, so that "today" is the day of the counters. Every function fails the test where it cannot
   do its work. */
#ifndef CRATEDEX_TESTS_SUPPORT_COUNTING_FIXTURE_H
#define CRATEDEX_TESTS_SUPPORT_COUNTING_FIXTURE_H

#include "tests/support/built_index.h"
#include "tests/support/folder.h"
#include "tests/support/http_fixture.h"

#include <stdint.h>

/* Crate `one` has six versions, with ids from 11 to 16, of which the graph shows five; `two` has
   21. */
extern const struct dump_file counting_dump[];

struct counting_fixture {
    struct built_index built;
    char folder[FOLDER_PATH_SIZE]; /* of the counts */
    const char *arguments[5];      /* of the server */
    struct http_fixture http;
};

/* cmocka's setup and teardown: `*state` is a struct counting_fixture. */
int counting_fixture_start(void **state);
int counting_fixture_stop(void **state);

/* What a build would read of a version out of a folder of counts: that of all its files together.
   Files that are damaged, and moved away, are none. */
uint64_t counts_in_folder(const char *folder, int64_t version_id);

#endif
