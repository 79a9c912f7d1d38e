/* `filters`: every query without a filter and with each of several, in turn, so that all see the
   same state of the machine; by relevance and by downloads. What a filter costs is the difference
   of the percentiles of every query's best times: what disturbs one round does not disturb all.
   Filters whose values the index does not have are left out. */
#include "tests/bench/bench_queries.h"
#include "tests/bench/bench_rounds.h"

#include <cratedex/search.h>
#include <cratedex/search_filters.h>
#include <cratedex/search_language.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HITS_PER_PAGE 10
#define MAX_FILTERS 20

static const char *const written_filters[] = {
    "license=MIT",
    "license=Apache-2.0",
    "rust_version=1.56",
    "rust_version=1.70",
    "edition=2021",
    "has=bin",
    "no_std=yes",
    "stable=yes",
    "updated_since=2024-01-01",
    "created_since=2020-01-01",
    "min_downloads=10000",
    "keyword=cli",
    "category=web-programming",
    "owner=sample-user-1",
    /* As the search box has them: frequent words, several, and one that is nowhere. */
    "-node",
    "-node -react -web -async-std",
    "-zzqxvw",
    "\"node\"",
    "in:name",
};
#define N_WRITTEN (sizeof written_filters / sizeof *written_filters)

static const struct {
    enum search_sort sort;
    const char *name;
} sorts[] = {{SEARCH_SORT_RELEVANCE, "relevance"}, {SEARCH_SORT_DOWNLOADS, "downloads"}};
#define N_SORTS (sizeof sorts / sizeof *sorts)

struct variant {
    struct search_filters filters; /* none in the first */
    struct series *series[N_SORTS];
    uint64_t *best[N_SORTS];               /* of every query; sorted after the last round */
    struct statistics statistics[N_SORTS]; /* of the best times */
    char names[N_SORTS][64];
};

struct run {
    struct index_reader *reader;
    struct bench_queries queries;
    struct variant variants[1 + MAX_FILTERS];
    size_t n_variants;
    struct search_result result;
};

/* Reads a parameter, or what stands in the search box. Returns false where the index does not have
   its value. */
static bool read_filter(struct search_filters *filters, const struct index *index,
                        const char *written)
{
    size_t length = strcspn(written, "=");
    const struct search_string name = {written, length};
    char rest[SEARCH_MAX_TEXT_BYTES];
    if (written[length] == '\0')
        return search_language_read(index, name, filters, rest, &length);
    const struct search_string value = {written + length + 1, strlen(written + length + 1)};
    return search_filters_add(filters, index, name, value, NULL) == 0;
}

/* Adds a variant with that filter; NULL: without any. */
static int add_variant(struct run *run, struct rounds *rounds, const char *written,
                       struct error *error)
{
    struct variant *variant = &run->variants[run->n_variants];
    search_filters_init(&variant->filters);
    if (written != NULL && !read_filter(&variant->filters, rounds->index, written))
        return 0;
    for (size_t i = 0; i < N_SORTS; i++) {
        snprintf(variant->names[i], sizeof variant->names[i], "%s%s",
                 written != NULL ? written : "no filter", i == 0 ? "" : ", by downloads");
        variant->series[i] = rounds_add_series(rounds, variant->names[i], variant->names[i],
                                               run->queries.n_queries, error);
        variant->best[i] = calloc(run->queries.n_queries, sizeof *variant->best[i]);
        if (variant->series[i] == NULL)
            return -1;
        if (variant->best[i] == NULL)
            return error_out_of_memory(error);
    }
    run->n_variants++;
    return 0;
}

/* The most popular crate is one that others depend on. */
static int add_dependents(struct run *run, struct rounds *rounds, struct error *error)
{
    static char written[INDEX_MAX_NAME_BYTES + 16];
    struct index_crate crate;
    if (index_n_crates(rounds->index) == 0)
        return 0;
    index_crate(rounds->index, 1, &crate);
    snprintf(written, sizeof written, "depends_on=%.*s", (int)crate.name_length, crate.name);
    return add_variant(run, rounds, written, error);
}

