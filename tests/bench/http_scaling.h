/* How the answering of hits scales from one thread to two, where no socket is in the way. */
#ifndef CRATEDEX_TESTS_BENCH_HTTP_SCALING_H
#define CRATEDEX_TESTS_BENCH_HTTP_SCALING_H

#include "tests/bench/bench_bootstrap.h"

#include <cratedex/error.h>

/* Hits a second of each round, of all threads together. */
struct http_scaling {
    double
        single[BOOTSTRAP_MAX_SAMPLES]; /* one thread: the mean of one on each of two processors */
    double shared
        [BOOTSTRAP_MAX_SAMPLES]; /* one thread on each, with one cache and one set of metrics */
    double
        apart[BOOTSTRAP_MAX_SAMPLES]; /* the same, but each with its own: what the machine can do */
    unsigned n_rounds;                /* 0: there are not two processors */
};

/* Takes 0.2 s a round, of which there are at most BOOTSTRAP_MAX_SAMPLES. Returns 0, or -1 and why. */
int http_scaling_measure(struct http_scaling *scaling, unsigned n_rounds, struct error *error);

#endif
