/* Checks the sparse-index texts of an index. */
#ifndef CRATEDEX_INDEX_VERIFY_SPARSE_INDEX_H
#define CRATEDEX_INDEX_VERIFY_SPARSE_INDEX_H

#include "index/build/build_state.h"

/* Every crate with versions has a text, and no other; each is what its versions and their
   dependencies say, byte by byte, and as old as they are. `build` has the columns of all crates,
   and is not changed; `database` is the index'. Returns 0, or -1 and the first fault. */
int verify_sparse_index(const struct index *index, const struct build *build, sqlite3 *database,
                        struct error *error);

#endif