static int prepare(void *state, struct rounds *rounds, struct error *error)
{
    struct run *run = state;
    run->reader = rounds->reader;
    if (bench_queries_read(&run->queries, rounds->options->queries_path, error) != 0 ||
        add_variant(run, rounds, NULL, error) != 0)
        return -1;
    _Static_assert(N_WRITTEN < MAX_FILTERS, "all of them and the dependents have room");
    for (size_t i = 0; i < N_WRITTEN; i++) {
        if (add_variant(run, rounds, written_filters[i], error) != 0)
            return -1;
    }
    return add_dependents(run, rounds, error);
}

static int run_round(void *state, struct rounds *rounds, bool is_warm_up, struct error *error)
{
    struct run *run = state;
    (void)rounds;
    for (size_t i = 0; i < run->queries.n_queries * N_SORTS; i++) {
        const struct bench_query *query = &run->queries.queries[i / N_SORTS];
        for (size_t v = 0; v < run->n_variants; v++) {
            /* Each is first at times: the first one finds less in the processor's caches. */
            const struct variant *variant = &run->variants[(i + v) % run->n_variants];
            const struct search_query search = {
                .text = {query->text, query->length},
                .sort = sorts[i % N_SORTS].sort,
                .filters = variant->filters.n > 0 ? &variant->filters : NULL,
                .limit = HITS_PER_PAGE,
            };
            uint64_t begin = bench_now();
            if (search_run(run->reader, &search, &run->result, error) != SEARCH_OK)
                return error_prefix(error, "query \"%s\": ", query->text);
            uint64_t taken = bench_now() - begin;
            uint64_t *best = &variant->best[i % N_SORTS][i / N_SORTS];
            series_add(variant->series[i % N_SORTS], taken);
            if (!is_warm_up && (*best == 0 || taken < *best))
                *best = taken;
        }
    }
    return 0;
}

static void sum_up(void *state)
{
    struct run *run = state;
    for (size_t v = 0; v < run->n_variants; v++) {
        for (size_t i = 0; i < N_SORTS; i++)
            statistics_compute(run->variants[v].best[i], run->queries.n_queries,
                               &run->variants[v].statistics[i]);
    }
}

static double more(uint64_t with, uint64_t without)
{
    return ((double)with - (double)without) / 1e3;
}

static void print_below(const void *state, const struct rounds *rounds)
{
    const struct run *run = state;
    (void)rounds;
    printf("\nbest times, more than without, in microseconds\n%10s %10s  %s\n", "p50", "p99",
           "filter");
    for (size_t v = 1; v < run->n_variants; v++) {
        for (size_t i = 0; i < N_SORTS; i++) {
            const struct statistics *plain = &run->variants[0].statistics[i];
            const struct statistics *filtered = &run->variants[v].statistics[i];
            printf("%10.1f %10.1f  %s\n", more(filtered->p50, plain->p50),
                   more(filtered->p99, plain->p99), run->variants[v].names[i]);
        }
    }
}

static void add_json(const void *state, const struct rounds *rounds, json_t *root)
{
    const struct run *run = state;
    json_t *best = json_object();
    for (size_t i = 0; i < rounds->n_series; i++)
        rounds_add_times(root, &rounds->series[i]);
    for (size_t v = 0; v < run->n_variants; v++) {
        for (size_t i = 0; i < N_SORTS; i++)
            json_object_set_new(best, run->variants[v].names[i],
                                statistics_to_json(&run->variants[v].statistics[i]));
    }
    json_object_set_new(root, "best_times", best);
}

static void release(void *state)
{
    struct run *run = state;
    for (size_t v = 0; v < 1 + MAX_FILTERS; v++) {
        for (size_t i = 0; i < N_SORTS; i++)
            free(run->variants[v].best[i]);
    }
    bench_queries_free(&run->queries);
}

int bench_filters(const struct bench_options *options, struct error *error)
{
    static const struct rounds_benchmark benchmark = {
        .name = "filters",
        .state_size = sizeof(struct run),
        .prepare = prepare,
        .run_round = run_round,
        .sum_up = sum_up,
        .print_below = print_below,
        .add_json = add_json,
        .release = release,
    };
    return rounds_run(&benchmark, options, error);
}
