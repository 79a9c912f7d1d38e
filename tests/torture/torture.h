/* What is tortured: kinds of files, each of which is made once and then, for every number, changed
   in a way that follows from the number and read as the programs read it. */
#ifndef CRATEDEX_TESTS_TORTURE_TORTURE_H
#define CRATEDEX_TESTS_TORTURE_TORTURE_H

#include "tests/support/folder.h"

#include <cratedex/error.h>
#include <stdint.h>

enum torture_end {
    TORTURE_REFUSED, /* in words */
    TORTURE_TAKEN,   /* it was read */
    TORTURE_WRONG,   /* neither: `error` says how */
};

struct torture_kind {
    const char *name;
    /* Makes the good file in a folder, for this process and its children. */
    void (*prepare)(const char *folder);
    /* Changes it by the seed and reads it, in a folder of the worker's own. */
    enum torture_end (*run)(const char *folder, uint64_t *seed, struct error *error);
};

extern const struct torture_kind torture_index;
extern const struct torture_kind torture_rows;
extern const struct torture_kind torture_dump;
extern const struct torture_kind torture_counts;

/* The end of a call that failed with `error`: wrong unless that is a sentence of one line. */
enum torture_end torture_refused(struct error *error);

#endif
