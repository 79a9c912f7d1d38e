/* Values of filters that name something in an index. */
#ifndef CRATEDEX_INDEX_FILTER_LOOKUP_H
#define CRATEDEX_INDEX_FILTER_LOOKUP_H

#include "index/search/plan/filter_value.h"

/* A keyword, the slug of a category, a crate: SEARCH_FILTER_UNKNOWN where there is none. */
filter_value_reader filter_lookup_keyword;
filter_value_reader filter_lookup_category;
filter_value_reader filter_lookup_crate;

/* An edition that the index has, or that Rust has: another is wrong. */
filter_value_reader filter_lookup_edition;

#endif
