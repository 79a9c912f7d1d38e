/* The order of popularity. */
#ifndef CRATEDEX_INDEX_BUILD_RANK_H
#define CRATEDEX_INDEX_BUILD_RANK_H

#include "index/build/build_state.h"

/* Computes `crates` and sorts them by popularity. Returns 0 or -1. */
int build_rank_crates(struct build *build, struct error *error);

#endif
