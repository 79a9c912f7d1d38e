/* Crates by their id. */
#ifndef CRATEDEX_INDEX_BUILD_CRATE_TABLE_H
#define CRATEDEX_INDEX_BUILD_CRATE_TABLE_H

#include "index/build/build_state.h"

/* The crate with that id while `crates` is sorted by id; NULL where there is none. */
struct build_crate *build_find_crate(struct build *build, int64_t id);

#endif
