/* The steps of a search, each in a source of its own: what the text comes to (search_plan.c), which
   crates match it (search_scan.c), which pass the filters (search_filter.c), which of them come
   next, in a given order (search_order.c) or by relevance (search_relevance.c). */
#ifndef CRATEDEX_INDEX_SEARCH_STEPS_H
#define CRATEDEX_INDEX_SEARCH_STEPS_H

#include "index/search/search_state.h"
#include "index/search/seek_key.h"

#include <cratedex/search.h>

/* Turns the query's filters into a bitmap of ranks (`search->filter`); `*filter` is NULL where
   everything passes. Returns 0 or -1 (I/O). */
int search_filter_build(struct search *search, const struct search_query *query,
                        const uint64_t **filter, struct error *error);

/* The precomputed order behind a sort; alphabetical for relevance. */
enum crate_order search_order_of(enum search_sort sort);

/* Fills the result for an order that a list walks along: every sort but relevance. `after` is NULL
   without a seek key. */
void search_in_order(struct search *search, const struct search_query *query,
                     const uint64_t *filter, const struct seek_key *after,
                     struct search_result *result);

#endif
