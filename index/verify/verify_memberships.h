/* The check of what belongs to what. */
#ifndef CRATEDEX_INDEX_VERIFY_MEMBERSHIPS_H
#define CRATEDEX_INDEX_VERIFY_MEMBERSHIPS_H

#include "index/segment/open_index.h"

/* The lists in memory have every link of the tables of keywords, categories and owners, and no
   other. Returns 0, or -1 and the first fault. */
int verify_memberships(const struct index *index, sqlite3 *database, struct error *error);

#endif
