/* Random queries with all that the search box's language and query parameters have: filters,
   exclusions, quotes, names only. */
#ifndef CRATEDEX_TESTS_SUPPORT_REFINED_QUERY_H
#define CRATEDEX_TESTS_SUPPORT_REFINED_QUERY_H

#include "tests/support/random_query.h"

#include <cratedex/index_file.h>
#include <cratedex/search_filter_list.h>

struct refined_source;

/* Reads the values that there are from the index and its file. Fails the test where it cannot. */
struct refined_source *refined_source_open(const char *path, const struct index *index);
void refined_source_close(struct refined_source *source);

struct refined_query {
    /* What is meant: the text that is searched for, empty for a list, and `filters`. */
    struct random_query random;
    struct search_filters filters;
    bool is_typed;                         /* else there is no more to read */
    char typed[4 * SEARCH_MAX_TEXT_BYTES]; /* what says the same in the search box */
};

void refined_query_draw(const struct refined_source *source, uint64_t *seed,
                        struct refined_query *refined);

#endif
