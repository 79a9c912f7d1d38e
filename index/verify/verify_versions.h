/* The checks of what is derived from the versions. */
#ifndef CRATEDEX_INDEX_VERIFY_VERSIONS_H
#define CRATEDEX_INDEX_VERIFY_VERSIONS_H

#include "index/build/build_state.h"

/* Every crate that has many versions has its set of them, and no other has, and it is what the rows
   say, in both encodings. `build` has the crates by rank, as for what follows, and is not
   changed; `database` is the index'. Returns 0, or -1 and the first fault. */
int verify_version_sets(const struct index *index, const struct build *build, sqlite3 *database,
                        struct error *error);

/* The reverse dependencies of every crate are those that its dependents' versions have, in their
   order. Returns 0, or -1 and the first fault. */
int verify_reverse_dependencies(struct build *build, struct error *error);

#endif
