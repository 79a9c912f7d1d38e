/* Values of filters that name something in an index. */
#ifndef CRATEDEX_INDEX_FILTER_LOOKUP_H
#define CRATEDEX_INDEX_FILTER_LOOKUP_H

#include "index/search/plan/filter_value.h"

/* A keyword, the slug of a category, a crate: SEARCH_FILTER_UNKNOWN where there is none. */
filter_value_reader filter_lookup_keyword;
filter_value_reader filter_lookup_category;
filter_value_reader filter_lookup_crate;

/* A login of users or teams: SEARCH_FILTER_UNKNOWN where nobody has it. */
filter_value_reader filter_lookup_owner;

/* The name of a licence that the index has, or an edition that it or Rust has: another is wrong. */
filter_value_reader filter_lookup_license;
filter_value_reader filter_lookup_edition;

#endif
