/* What the crates that a search found have, counted. */
#ifndef CRATEDEX_INDEX_FACET_COUNTS_H
#define CRATEDEX_INDEX_FACET_COUNTS_H

#include "index/search/search_state.h"

#include <cratedex/error.h>
#include <cratedex/search_facets.h>
#include <cratedex/search_query.h>

/* Counts the facets that the query asks for, after the search was run: `filter` (NULL: none) is
   what the query's filters let through, and search->matched what its text matches, where it has
   one. Fills search->facets; search->filter and search->selected are overwritten. Returns 0 or -1
   (memory, I/O). */
int facet_counts_find(struct search *search, const struct search_query *query,
                      const uint64_t *filter, struct error *error);

#endif
