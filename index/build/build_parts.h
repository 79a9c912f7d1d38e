/* The parts of an index that are held in memory. */
#ifndef CRATEDEX_INDEX_BUILD_PARTS_H
#define CRATEDEX_INDEX_BUILD_PARTS_H

#include "index/build/build_state.h"

/* Writes all of them. Returns 0 or -1. */
int build_write_parts(struct build *build, struct error *error);

#endif
