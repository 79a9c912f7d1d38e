/* How many of some crates have each value of an attribute. */
#ifndef CRATEDEX_INDEX_VALUE_COUNTS_H
#define CRATEDEX_INDEX_VALUE_COUNTS_H

#include "index/segment/crate_values.h"

/* Counts for each value of the `attributes` (a bit each, 1 << enum crate_attribute) how many of the
   crates have it whose ranks are marked in `selected`, a bitmap with a bit for every rank and no
   other. The counts of an attribute are stored by number: each array has room for n_values + 1, of
   which the first is of no meaning. Some nanoseconds a value of a crate. */
void value_counts_find(const struct crate_values *values, unsigned attributes,
                       const uint64_t *selected, uint32_t *const counts[N_CRATE_ATTRIBUTES]);

#endif
