/* Exact percentiles: all samples are kept and sorted, which a benchmark of some ten thousand calls
   can afford, and which no histogram's bucket width blurs. */
#include "tests/bench/bench_statistics.h"

#include <stdio.h>
#include <stdlib.h>

static int compare(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

/* `per_mille` of 1000; integers, so that p50 of 2 samples is the first on every machine. */
static uint64_t nearest_rank(const uint64_t *sorted, size_t n_samples, size_t per_mille)
{
    size_t rank = (n_samples * per_mille + 999) / 1000;
    return sorted[rank - 1];
}

void statistics_compute(uint64_t *samples, size_t n_samples, struct statistics *statistics)
{
    *statistics = (struct statistics){.n_samples = n_samples};
    if (n_samples == 0)
        return;
    qsort(samples, n_samples, sizeof *samples, compare);
    double sum = 0;
    for (size_t i = 0; i < n_samples; i++)
        sum += (double)samples[i];
    statistics->p50 = nearest_rank(samples, n_samples, 500);
    statistics->p90 = nearest_rank(samples, n_samples, 900);
    statistics->p99 = nearest_rank(samples, n_samples, 990);
    statistics->p999 = nearest_rank(samples, n_samples, 999);
    statistics->max = samples[n_samples - 1];
    statistics->mean = sum / (double)n_samples;
}

void statistics_print_titles(void)
{
    printf("%-22s %9s %9s %9s %9s %9s %9s\n", "microseconds", "p50", "p90", "p99", "p99.9", "max",
           "mean");
}

void statistics_print(const char *name, const struct statistics *statistics)
{
    printf("%-22s %9.1f %9.1f %9.1f %9.1f %9.1f %9.1f\n", name, (double)statistics->p50 / 1e3,
           (double)statistics->p90 / 1e3, (double)statistics->p99 / 1e3,
           (double)statistics->p999 / 1e3, (double)statistics->max / 1e3, statistics->mean / 1e3);
}

json_t *statistics_to_json(const struct statistics *statistics)
{
    return json_pack("{s:I, s:f, s:f, s:f, s:f, s:f, s:f}", "samples",
                     (json_int_t)statistics->n_samples, "p50_us", (double)statistics->p50 / 1e3,
                     "p90_us", (double)statistics->p90 / 1e3, "p99_us",
                     (double)statistics->p99 / 1e3, "p99.9_us", (double)statistics->p999 / 1e3,
                     "max_us", (double)statistics->max / 1e3, "mean_us", statistics->mean / 1e3);
}
