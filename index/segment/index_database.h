/* SQLite connections to an index file; for the library's own sources only. */
#ifndef CRATEDEX_INDEX_INDEX_DATABASE_H
#define CRATEDEX_INDEX_INDEX_DATABASE_H

#include "index/segment/pages_vfs.h"

/* A connection that reads the pages, which came from pages_vfs_open. NULL on failure. */
sqlite3 *index_database_connect(const struct index_pages *pages, struct error *error);

#endif
