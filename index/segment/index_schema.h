/* What an index file has: its tables and the indexes over them. */
#ifndef CRATEDEX_INDEX_INDEX_SCHEMA_H
#define CRATEDEX_INDEX_INDEX_SCHEMA_H

#include <cratedex/error.h>
#include <sqlite3.h>
#include <stdbool.h>

/* SQL that makes the tables in an empty database. */
extern const char *const index_schema_tables;
/* SQL that makes the indexes. They are built when their tables are full: sorted once instead of
   grown at random. */
extern const char *const index_schema_indexes;
/* SQL that makes the table that only an index with READMEs has. */
extern const char *const index_schema_readmes;

/* Compares the whole schema of an open database with what these make, to the letter. Returns 0 or
   -1; `error` names the first object that one has and the other has not, or not so.
   `*has_readmes` becomes whether it has their table. */
int index_schema_check(sqlite3 *database, bool *has_readmes, struct error *error);

#endif
