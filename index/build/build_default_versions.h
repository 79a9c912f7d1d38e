/* What rows say of default versions. */
#ifndef CRATEDEX_INDEX_BUILD_DEFAULT_VERSIONS_H
#define CRATEDEX_INDEX_BUILD_DEFAULT_VERSIONS_H

#include "index/build/build_state.h"

/* One row of the default version of a crate. Returns 0 or -1. */
typedef int default_version_visit(void *context, uint32_t rank, sqlite3_stmt *row,
                                  struct error *error);

/* Visits every row that `sql` gives of the default version of a crate, whose id is its ?1. The
   crates come in the order of these ids. Returns 0 or -1. */
int build_visit_default_versions(struct build *build, const char *sql, default_version_visit *visit,
                                 void *context, struct error *error);

#endif
