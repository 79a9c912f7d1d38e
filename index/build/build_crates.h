/* The crates of an index. */
#ifndef CRATEDEX_INDEX_BUILD_CRATES_H
#define CRATEDEX_INDEX_BUILD_CRATES_H

#include "index/build/build_state.h"

/* Writes `crates`, their documents and the full-text index. Returns 0 or -1. */
int build_write_crates(struct build *build, struct error *error);

#endif
