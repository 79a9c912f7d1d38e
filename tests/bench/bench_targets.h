/* Requests for the server, made from a file of queries. */
#ifndef CRATEDEX_TESTS_BENCH_BENCH_TARGETS_H
#define CRATEDEX_TESTS_BENCH_BENCH_TARGETS_H

#include "tests/bench/bench_load.h"
#include "tests/bench/bench_queries.h"

struct bench_targets {
    char *text; /* the requests lie here */
    struct load_request *requests;
    size_t n_requests;
};

/* A search of the first page for each query, in JSON. Where there are more queries than `most` (at
   least 1), `most` of them, evenly spaced. Returns 0, or -1 when memory runs out. Free it in any
   case. */
int bench_targets_search(struct bench_targets *targets, const struct bench_queries *queries,
                         size_t most, struct error *error);

/* The same with suggestions, which a search box asks for at every keystroke: for each query and
   everything it begins with, by the character. */
int bench_targets_suggest(struct bench_targets *targets, const struct bench_queries *queries,
                          size_t most, struct error *error);

void bench_targets_free(struct bench_targets *targets);

#endif
