/* Crates that build with a version of Rust. */
#ifndef CRATEDEX_INDEX_FILTER_RUST_VERSION_H
#define CRATEDEX_INDEX_FILTER_RUST_VERSION_H

#include "index/search/filter/filter_set.h"
#include "index/segment/open_index.h"

#include <cratedex/search_query.h>

/* Keeps those whose default version builds with that version, which is one, or does not say what it
   needs. */
void filter_rust_version_keep(struct filter_set *set, const struct index *index,
                              struct search_string version);

/* Keeps those whose default version says what it needs. */
void filter_rust_version_keep_known(struct filter_set *set, const struct index *index);

#endif
