/* The checks of what is derived from the versions. */
#ifndef CRATEDEX_INDEX_VERIFY_VERSIONS_H
#define CRATEDEX_INDEX_VERIFY_VERSIONS_H

#include "index/segment/open_index.h"

/* Every set of versions in the file is what the rows say, in both encodings. Returns 0, or -1 and
   the first fault. */
int verify_version_sets(const struct index *index, sqlite3 *database, struct error *error);

/* The reverse dependencies of every crate are numbered from 1 in their order, and each is a
   dependency on that crate by a version, not yanked, of the crate that it says. Returns 0, or -1
   and the first fault. */
int verify_reverse_dependencies(const struct index *index, sqlite3 *database, struct error *error);

#endif
