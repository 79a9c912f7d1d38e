/* Random queries with what the search box's language and query parameters have: filters,
   exclusions, quotes, names only. */
#ifndef CRATEDEX_TESTS_SUPPORT_REFINED_QUERY_H
#define CRATEDEX_TESTS_SUPPORT_REFINED_QUERY_H

#include "tests/support/random_query.h"
#include "tests/support/refinement.h"

#include <cratedex/search_filter_list.h>

struct refined_source;

/* Reads what values there are from the index file by SQL, and what random_query.h does. Fails the
   test where it cannot. */
struct refined_source *refined_source_open(const char *path);
void refined_source_close(struct refined_source *source);

struct refined_query {
    /* The text is what is left to search for; empty: a list. Its filters are those that look at
       words, which only what is typed has. */
    struct random_query random;
    struct search_filters words;
    struct refinements refinements;
    /* Whether all of it was typed, and is to be read; else the text stands for itself, and the
       refinements come as parameters. */
    bool is_typed;
    char typed[4 * SEARCH_MAX_TEXT_BYTES];
};

void refined_query_draw(const struct refined_source *source, uint64_t *seed,
                        struct refined_query *refined);

#endif
