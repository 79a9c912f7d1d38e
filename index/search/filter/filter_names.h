/* Crates that a text finds by their names alone. */
#ifndef CRATEDEX_INDEX_FILTER_NAMES_H
#define CRATEDEX_INDEX_FILTER_NAMES_H

#include "index/search/filter/filter_set.h"
#include "index/search/plan/search_plan.h"

/* Keeps the crates in whose name every word of the plan occurs, by its stem or, of the last, as the
   beginning of a longer word; whose name contains the text; or that the text names. `scratch` is
   another bitmap of ranks, which is overwritten. */
void filter_names_keep(struct filter_set *set, const struct search_plan *plan, uint64_t *scratch);

#endif
