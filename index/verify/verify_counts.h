/* Whether numbers of rows are what other tables lead one to expect. */
#ifndef CRATEDEX_INDEX_VERIFY_COUNTS_H
#define CRATEDEX_INDEX_VERIFY_COUNTS_H

#include <cratedex/error.h>
#include <sqlite3.h>

/* Returns 0, or -1 and the first that is not. */
int verify_counts(sqlite3 *database, struct error *error);

#endif
