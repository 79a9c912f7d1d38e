/* Whether every text of the tables can be put into an answer. */
#ifndef CRATEDEX_INDEX_VERIFY_TEXTS_H
#define CRATEDEX_INDEX_VERIFY_TEXTS_H

#include <cratedex/error.h>
#include <sqlite3.h>

/* Returns 0, or -1 and the first table that has a text which is not UTF-8. */
int verify_texts(sqlite3 *database, struct error *error);

#endif
