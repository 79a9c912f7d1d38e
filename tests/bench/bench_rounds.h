/* The frame of a benchmark that times the same requests on one index in rounds: it opens the index,
   warms up, runs the rounds, prints what came of them, for people or as JSON, and cleans up. What
   differs is in a record of functions. */
#ifndef CRATEDEX_TESTS_BENCH_BENCH_ROUNDS_H
#define CRATEDEX_TESTS_BENCH_BENCH_ROUNDS_H

#include "tests/bench/bench.h"
#include "tests/bench/bench_series.h"

#define ROUNDS_MAX_SERIES 64

struct rounds {
    const struct bench_options *options;
    struct index *index;
    struct index_reader *reader;
    struct series series[ROUNDS_MAX_SERIES]; /* in the order in which they are printed */
    size_t n_series;
};

/* `state` is the benchmark's own: `state_size` bytes, all 0 before `prepare`. */
struct rounds_benchmark {
    const char *name; /* in JSON */
    size_t state_size;
    /* Draws the requests and adds the series. Returns 0, or -1 and why. */
    int (*prepare)(void *state, struct rounds *rounds, struct error *error);
    /* Times every request once. Round 0 warms up SQLite's and the processor's caches and the
       buffers: its samples are dropped. Returns 0, or -1 and why. */
    int (*run_round)(void *state, struct rounds *rounds, bool is_warm_up, struct error *error);
    void (*sum_up)(void *state); /* after the last round; NULL: nothing to do */
    /* What stands above and below the table of times; NULL: nothing. */
    void (*print_above)(const void *state, const struct rounds *rounds);
    void (*print_below)(const void *state, const struct rounds *rounds);
    void (*add_json)(const void *state, const struct rounds *rounds, json_t *root);
    void (*release)(void *state); /* also after a `prepare` that failed half-way */
};

/* Runs it all. Returns 0, or -1 and why. */
int rounds_run(const struct rounds_benchmark *benchmark, const struct bench_options *options,
               struct error *error);

/* Adds a series with room for `capacity` samples a round. It belongs to `rounds`. Returns NULL and
   why when memory runs out. */
struct series *rounds_add_series(struct rounds *rounds, const char *name, const char *key,
                                 size_t capacity, struct error *error);

/* Adds the times of `series` to an object under the series' key. */
void rounds_add_times(json_t *root, const struct series *series);

#endif
