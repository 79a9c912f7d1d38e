/* What an index file has: its tables and the indexes over them. */
#ifndef CRATEDEX_INDEX_INDEX_SCHEMA_H
#define CRATEDEX_INDEX_INDEX_SCHEMA_H

#include <cratedex/error.h>
#include <sqlite3.h>

/* SQL that makes the tables in an empty database. */
extern const char *const index_schema_tables;
/* SQL that makes the indexes. They are built when their tables are full: sorted once instead of
   grown at random. */
extern const char *const index_schema_indexes;

/* Compares the whole schema of an open database with what these two make, to the letter. Returns 0
   or -1; `error` names the first object that one has and the other has not, or not so. */
int index_schema_check(sqlite3 *database, struct error *error);

#endif
