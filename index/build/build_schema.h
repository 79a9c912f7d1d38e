/* The tables of an index that is being built. */
#ifndef CRATEDEX_INDEX_BUILD_SCHEMA_H
#define CRATEDEX_INDEX_BUILD_SCHEMA_H

#include <cratedex/error.h>
#include <sqlite3.h>
#include <stdbool.h>

/* Creates all tables, those of the dump included; that of READMEs only where they are kept. Returns
   0 or -1. */
int build_create_schema(sqlite3 *database, bool keep_readmes, struct error *error);

#endif
