/* The precomputed pages of lists. */
#ifndef CRATEDEX_INDEX_BUILD_PAGES_H
#define CRATEDEX_INDEX_BUILD_PAGES_H

#include "index/build/build_state.h"

/* Writes them. Returns 0 or -1. */
int build_write_pages(struct build *build, struct error *error);

#endif
