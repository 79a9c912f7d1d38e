/* `sparse-index`: what a crate's file of the sparse index costs on a miss, in this process: its text,
   decompressed into a fresh buffer. A row of the table is a choice of crates. */
#include "tests/bench/bench.h"
#include "tests/bench/bench_series.h"

#include <cratedex/sparse_index.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

/* Crates at random are drawn by a multiplicative hash of the rank: always the same of one index. */
static const struct choice {
    const char *name;
    const char *key;
    const char *sql;
    unsigned n_repeats; /* of all its crates, in a round */
} choices[] = {
    {"crates at random", "random",
     "SELECT rank, size, length(zstd) FROM sparse_index"
     " ORDER BY rank * 2654435761 % 4294967296, rank LIMIT 5000",
     1},
    {"1,000 most popular", "popular",
     "SELECT rank, size, length(zstd) FROM sparse_index WHERE rank <= 1000", 5},
    {"100 largest", "largest",
     "SELECT rank, size, length(zstd) FROM sparse_index ORDER BY size DESC, rank LIMIT 100", 10},
};
#define N_CHOICES (sizeof choices / sizeof *choices)

struct chosen {
    uint32_t *ranks;
    size_t n_ranks;
    int64_t raw_bytes;
    int64_t stored_bytes;
    struct series series;
};

struct run {
    struct index *index;
    struct index_reader *reader;
    int64_t n_texts;
    int64_t raw_bytes; /* of the whole index */
    int64_t stored_bytes;
    struct chosen chosen[N_CHOICES];
};

static int choose(sqlite3 *database, const struct choice *choice, struct chosen *chosen,
                  struct error *error)
{
    sqlite3_stmt *select = NULL;
    if (sqlite3_prepare_v2(database, choice->sql, -1, &select, NULL) != SQLITE_OK)
        return error_set(error, "%s", sqlite3_errmsg(database));
    int status = 0;
    while (status == 0 && sqlite3_step(select) == SQLITE_ROW) {
        uint32_t *ranks = realloc(chosen->ranks, (chosen->n_ranks + 1) * sizeof *ranks);
        if (ranks == NULL) {
            status = error_out_of_memory(error);
            break;
        }
        chosen->ranks = ranks;
        chosen->ranks[chosen->n_ranks++] = (uint32_t)sqlite3_column_int64(select, 0);
        chosen->raw_bytes += sqlite3_column_int64(select, 1);
        chosen->stored_bytes += sqlite3_column_int64(select, 2);
    }
    if (sqlite3_finalize(select) != SQLITE_OK && status == 0)
        status = error_set(error, "%s", sqlite3_errmsg(database));
    if (status == 0)
        status = series_init(&chosen->series, choice->name, choice->key,
                             chosen->n_ranks * choice->n_repeats + 1, error);
    return status;
}

static int add_up(sqlite3 *database, struct run *run, struct error *error)
{
    sqlite3_stmt *select = NULL;
    int status = -1;
    if (sqlite3_prepare_v2(database,
                           "SELECT count(*), total(size), total(length(zstd)) FROM sparse_index",
                           -1, &select, NULL) == SQLITE_OK &&
        sqlite3_step(select) == SQLITE_ROW) {
        run->n_texts = sqlite3_column_int64(select, 0);
        run->raw_bytes = sqlite3_column_int64(select, 1);
        run->stored_bytes = sqlite3_column_int64(select, 2);
        status = 0;
    } else {
        error_set(error, "%s", sqlite3_errmsg(database));
    }
    sqlite3_finalize(select);
    return status;
}

