/* Which crates the filters of a query let through. */
#ifndef CRATEDEX_INDEX_SEARCH_FILTER_H
#define CRATEDEX_INDEX_SEARCH_FILTER_H

#include "index/search/filter/filter_set.h"
#include "index/segment/open_index.h"

#include <cratedex/error.h>
#include <cratedex/search_query.h>
#include <stdint.h>

/* The filters of one kind, to be left out: enum search_filter_kind. The query's own keywords are of
   the kind KEYWORD, and its category of CATEGORY. */
#define SEARCH_FILTER_BIT(kind) (UINT32_C(1) << (kind))

/* Narrows a set that was begun by all filters of the query but those of the kinds in `left_out`
   (SEARCH_FILTER_BIT) and those that look at words (filter_words.h). Some microseconds a filter.
   Returns 0 or -1 (memory). */
int search_filter_narrow(struct filter_set *set, const struct index *index,
                         const struct search_query *query, uint32_t left_out, struct error *error);

#endif
