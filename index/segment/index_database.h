/* The SQLite file behind an index; for the library's own sources only. */
#ifndef CRATEDEX_INDEX_INDEX_DATABASE_H
#define CRATEDEX_INDEX_INDEX_DATABASE_H

#include <cratedex/error.h>
#include <sqlite3.h>

struct index;

/* Opens the SQLite file read-only and checks that it is an index of this format. NULL on
   failure. */
sqlite3 *index_database_open(const char *path, struct error *error);

/* The same for the file of an index, which must be at its path still. */
sqlite3 *index_database_reopen(const struct index *index, struct error *error);

#endif
