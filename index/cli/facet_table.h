/* Facets of a search in a terminal, or as rows for a program. */
#ifndef CRATEDEX_INDEX_CLI_FACET_TABLE_H
#define CRATEDEX_INDEX_CLI_FACET_TABLE_H

#include <cratedex/error.h>
#include <cratedex/search_facets.h>

/* Prints a row for every value to standard output: to a terminal as a table below an empty line,
   elsewhere a line that begins with a tab: facet, value, number of crates. Returns 0 or -1. */
int facet_table_print(const struct search_facets *facets, struct error *error);

#endif
