/* The tables of an index that is being built. */
#ifndef CRATEDEX_INDEX_BUILD_SCHEMA_H
#define CRATEDEX_INDEX_BUILD_SCHEMA_H

#include <cratedex/error.h>
#include <sqlite3.h>

/* Creates all tables, those of the dump included. Returns 0 or -1. */
int build_create_schema(sqlite3 *database, struct error *error);

#endif
