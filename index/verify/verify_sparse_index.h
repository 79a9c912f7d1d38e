/* Checks the sparse-index texts of an index. */
#ifndef CRATEDEX_INDEX_VERIFY_SPARSE_INDEX_H
#define CRATEDEX_INDEX_VERIFY_SPARSE_INDEX_H

#include <cratedex/error.h>
#include <cratedex/index_file.h>
#include <sqlite3.h>

/* Every crate with versions has a text, and no other; every text decompresses, and its lines are as
   many JSON objects as the crate has versions, each with the crate's name, and their numbers are
   those of the versions. Returns 0, or -1 and the first fault. */
int verify_sparse_index(const struct index *index, sqlite3 *database, struct error *error);

#endif
