/* An explanation of a hit in words, for a person at a terminal. */
#ifndef CRATEDEX_INDEX_CLI_EXPLAIN_H
#define CRATEDEX_INDEX_CLI_EXPLAIN_H

#include "index/cli/table.h"

#include <cratedex/error.h>
#include <cratedex/search.h>

/* Adds the explanation of a hit of the search that this reader ran last as notes to the table's
   last row: where its place comes from, what its score is made of, then a line for each word.
   Returns 0 or -1. */
int explain_hit(struct table *table, struct search *search, const struct search_hit *hit,
                struct error *error);

#endif
