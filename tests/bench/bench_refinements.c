/* `refinements`: what a filter, an exclusion, quotes, in:name, facets and highlights add. Every
   query is searched for as it is and then with each of them in turn, in every round, so that all
   see the same state of the machine; a query's time is its best of all rounds, and what is told is
   the difference of the two times of the same query. Reading what the refinement says is timed with
   it. Values come from the index: those that most crates have, so that filters let much through. */
#include "index/base/compare.h"
#include "index/base/database.h"
#include "index/segment/open_reader.h"
#include "tests/bench/bench_queries.h"
#include "tests/bench/bench_rounds.h"

#include <cratedex/search.h>
#include <cratedex/search_facets.h>
#include <cratedex/search_filters.h>
#include <cratedex/search_hit.h>
#include <cratedex/search_language.h>
#include <cratedex/search_text.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HITS_PER_PAGE 10
#define MAX_VALUE_BYTES 128

/* As it is given, once of these. */
struct refinement {
    const char *title;
    const char *key;
    const char *filter; /* a parameter of this name */
    const char *before; /* what the box has before and behind the query */
    const char *behind;
    const char *sql; /* what reads the value from the index: the filter's, or what stands last */
    bool has_facets;
    bool has_crates; /* those found are written too, with `members` (search_hit.h) */
    unsigned members;
};
/* What others are compared with; of those that write crates the second. */
enum { ALONE, ALONE_WITH_CRATES };

static const struct refinement refinements[] = {
    [ALONE] = {.title = "alone", .key = "alone"},
    [ALONE_WITH_CRATES] = {.title = "alone, ten crates",
                           .key = "alone_with_crates",
                           .has_crates = true},
    {.title = "license=", .key = "license", .filter = "license", .sql = "SELECT 'MIT'"},
    {.title = "rust_version=",
     .key = "rust_version",
     .filter = "rust_version",
     .sql = "SELECT '1.70'"},
    {.title = "created_since=",
     .key = "created_since",
     .filter = "created_since",
     .sql = "SELECT substr(created_at, 1, 10) FROM crates ORDER BY created_at LIMIT 1"
            " OFFSET (SELECT count(*) / 2 FROM crates)"},
    {.title = "depends_on=",
     .key = "depends_on",
     .filter = "depends_on",
     .sql = "SELECT name FROM crates ORDER BY dependents DESC LIMIT 1"},
    {.title = "owner=",
     .key = "owner",
     .filter = "owner",
     .sql = "SELECT login FROM users JOIN (SELECT owner_id FROM crate_owners WHERE owner_kind = 0"
            " GROUP BY owner_id ORDER BY count(*) DESC LIMIT 1) ON id = owner_id"},
    {.title = "keyword=",
     .key = "keyword",
     .filter = "keyword",
     .sql = "SELECT keyword FROM keywords ORDER BY crates_cnt DESC LIMIT 1"},
    {.title = "-word",
     .key = "exclusion",
     .before = "",
     .behind = " -",
     .sql = "SELECT keyword FROM keywords ORDER BY crates_cnt DESC LIMIT 1"},
    {.title = "\"quoted words\"", .key = "quotes", .before = "\"", .behind = "\""},
    {.title = "in:name", .key = "in_name", .before = "", .behind = " in:name"},
    {.title = "six facets", .key = "facets", .has_facets = true},
    {.title = "highlight=1",
     .key = "highlight",
     .has_crates = true,
     .members = SEARCH_HIT_HIGHLIGHTS},
};
#define N_REFINEMENTS (sizeof refinements / sizeof *refinements)

struct run {
    struct index_reader *reader;
    struct bench_queries queries;
    char values[N_REFINEMENTS][MAX_VALUE_BYTES];
    struct series *series[N_REFINEMENTS];
    uint64_t *best[N_REFINEMENTS];     /* by query */
    uint64_t n_matches[N_REFINEMENTS]; /* of all queries */
    int64_t *added;                    /* scratch: differences of one refinement */
    struct search_filters filters;
    char box[SEARCH_MAX_TEXT_BYTES + 1]; /* what is typed */
    char rest[SEARCH_MAX_TEXT_BYTES];    /* what is left of it to search for */
    msgpack_sbuffer body;
    struct search_result result;
};

/* What of a refinement is told: the time that it adds to a query, in nanoseconds. */
struct added {
    int64_t p50;
    int64_t p90;
    int64_t p99;
    int64_t max;
};

