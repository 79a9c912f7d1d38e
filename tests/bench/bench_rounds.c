/* All series begin and end with the round, so that a benchmark only adds samples. They lie in one
   array that never moves, for benchmarks keep pointers into it. */
#include "tests/bench/bench_rounds.h"

#include <cratedex/index_reader.h>
#include <stdio.h>
#include <stdlib.h>

struct series *rounds_add_series(struct rounds *rounds, const char *name, const char *key,
                                 size_t capacity, struct error *error)
{
    if (rounds->n_series == ROUNDS_MAX_SERIES) {
        error_set(error, "a benchmark may have %d series at most", ROUNDS_MAX_SERIES);
        return NULL;
    }
    struct series *series = &rounds->series[rounds->n_series];
    if (series_init(series, name, key, capacity, error) != 0)
        return NULL;
    rounds->n_series++;
    return series;
}

void rounds_add_times(json_t *root, const struct series *series)
{
    json_object_set_new(root, series->key, series_to_json(series));
}

static int run_all(struct rounds *rounds, const struct rounds_benchmark *benchmark, void *state,
                   struct error *error)
{
    for (unsigned round = 0; round <= rounds->options->n_rounds; round++) {
        for (size_t i = 0; i < rounds->n_series; i++)
            series_begin_round(&rounds->series[i]);
        if (benchmark->run_round(state, rounds, round == 0, error) != 0)
            return -1;
        for (size_t i = 0; round > 0 && i < rounds->n_series; i++)
            series_end_round(&rounds->series[i]);
    }
    if (benchmark->sum_up != NULL)
        benchmark->sum_up(state);
    return 0;
}

static void print_text(const struct rounds *rounds, const struct rounds_benchmark *benchmark,
                       const void *state)
{
    bench_print_header(rounds->index, rounds->options->index_path);
    if (benchmark->print_above != NULL)
        benchmark->print_above(state, rounds);
    printf("rounds    %u after a warm-up; shown: the best by p99\n\n", rounds->options->n_rounds);
    statistics_print_titles();
    for (size_t i = 0; i < rounds->n_series; i++)
        series_print(&rounds->series[i]);
    if (benchmark->print_below != NULL)
        benchmark->print_below(state, rounds);
}

static int print_json(const struct rounds *rounds, const struct rounds_benchmark *benchmark,
                      const void *state, struct error *error)
{
    json_t *root = bench_header(benchmark->name, rounds->index, rounds->options->index_path);
    if (root != NULL)
        benchmark->add_json(state, rounds, root);
    return bench_print_json(root, error);
}

static int open_and_run(struct rounds *rounds, const struct rounds_benchmark *benchmark,
                        void *state, struct error *error)
{
    rounds->index = index_open(rounds->options->index_path, error);
    if (rounds->index == NULL)
        return -1;
    rounds->reader = index_reader_open(rounds->index, error);
    if (rounds->reader == NULL || benchmark->prepare(state, rounds, error) != 0 ||
        run_all(rounds, benchmark, state, error) != 0)
        return -1;
    if (rounds->options->json)
        return print_json(rounds, benchmark, state, error);
    print_text(rounds, benchmark, state);
    return 0;
}

int rounds_run(const struct rounds_benchmark *benchmark, const struct bench_options *options,
               struct error *error)
{
    int status = -1;
    struct rounds *rounds = calloc(1, sizeof *rounds);
    void *state = calloc(1, benchmark->state_size);
    if (rounds == NULL || state == NULL) {
        error_out_of_memory(error);
    } else {
        rounds->options = options;
        status = open_and_run(rounds, benchmark, state, error);
        benchmark->release(state);
        for (size_t i = 0; i < rounds->n_series; i++)
            series_free(&rounds->series[i]);
        index_reader_close(rounds->reader);
        index_close(rounds->index);
    }
    free(state);
    free(rounds);
    return status;
}
