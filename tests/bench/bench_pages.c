/* `pages`: what an endpoint does on a miss, in this process: the body in a fresh buffer, out of the
   index. A row of the table is one thing that is measured: which crates, by SQL, and what is
   encoded of each; every row is timed in both encodings, but for plain text. */
#include "tests/bench/bench_rounds.h"

#include <cratedex/crate_fragment.h>
#include <cratedex/crate_page.h>
#include <cratedex/reverse_dependencies.h>
#include <cratedex/sparse_index.h>
#include <cratedex/version_list.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#define PAGE_LENGTH 10

typedef int encode_function(struct index_reader *reader, uint32_t rank, struct encoder *encoder,
                            struct error *error);

static int encode_crate(struct index_reader *reader, uint32_t rank, struct encoder *encoder,
                        struct error *error)
{
    return index_reader_encode_crate_page(reader, rank, CRATE_FULL_PAGE, encoder, error);
}

static int encode_versions(struct index_reader *reader, uint32_t rank, struct encoder *encoder,
                           struct error *error)
{
    const struct version_query query = {.rank = rank, .sort = VERSION_SORT_SEMVER};
    struct version_list list;
    if (version_list_open(&list, reader, &query, error) != VERSION_LIST_OK)
        return -1;
    encoder_array(encoder, list.n);
    int result = version_list_encode(&list, encoder, error);
    encoder_end_array(encoder);
    version_list_close(&list);
    return result;
}

static int encode_dependents(struct index_reader *reader, uint32_t rank, struct encoder *encoder,
                             struct error *error)
{
    const struct dependents_query query = {.rank = rank, .limit = PAGE_LENGTH};
    return index_reader_encode_reverse_dependencies(reader, &query, encoder, error);
}

static int read_sparse_index(struct index_reader *reader, uint32_t rank, struct encoder *encoder,
                             struct error *error)
{
    int64_t last_modified;
    return sparse_index_read(reader, rank, encoder->out, &last_modified, error) < 0 ? -1 : 0;
}

/* Two thousand crates by a multiplicative hash of the rank: always the same of one index. */
#define RANDOM_CRATES                                                                              \
    "SELECT rank FROM crates ORDER BY rank * 2654435761 % 4294967296, rank LIMIT 2000"
#define CRATES_WITH_MANY_VERSIONS "SELECT rank FROM crates WHERE num_versions >= 100 ORDER BY rank"
#define MOST_DEPENDED_ON                                                                           \
    "SELECT rank FROM reverse_dependencies GROUP BY rank ORDER BY count(*) DESC, rank LIMIT 10"

#define LARGEST_SPARSE_INDEX "SELECT rank FROM sparse_index ORDER BY size DESC, rank LIMIT 100"

static const struct page_row {
    const char *name;
    const char *key;
    const char *ranks_sql;
    unsigned n_repeats; /* of the whole list, in a round */
    encode_function *encode;
    bool is_plain; /* text that no encoder writes: it is measured once */
} rows[] = {
    {"crate", "crate", RANDOM_CRATES, 1, encode_crate, false},
    {"crate, 100+ vers.", "crate_many_versions", CRATES_WITH_MANY_VERSIONS, 10, encode_crate,
     false},
    {"versions", "versions", RANDOM_CRATES, 1, encode_versions, false},
    {"versions, 100+", "versions_many", CRATES_WITH_MANY_VERSIONS, 10, encode_versions, false},
    {"dependents, top 10", "dependents", MOST_DEPENDED_ON, 100, encode_dependents, false},
    {"sparse index", "sparse_index", RANDOM_CRATES, 1, read_sparse_index, true},
    {"sparse index, max", "sparse_index_largest", LARGEST_SPARSE_INDEX, 10, read_sparse_index,
     true},
};
#define N_ROWS (sizeof rows / sizeof *rows)

/* A row with what it is measured on and what came of it. */
struct measured_row {
    uint32_t *ranks;
    size_t n_ranks;
    size_t largest; /* bytes of the largest body, in JSON or as text */
    char names[N_ENCODINGS][48];
    char keys[N_ENCODINGS][48];
    struct series *series[N_ENCODINGS];
};

struct run {
    struct measured_row rows[N_ROWS];
};

static int n_forms(const struct page_row *row)
{
    return row->is_plain ? 1 : N_ENCODINGS;
}

static int add_rank(struct measured_row *row, uint32_t rank, struct error *error)
{
    uint32_t *ranks = realloc(row->ranks, (row->n_ranks + 1) * sizeof *ranks);
    if (ranks == NULL)
        return error_out_of_memory(error);
    row->ranks = ranks;
    row->ranks[row->n_ranks++] = rank;
    return 0;
}

