/* One thing that is timed in every round. */
#ifndef CRATEDEX_TESTS_BENCH_BENCH_SERIES_H
#define CRATEDEX_TESTS_BENCH_BENCH_SERIES_H

#include "tests/bench/bench.h"
#include "tests/bench/bench_statistics.h"

struct series {
    const char *name; /* in words */
    const char *key;  /* in JSON */
    uint64_t *samples;
    size_t capacity;
    size_t n_samples; /* of the current round, in the order of measuring */
    struct statistics rounds[BENCH_MAX_ROUNDS];
    unsigned n_rounds;
    unsigned best; /* the round with the lowest 99th percentile */
};

/* Makes room for `capacity` samples a round. Returns 0; -1 when memory runs out. */
int series_init(struct series *series, const char *name, const char *key, size_t capacity,
                struct error *error);
void series_free(struct series *series);

void series_begin_round(struct series *series);
void series_add(struct series *series, uint64_t nanoseconds);

/* Summarizes the round, which reorders the samples. The warm-up round is begun, but never ended. */
void series_end_round(struct series *series);

const struct statistics *series_best(const struct series *series);

/* Prints the best round as one row of a table. */
void series_print(const struct series *series);

/* {"best_round", "best", "rounds"}; NULL when memory runs out. */
json_t *series_to_json(const struct series *series);

#endif
