/* The downloads that servers counted. */
#ifndef CRATEDEX_INDEX_BUILD_DOWNLOADS_H
#define CRATEDEX_INDEX_BUILD_DOWNLOADS_H

#include "index/build/build_state.h"

/* Adds them to the dump's, and sets `downloads_day`. Returns 0 or -1. */
int build_fold_downloads(struct build *build, struct error *error);

#endif
