/* The samples of one round at a time; of earlier rounds only the summary stays. The best round is
   the one that the rest of the machine disturbed least, and is chosen by the 99th percentile
   because that is where disturbances show. */
#include "tests/bench/bench_series.h"

#include <stdlib.h>

int series_init(struct series *series, const char *name, const char *key, size_t capacity,
                struct error *error)
{
    *series = (struct series){.name = name, .key = key, .capacity = capacity};
    series->samples = calloc(capacity, sizeof *series->samples);
    return series->samples != NULL ? 0 : error_out_of_memory(error);
}

void series_free(struct series *series)
{
    free(series->samples);
}

void series_begin_round(struct series *series)
{
    series->n_samples = 0;
}

void series_add(struct series *series, uint64_t nanoseconds)
{
    if (series->n_samples < series->capacity)
        series->samples[series->n_samples++] = nanoseconds;
}

void series_end_round(struct series *series)
{
    unsigned round = series->n_rounds++;
    statistics_compute(series->samples, series->n_samples, &series->rounds[round]);
    if (series->rounds[round].p99 < series->rounds[series->best].p99)
        series->best = round;
}

const struct statistics *series_best(const struct series *series)
{
    return &series->rounds[series->best];
}

void series_print(const struct series *series)
{
    statistics_print(series->name, series_best(series));
}

json_t *series_to_json(const struct series *series)
{
    json_t *rounds = json_array();
    for (unsigned i = 0; i < series->n_rounds; i++)
        json_array_append_new(rounds, statistics_to_json(&series->rounds[i]));
    return json_pack("{s:i, s:o, s:o}", "best_round", (int)series->best + 1, "best",
                     statistics_to_json(series_best(series)), "rounds", rounds);
}
