/* Which crates the filters of a query let through. */
#ifndef CRATEDEX_INDEX_SEARCH_FILTER_H
#define CRATEDEX_INDEX_SEARCH_FILTER_H

#include "index/search/search_state.h"

#include <cratedex/error.h>
#include <cratedex/search_query.h>

/* Turns the query's filters into a bitmap of ranks (`search->filter`); `*filter` is NULL where
   everything passes. Returns 0 or -1 (I/O). */
int search_filter_build(struct search *search, const struct search_query *query,
                        const uint64_t **filter, struct error *error);

#endif
