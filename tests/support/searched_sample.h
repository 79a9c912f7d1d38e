/* The state of tests that search the sample: its index, and queries drawn from what stands in
   it. */
#ifndef CRATEDEX_TESTS_SUPPORT_SEARCHED_SAMPLE_H
#define CRATEDEX_TESTS_SUPPORT_SEARCHED_SAMPLE_H

#include "tests/support/built_index.h"
#include "tests/support/random_query.h"

#include <cratedex/search.h>

struct searched_sample {
    struct built_index built;
    struct query_source *source;
};

/* cmocka's group setup and teardown: `*state` is a struct searched_sample. */
int searched_sample_open(void **state);
int searched_sample_close(void **state);

/* Runs a search that must succeed. */
void searched_sample_run(struct searched_sample *sample, const struct search_query *query,
                         struct search_result *result);

#endif
