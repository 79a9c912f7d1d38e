/* The result of a query as JSON, as programs want it. */
#ifndef CRATEDEX_INDEX_CLI_QUERY_JSON_H
#define CRATEDEX_INDEX_CLI_QUERY_JSON_H

#include "index/cli/reading.h"

#include <cratedex/error.h>
#include <cratedex/search.h>

/* Prints {"crates": [{"tier", "score", "crate"}], "meta": {…}} and a newline to standard output;
   `members` says what each crate has besides (search_hit.h). The search must be the reader's last.
   Returns 0 or -1. */
int query_json_print(struct reading *reading, const struct search_query *query,
                     const struct search_result *result, unsigned members, struct error *error);

#endif