/* Reads the value of every refinement that has one; empty where the index has none. */
static int read_values(struct run *run, struct error *error)
{
    for (size_t i = 0; i < N_REFINEMENTS; i++) {
        if (refinements[i].sql == NULL)
            continue;
        sqlite3_stmt *row = reader_statement(run->reader, refinements[i].sql, error);
        int found = row == NULL ? -1 : database_step(row, error);
        if (found == 1)
            snprintf(run->values[i], sizeof run->values[i], "%s",
                     (const char *)sqlite3_column_text(row, 0));
        if (found < 0)
            return -1;
        sqlite3_reset(row);
    }
    return 0;
}

/* What is typed; a query that would get too long stays as it is. */
static void type(struct run *run, size_t i, const struct bench_query *query)
{
    const struct refinement *refinement = &refinements[i];
    struct error error;
    int length = snprintf(run->box, sizeof run->box, "%s%s%s%s",
                          refinement->before != NULL ? refinement->before : "", query->text,
                          refinement->behind != NULL ? refinement->behind : "",
                          refinement->filter == NULL ? run->values[i] : "");
    if (length < 0 || (size_t)length >= sizeof run->box ||
        search_check_text(run->box, (size_t)length, &error) != SEARCH_OK)
        snprintf(run->box, sizeof run->box, "%s", query->text);
}

static int write_crates(struct run *run, unsigned members, struct error *error)
{
    const struct search_result *result = &run->result;
    struct encoder encoder;
    msgpack_sbuffer_clear(&run->body);
    encoder_init(&encoder, ENCODING_JSON, &run->body);
    encoder_array(&encoder, result->n_hits);
    for (uint32_t i = 0; i < result->n_hits; i++)
        if (search_hit_encode(run->reader, result->search, &result->hits[i], members, &encoder,
                              error) != 0)
            return -1;
    encoder_end_array(&encoder);
    return encoder_finish(&encoder, error);
}

/* Reads what is asked, and searches for it. */
static int search(struct run *run, size_t i, struct error *error)
{
    const struct refinement *refinement = &refinements[i];
    const char *value = run->values[i];
    size_t length = strlen(run->box);
    search_filters_init(&run->filters);
    struct search_query query = {.text = {run->box, length},
                                 .limit = HITS_PER_PAGE,
                                 .facets =
                                     refinement->has_facets ? (1U << N_SEARCH_FACETS) - 1 : 0};
    if (refinement->filter != NULL &&
        search_filters_require(
            &run->filters, run->reader->index,
            (struct search_string){refinement->filter, strlen(refinement->filter)},
            (struct search_string){value, strlen(value)}, error) != 0)
        return -1;
    if (search_language_read(run->reader->index, query.text, &run->filters, run->rest, &length))
        query.text = length > 0 ? (struct search_string){run->rest, length}
                                : (struct search_string){NULL, 0};
    query.filters = run->filters.n > 0 ? &run->filters : NULL;
    if (search_run(run->reader, &query, &run->result, error) != SEARCH_OK)
        return -1;
    return refinement->has_crates ? write_crates(run, refinement->members, error) : 0;
}

static int time_query(struct run *run, size_t i, size_t at, bool is_warm_up, struct error *error)
{
    const struct bench_query *query = &run->queries.queries[at];
    type(run, i, query);
    uint64_t begin = bench_now();
    if (search(run, i, error) != 0)
        return error_prefix(error, "%s of \"%s\": ", refinements[i].title, query->text);
    uint64_t time = bench_now() - begin;
    series_add(run->series[i], time);
    if (is_warm_up)
        run->n_matches[i] += run->result.total;
    else if (run->best[i][at] == 0 || time < run->best[i][at])
        run->best[i][at] = time;
    return 0;
}

static int run_round(void *state, struct rounds *rounds, bool is_warm_up, struct error *error)
{
    struct run *run = state;
    (void)rounds;
    for (size_t at = 0; at < run->queries.n_queries; at++) {
        /* Once for the lists of the query's words, which all that follow would find in the caches;
           then another first each time, for what else the first one may have to bear. */
        type(run, ALONE_WITH_CRATES, &run->queries.queries[at]);
        if (search(run, ALONE_WITH_CRATES, error) != 0)
            return -1;
        for (size_t i = 0; i < N_REFINEMENTS; i++) {
            if (time_query(run, (at + i) % N_REFINEMENTS, at, is_warm_up, error) != 0)
                return -1;
        }
    }
    return 0;
}

