/* The dump's rows. */
#ifndef CRATEDEX_INDEX_BUILD_READ_H
#define CRATEDEX_INDEX_BUILD_READ_H

#include "index/build/build_state.h"

/* Reads them into the tables. Returns 0, or -1 and which file, row and column is wrong. */
int build_read_dump(struct build *build, struct error *error);

#endif
