/* The versions that crates show. */
#ifndef CRATEDEX_INDEX_BUILD_VERSIONS_H
#define CRATEDEX_INDEX_BUILD_VERSIONS_H

#include "index/build/build_state.h"

/* Finds those of all `crates`. Returns 0 or -1. */
int build_find_versions(struct build *build, struct error *error);

#endif
