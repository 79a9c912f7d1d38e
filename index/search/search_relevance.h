/* The order of relevance. */
#ifndef CRATEDEX_INDEX_SEARCH_RELEVANCE_H
#define CRATEDEX_INDEX_SEARCH_RELEVANCE_H

#include "index/search/search_state.h"
#include "index/search/seek_key.h"

#include <cratedex/error.h>
#include <cratedex/search_query.h>

/* Fills the result for the plan of `search`. `after` is NULL without a seek key. Returns 0 or -1
   (memory). */
int search_by_relevance(struct search *search, const struct search_query *query,
                        const uint64_t *filter, const struct seek_key *after,
                        struct search_result *result, struct error *error);

#endif
