/* Reverse dependencies. */
#ifndef CRATEDEX_INDEX_BUILD_DEPENDENTS_H
#define CRATEDEX_INDEX_BUILD_DEPENDENTS_H

#include "index/build/build_state.h"

/* Writes them in their order. Returns 0 or -1. */
int build_write_dependents(struct build *build, struct error *error);

/* A statement that gives their rows instead. NULL on failure. */
sqlite3_stmt *build_select_dependents(struct build *build, struct error *error);

#endif
