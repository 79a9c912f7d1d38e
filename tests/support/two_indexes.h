/* The sample and another index of which nothing looks alike, for servers that get the one in place
   of the other. Every function fails the test where it cannot do its work. */
#ifndef CRATEDEX_TESTS_SUPPORT_TWO_INDEXES_H
#define CRATEDEX_TESTS_SUPPORT_TWO_INDEXES_H

#include "tests/support/built_index.h"

#include <stddef.h>

/* The other: it has `json`, and `serde` with the one version 7.0.0. */
void other_index_make(struct built_index *built);

struct index_bytes {
    char *bytes;
    size_t size;
};

/* Both as they lie in files. */
struct two_indexes {
    struct index_bytes sample;
    struct index_bytes other;
};

void two_indexes_make(struct two_indexes *indexes);
void two_indexes_free(struct two_indexes *indexes);

/* Those of a group of tests, and cmocka's setup and teardown that make and free them: they are the
   group's state as well. */
extern struct two_indexes group_indexes;
int two_indexes_setup(void **state);
int two_indexes_teardown(void **state);

#endif
