/* Crates whose default version depends on a crate. */
#ifndef CRATEDEX_INDEX_FILTER_DEPENDENCY_H
#define CRATEDEX_INDEX_FILTER_DEPENDENCY_H

#include "index/search/filter/filter_set.h"
#include "index/segment/open_index.h"

#include <cratedex/search_query.h>

/* Keeps those that depend on the crate of that name, which may be spelled in any way, by a
   dependency of that kind: "normal", "build", "dev"; any, where `kind.data` is NULL. */
void filter_dependency_keep(struct filter_set *set, const struct index *index,
                            struct search_string name, struct search_string kind);

#endif
