/* The parts of an index file, read into memory and checked; for index_open alone. */
#ifndef CRATEDEX_INDEX_OPEN_PARTS_H
#define CRATEDEX_INDEX_OPEN_PARTS_H

#include "index/segment/open_index.h"

/* Fills the index' blocks and what points into them, and its fingerprint, on several threads:
   `database` is this thread's connection, others open the file again. The index knows its file and
   its timestamp. Returns 0, or -1 with the fault of the first part, in the order of opening, that
   has one. What was made until then stays with the index, for index_close. */
int open_parts(struct index *index, sqlite3 *database, struct error *error);

#endif
