/* Crates that a text finds by their names alone. */
#ifndef CRATEDEX_INDEX_FILTER_NAMES_H
#define CRATEDEX_INDEX_FILTER_NAMES_H

#include "index/search/filter/filter_set.h"
#include "index/search/plan/search_plan.h"
#include "index/segment/open_index.h"

/* Keeps the crates in whose name every word of the plan occurs, by its stem or, of the last, as the
   beginning of a longer word; whose name contains the text; or that the text names. */
void filter_names_keep(struct filter_set *set, const struct index *index,
                       const struct search_plan *plan);

#endif