static int find_ranks(sqlite3 *database, const char *sql, struct measured_row *row,
                      struct error *error)
{
    sqlite3_stmt *select = NULL;
    int status = 0;
    if (sqlite3_prepare_v2(database, sql, -1, &select, NULL) != SQLITE_OK)
        return error_set(error, "%s", sqlite3_errmsg(database));
    while (status == 0 && sqlite3_step(select) == SQLITE_ROW)
        status = add_rank(row, (uint32_t)sqlite3_column_int64(select, 0), error);
    if (sqlite3_finalize(select) != SQLITE_OK)
        status = error_set(error, "%s", sqlite3_errmsg(database));
    return status;
}

static int prepare_row(sqlite3 *database, const struct page_row *row, struct measured_row *measured,
                       struct rounds *rounds, struct error *error)
{
    static const char *const encodings[N_ENCODINGS] = {"json", "msgpack"};
    if (find_ranks(database, row->ranks_sql, measured, error) != 0)
        return -1;
    for (int i = 0; i < n_forms(row); i++) {
        const char *form = row->is_plain ? "text" : encodings[i];
        snprintf(measured->names[i], sizeof measured->names[i], "%s, %s", row->name, form);
        snprintf(measured->keys[i], sizeof measured->keys[i], "%s_%s", row->key, form);
        measured->series[i] = rounds_add_series(rounds, measured->names[i], measured->keys[i],
                                                measured->n_ranks * row->n_repeats + 1, error);
        if (measured->series[i] == NULL)
            return -1;
    }
    return 0;
}

static int prepare(void *state, struct rounds *rounds, struct error *error)
{
    struct run *run = state;
    sqlite3 *database = NULL;
    int status = 0;
    if (sqlite3_open_v2(rounds->options->index_path, &database, SQLITE_OPEN_READONLY, NULL) !=
        SQLITE_OK)
        status = error_set(error, "%s", sqlite3_errmsg(database));
    for (size_t i = 0; i < N_ROWS && status == 0; i++)
        status = prepare_row(database, &rows[i], &run->rows[i], rounds, error);
    sqlite3_close(database);
    return status;
}

static int time_page(struct measured_row *measured, const struct page_row *row,
                     struct index_reader *reader, enum encoding encoding, uint32_t rank,
                     struct error *error)
{
    msgpack_sbuffer body;
    struct encoder encoder;
    uint64_t begin = bench_now();
    msgpack_sbuffer_init(&body);
    encoder_init(&encoder, encoding, &body);
    int status = row->encode(reader, rank, &encoder, error);
    if (status == 0 && !row->is_plain)
        status = encoder_finish(&encoder, error);
    series_add(measured->series[encoding], bench_now() - begin);
    if (encoding == ENCODING_JSON && body.size > measured->largest)
        measured->largest = body.size;
    msgpack_sbuffer_destroy(&body);
    return status;
}

static int run_row(struct measured_row *measured, const struct page_row *row,
                   struct index_reader *reader, enum encoding encoding, struct error *error)
{
    for (unsigned repeat = 0; repeat < row->n_repeats; repeat++) {
        for (size_t i = 0; i < measured->n_ranks; i++) {
            if (time_page(measured, row, reader, encoding, measured->ranks[i], error) != 0)
                return -1;
        }
    }
    return 0;
}

static int run_round(void *state, struct rounds *rounds, bool is_warm_up, struct error *error)
{
    (void)is_warm_up;
    struct run *run = state;
    for (size_t i = 0; i < N_ROWS; i++) {
        for (int form = 0; form < n_forms(&rows[i]); form++) {
            if (run_row(&run->rows[i], &rows[i], rounds->reader, (enum encoding)form, error) != 0)
                return -1;
        }
    }
    return 0;
}

static void print_below(const void *state, const struct rounds *rounds)
{
    (void)rounds;
    const struct run *run = state;
    putchar('\n');
    for (size_t i = 0; i < N_ROWS; i++)
        printf("%-20s  %zu crates, the largest body %.1f KiB\n", rows[i].name, run->rows[i].n_ranks,
               (double)run->rows[i].largest / 1024);
}

static void add_json(const void *state, const struct rounds *rounds, json_t *root)
{
    (void)rounds;
    const struct run *run = state;
    for (size_t i = 0; i < N_ROWS; i++) {
        const struct measured_row *measured = &run->rows[i];
        for (int form = 0; form < n_forms(&rows[i]); form++)
            json_object_set_new(root, measured->keys[form],
                                json_pack("{s:I, s:I, s:o}", "crates",
                                          (json_int_t)measured->n_ranks, "largest_bytes",
                                          (json_int_t)measured->largest, "times",
                                          series_to_json(measured->series[form])));
    }
}

static void release(void *state)
{
    struct run *run = state;
    for (size_t i = 0; i < N_ROWS; i++)
        free(run->rows[i].ranks);
}

int bench_pages(const struct bench_options *options, struct error *error)
{
    static const struct rounds_benchmark benchmark = {
        .name = "pages",
        .state_size = sizeof(struct run),
        .prepare = prepare,
        .run_round = run_round,
        .print_below = print_below,
        .add_json = add_json,
        .release = release,
    };
    return rounds_run(&benchmark, options, error);
}
