/* How the answering of hits scales from one thread to two, where no socket is in the way. */
#ifndef CRATEDEX_TESTS_BENCH_HTTP_SCALING_H
#define CRATEDEX_TESTS_BENCH_HTTP_SCALING_H

#include "tests/bench/bench_goals.h"

#include <cratedex/error.h>
#include <jansson.h>

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

/* Takes 0.2 s a round, of which there are at most BOOTSTRAP_MAX_SAMPLES. Returns 0, or -1 and
   why. */
int http_scaling_measure(struct http_scaling *scaling, unsigned n_rounds, struct error *error);

/* Of the goal that two threads answer 1.8 times as many hits as one. Needs a round, as does the
   JSON. */
enum goal_verdict http_scaling_verdict(const struct http_scaling *scaling);

/* To standard output; nothing without rounds. */
void http_scaling_print(const struct http_scaling *scaling);
/* {"single_hits_a_second", …, "verdict", "shared_to_apart"}. NULL when memory runs out. */
json_t *http_scaling_to_json(const struct http_scaling *scaling);

#endif
