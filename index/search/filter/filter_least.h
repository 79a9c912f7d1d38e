/* Crates with at least as much of something that lists are ordered by: downloaded so often, updated
   or created then or later. */
#ifndef CRATEDEX_INDEX_FILTER_LEAST_H
#define CRATEDEX_INDEX_FILTER_LEAST_H

#include "index/search/filter/filter_set.h"
#include "index/segment/open_index.h"

/* Keeps those whose value of the order (any but the alphabetical) is `least` or more. */
void filter_least_keep(struct filter_set *set, const struct index *index, enum crate_order order,
                       int64_t least);

#endif
