/* The orders that a list walks along. */
#ifndef CRATEDEX_INDEX_SEARCH_ORDER_H
#define CRATEDEX_INDEX_SEARCH_ORDER_H

#include "index/search/search_state.h"
#include "index/search/seek_key.h"

#include <cratedex/search_query.h>

/* The precomputed order behind a sort; alphabetical for relevance. */
enum crate_order search_order_of(enum search_sort sort);

/* Fills the result for an order that a list walks along: every sort but relevance. `after` is NULL
   without a seek key. */
void search_in_order(struct search *search, const struct search_query *query,
                     const uint64_t *filter, const struct seek_key *after,
                     struct search_result *result);

#endif
