/* Percentiles of measured times. */
#ifndef CRATEDEX_TESTS_BENCH_BENCH_STATISTICS_H
#define CRATEDEX_TESTS_BENCH_BENCH_STATISTICS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* All in nanoseconds. */
struct statistics {
    size_t n_samples;
    uint64_t p50;
    uint64_t p90;
    uint64_t p99;
    uint64_t p999;
    uint64_t max;
    double mean;
};

/* Summarizes `n_samples` times, which it sorts in place. Percentiles are by nearest rank: the
   smallest sample that at least the stated share of all samples does not exceed, so that every
   figure is a time that was measured. No samples: all zero. */
void statistics_compute(uint64_t *samples, size_t n_samples, struct statistics *statistics);

/* The titles and one row, in microseconds, of a table in words. */
void statistics_print_titles(void);
void statistics_print(const char *name, const struct statistics *statistics);

/* {"samples", "p50_us", …}; NULL when memory runs out. */
json_t *statistics_to_json(const struct statistics *statistics);

#endif
