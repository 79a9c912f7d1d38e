/* Crates that can be used under given licences. */
#ifndef CRATEDEX_INDEX_FILTER_LICENSE_H
#define CRATEDEX_INDEX_FILTER_LICENSE_H

#include "index/search/filter/filter_set.h"
#include "index/segment/open_index.h"

#include <cratedex/error.h>
#include <cratedex/search_filter_list.h>

/* Keeps those whose default version's licence expression can be met by the `n` filters, values of
   CRATE_ATTRIBUTE_LICENSE, together. Returns 0 or -1 (memory). */
int filter_license_keep(struct filter_set *set, const struct index *index,
                        const struct search_filters *filters, const struct search_filter *first,
                        uint32_t n, struct error *error);

#endif
