/* A registry for tests of filters: few crates, each of which has something that no other has. */
#ifndef CRATEDEX_TESTS_SUPPORT_FILTERED_CRATES_H
#define CRATEDEX_TESTS_SUPPORT_FILTERED_CRATES_H

#include "tests/support/built_index.h"

#include <cratedex/search_filters.h>

/* The members of its dump; filtered_crates.c has the table. */
extern const struct dump_file filtered_crates[];

/* Adds filters that are written as a query: "min_downloads=10&keyword=cli". Fails the test where
   one is refused. */
void filtered_crates_add(struct built_index *built, struct search_filters *filters,
                         const char *written);

/* What passes filters that are written so, in the alphabetical order: "alpha, beta; 2", as
   text_search_query tells it. */
const char *filtered_crates_found(struct built_index *built, const char *written);

#endif
