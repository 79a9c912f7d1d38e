/* The objects of the versions of crates that have many. */
#ifndef CRATEDEX_INDEX_BUILD_VERSION_SETS_H
#define CRATEDEX_INDEX_BUILD_VERSION_SETS_H

#include "index/build/build_state.h"

/* Writes them. Returns 0 or -1. */
int build_write_version_sets(struct build *build, struct error *error);

#endif