/* Compares every query's times with and without, by nearest rank as statistics_compute does. */
static void compare(const struct run *run, size_t i, struct added *added)
{
    size_t n = run->queries.n_queries;
    size_t base = refinements[i].has_crates ? ALONE_WITH_CRATES : ALONE;
    for (size_t at = 0; at < n; at++)
        run->added[at] = (int64_t)run->best[i][at] - (int64_t)run->best[base][at];
    qsort(run->added, n, sizeof *run->added, compare_int64);
    *added = (struct added){run->added[(n + 1) / 2 - 1], run->added[(9 * n + 9) / 10 - 1],
                            run->added[(99 * n + 99) / 100 - 1], run->added[n - 1]};
}

static void print_above(const void *state, const struct rounds *rounds)
{
    const struct run *run = state;
    printf("queries   %s: %zu\n", rounds->options->queries_path, run->queries.n_queries);
}

static void print_below(const void *state, const struct rounds *rounds)
{
    const struct run *run = state;
    (void)rounds;
    printf(
        "\nadded to the same query, its best times, microseconds\n%-22s %9s %9s %9s %9s %11s  %s\n",
        "", "p50", "p90", "p99", "max", "matches", "value");
    for (size_t i = ALONE_WITH_CRATES + 1; i < N_REFINEMENTS; i++) {
        struct added added;
        compare(run, i, &added);
        printf("%-22s %9.1f %9.1f %9.1f %9.1f %11.1f  %s\n", refinements[i].title,
               (double)added.p50 / 1e3, (double)added.p90 / 1e3, (double)added.p99 / 1e3,
               (double)added.max / 1e3, (double)run->n_matches[i] / (double)run->queries.n_queries,
               run->values[i]);
    }
}

static void add_json(const void *state, const struct rounds *rounds, json_t *root)
{
    const struct run *run = state;
    json_t *all = json_object();
    for (size_t i = 0; i < rounds->n_series; i++)
        rounds_add_times(root, &rounds->series[i]);
    for (size_t i = ALONE_WITH_CRATES + 1; i < N_REFINEMENTS; i++) {
        struct added added;
        compare(run, i, &added);
        json_object_set_new(all, refinements[i].key,
                            json_pack("{s:s, s:f, s:f, s:f, s:f, s:I}", "value", run->values[i],
                                      "p50_us", (double)added.p50 / 1e3, "p90_us",
                                      (double)added.p90 / 1e3, "p99_us", (double)added.p99 / 1e3,
                                      "max_us", (double)added.max / 1e3, "matches",
                                      (json_int_t)run->n_matches[i]));
    }
    json_object_set_new(root, "added", all);
}

static int prepare(void *state, struct rounds *rounds, struct error *error)
{
    struct run *run = state;
    msgpack_sbuffer_init(&run->body);
    run->reader = rounds->reader;
    if (bench_queries_read(&run->queries, rounds->options->queries_path, error) != 0 ||
        read_values(run, error) != 0)
        return -1;
    size_t n = run->queries.n_queries;
    run->added = calloc(n, sizeof *run->added);
    if (run->added == NULL)
        return error_out_of_memory(error);
    for (size_t i = 0; i < N_REFINEMENTS; i++) {
        run->series[i] =
            rounds_add_series(rounds, refinements[i].title, refinements[i].key, n, error);
        run->best[i] = calloc(n, sizeof *run->best[i]);
        if (run->series[i] == NULL)
            return -1;
        if (run->best[i] == NULL)
            return error_out_of_memory(error);
    }
    return 0;
}

static void release(void *state)
{
    struct run *run = state;
    for (size_t i = 0; i < N_REFINEMENTS; i++)
        free(run->best[i]);
    free(run->added);
    msgpack_sbuffer_destroy(&run->body);
    bench_queries_free(&run->queries);
}

int bench_refinements(const struct bench_options *options, struct error *error)
{
    static const struct rounds_benchmark benchmark = {
        .name = "refinements",
        .state_size = sizeof(struct run),
        .prepare = prepare,
        .run_round = run_round,
        .print_above = print_above,
        .print_below = print_below,
        .add_json = add_json,
        .release = release,
    };
    return rounds_run(&benchmark, options, error);
}
