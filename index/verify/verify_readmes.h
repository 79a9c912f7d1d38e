/* The READMEs of an index that has them. */
#ifndef CRATEDEX_INDEX_VERIFY_READMES_H
#define CRATEDEX_INDEX_VERIFY_READMES_H

#include "index/segment/open_index.h"

#include <sqlite3.h>

/* Reads each as a page does, and looks for rows that belong to no crate and for counts in meta that
   are not the table's. What they say is nowhere else in the file, but as words. Returns 0 or -1. */
int verify_readmes(const struct index *index, sqlite3 *database, struct error *error);

#endif
