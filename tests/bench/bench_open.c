/* `open`: from a path to an index that can be searched: index_open, which reads and checks what is
   held in memory, and one reader. The file is in the page cache after the warm-up; what a cold disk
   adds is the disk's figure, not ours. */
#include "tests/bench/bench.h"
#include "tests/bench/bench_series.h"

#include <cratedex/index_reader.h>
#include <stdio.h>
#include <stdlib.h>

/* Each round opens this often, so that percentiles mean something. */
#define OPENS_PER_ROUND 5

static int time_open(const char *path, struct series *opening, struct series *reader_opening,
                     struct error *error)
{
    uint64_t begin = bench_now();
    struct index *index = index_open(path, error);
    uint64_t opened = bench_now();
    if (index == NULL)
        return -1;
    struct index_reader *reader = index_reader_open(index, error);
    uint64_t ready = bench_now();
    if (reader != NULL) {
        series_add(opening, opened - begin);
        series_add(reader_opening, ready - opened);
        index_reader_close(reader);
    }
    index_close(index);
    return reader != NULL ? 0 : -1;
}

static int run_rounds(const struct bench_options *options, struct series *opening,
                      struct series *reader_opening, struct error *error)
{
    for (unsigned round = 0; round <= options->n_rounds; round++) {
        series_begin_round(opening);
        series_begin_round(reader_opening);
        for (unsigned i = 0; i < OPENS_PER_ROUND; i++) {
            if (time_open(options->index_path, opening, reader_opening, error) != 0)
                return -1;
        }
        if (round == 0)
            continue;
        series_end_round(opening);
        series_end_round(reader_opening);
    }
    return 0;
}

static int report(const struct bench_options *options, const struct series *opening,
                  const struct series *reader_opening, struct error *error)
{
    struct index *index = index_open(options->index_path, error);
    if (index == NULL)
        return -1;
    int status = 0;
    if (options->json) {
        json_t *root = bench_header("open", index, options->index_path);
        json_object_set_new(root, opening->key, series_to_json(opening));
        json_object_set_new(root, reader_opening->key, series_to_json(reader_opening));
        status = bench_print_json(root, error);
    } else {
        bench_print_header(index, options->index_path);
        printf("rounds    %u of %d opens after a warm-up; shown: the best by p99\n\n",
               options->n_rounds, OPENS_PER_ROUND);
        statistics_print_titles();
        series_print(opening);
        series_print(reader_opening);
    }
    index_close(index);
    return status;
}

int bench_open(const struct bench_options *options, struct error *error)
{
    struct series *series = calloc(2, sizeof *series);
    if (series == NULL)
        return error_out_of_memory(error);
    int status = 0;
    if (series_init(&series[0], "open the index", "open", OPENS_PER_ROUND, error) != 0 ||
        series_init(&series[1], "open a reader", "open_reader", OPENS_PER_ROUND, error) != 0)
        status = -1;
    if (status == 0)
        status = run_rounds(options, &series[0], &series[1], error);
    if (status == 0)
        status = report(options, &series[0], &series[1], error);
    series_free(&series[0]);
    series_free(&series[1]);
    free(series);
    return status;
}
