/* Rows that point at others. */
#ifndef CRATEDEX_INDEX_BUILD_REFERENCES_H
#define CRATEDEX_INDEX_BUILD_REFERENCES_H

#include "index/build/build_state.h"

/* Removes rows that point nowhere, and counts them. Returns 0 or -1. */
int build_check_references(struct build *build, struct error *error);

#endif
