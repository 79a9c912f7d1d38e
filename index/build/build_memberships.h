/* The links from crates to keywords, categories and owners. */
#ifndef CRATEDEX_INDEX_BUILD_MEMBERSHIPS_H
#define CRATEDEX_INDEX_BUILD_MEMBERSHIPS_H

#include "index/build/build_state.h"

/* Writes them by rank, as rows. Returns 0 or -1. */
int build_write_links(struct build *build, struct error *error);

/* The same as a part, which stays in `memberships`. */
int build_write_memberships(struct build *build, struct error *error);

#endif
