/* What cargo reads about each crate. */
#ifndef CRATEDEX_INDEX_BUILD_SPARSE_INDEX_H
#define CRATEDEX_INDEX_BUILD_SPARSE_INDEX_H

#include "index/build/build_state.h"

/* Writes it. Returns 0 or -1. */
int build_write_sparse_index(struct build *build, struct error *error);

#endif