static int prepare(struct run *run, const struct bench_options *options, struct error *error)
{
    sqlite3 *database = NULL;
    run->index = index_open(options->index_path, error);
    if (run->index == NULL)
        return -1;
    run->reader = index_reader_open(run->index, error);
    if (run->reader == NULL)
        return -1;
    int status = 0;
    if (sqlite3_open_v2(options->index_path, &database, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        status = error_set(error, "%s", sqlite3_errmsg(database));
    if (status == 0)
        status = add_up(database, run, error);
    for (size_t i = 0; i < N_CHOICES && status == 0; i++)
        status = choose(database, &choices[i], &run->chosen[i], error);
    sqlite3_close(database);
    return status;
}

static int time_text(struct run *run, uint32_t rank, struct series *series, struct error *error)
{
    msgpack_sbuffer body;
    int64_t last_modified;
    uint64_t begin = bench_now();
    msgpack_sbuffer_init(&body);
    int found = sparse_index_read(run->reader, rank, &body, &last_modified, error);
    series_add(series, bench_now() - begin);
    msgpack_sbuffer_destroy(&body);
    return found < 0 ? -1 : 0;
}

static int run_rounds(struct run *run, unsigned n_rounds, struct error *error)
{
    for (unsigned i = 0; i < (n_rounds + 1) * N_CHOICES; i++) {
        struct chosen *chosen = &run->chosen[i % N_CHOICES];
        series_begin_round(&chosen->series);
        for (size_t n = 0; n < chosen->n_ranks * choices[i % N_CHOICES].n_repeats; n++) {
            if (time_text(run, chosen->ranks[n % chosen->n_ranks], &chosen->series, error) != 0)
                return -1;
        }
        if (i >= N_CHOICES) /* after the warm-up */
            series_end_round(&chosen->series);
    }
    return 0;
}

static void print_bytes(const char *name, int64_t n_texts, int64_t raw_bytes, int64_t stored_bytes)
{
    printf("%-20s  %lld texts, %.1f KiB on average, %.1f MiB; stored %.1f MiB, %.1f %%\n", name,
           (long long)n_texts, n_texts > 0 ? (double)raw_bytes / (double)n_texts / 1024 : 0,
           (double)raw_bytes / 1048576, (double)stored_bytes / 1048576,
           raw_bytes > 0 ? 100 * (double)stored_bytes / (double)raw_bytes : 0);
}

static void print_text(const struct run *run, const struct bench_options *options)
{
    bench_print_header(run->index, options->index_path);
    printf("rounds    %u after a warm-up; shown: the best by p99\n\n", options->n_rounds);
    statistics_print_titles();
    for (size_t i = 0; i < N_CHOICES; i++)
        series_print(&run->chosen[i].series);
    putchar('\n');
    for (size_t i = 0; i < N_CHOICES; i++)
        print_bytes(choices[i].name, (int64_t)run->chosen[i].n_ranks, run->chosen[i].raw_bytes,
                    run->chosen[i].stored_bytes);
    print_bytes("all", run->n_texts, run->raw_bytes, run->stored_bytes);
}

static json_t *bytes_to_json(int64_t n_texts, int64_t raw_bytes, int64_t stored_bytes)
{
    return json_pack("{s:I, s:I, s:I}", "texts", (json_int_t)n_texts, "raw_bytes",
                     (json_int_t)raw_bytes, "stored_bytes", (json_int_t)stored_bytes);
}

static json_t *to_json(const struct run *run, const struct bench_options *options)
{
    json_t *root = bench_header("sparse-index", run->index, options->index_path);
    json_object_set_new(root, "all",
                        bytes_to_json(run->n_texts, run->raw_bytes, run->stored_bytes));
    for (size_t i = 0; i < N_CHOICES; i++) {
        const struct chosen *chosen = &run->chosen[i];
        json_t *row =
            bytes_to_json((int64_t)chosen->n_ranks, chosen->raw_bytes, chosen->stored_bytes);
        json_object_set_new(row, "times", series_to_json(&chosen->series));
        json_object_set_new(root, choices[i].key, row);
    }
    return root;
}

int bench_sparse_index(const struct bench_options *options, struct error *error)
{
    struct run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return error_out_of_memory(error);
    int status = prepare(run, options, error);
    if (status == 0)
        status = run_rounds(run, options->n_rounds, error);
    if (status == 0 && options->json)
        status = bench_print_json(to_json(run, options), error);
    else if (status == 0)
        print_text(run, options);
    for (size_t i = 0; i < N_CHOICES; i++) {
        series_free(&run->chosen[i].series);
        free(run->chosen[i].ranks);
    }
    index_reader_close(run->reader);
    if (run->index != NULL)
        index_close(run->index);
    free(run);
    return status;
}
