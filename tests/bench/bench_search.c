/* `search`: every query through search_run and on to the finished JSON body, as the server does it
   on a cache miss; with --baseline through plain FTS5 as well, in turn, so that both see the same
   state of the machine. Only the calls are timed; the buffers live from round to round, as a server
   thread's do. */
#include "tests/bench/bench_baseline.h"
#include "tests/bench/bench_memory.h"
#include "tests/bench/bench_queries.h"
#include "tests/bench/bench_rounds.h"

#include <cratedex/crate_fragment.h>
#include <cratedex/search.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HITS_PER_PAGE 10
#define N_SLOWEST 10

/* A query's best times: what is slow in every round is slow by itself, what is slow in one was
   disturbed. */
struct timed_query {
    const char *text;
    uint64_t search;
    uint64_t whole;
    uint64_t total; /* crates that match */
};

struct run {
    struct index_reader *reader;
    struct bench_queries queries;
    struct baseline *baseline; /* NULL where not asked for */
    struct memory_use opened;  /* memory after opening, and after the rounds */
    struct memory_use ended;
    struct series *search;
    struct series *whole;
    struct series *plain;                         /* NULL without a baseline */
    struct timed_query *timed;                    /* by query; after the last round slowest first */
    const struct timed_query *slowest[N_SLOWEST]; /* each text once */
    size_t n_slowest;
    size_t n_without_match;
    uint64_t n_matches;
    msgpack_sbuffer body;
    struct search_result result;
};

static int assemble(struct run *run, struct error *error)
{
    const struct search_result *result = &run->result;
    struct encoder encoder;
    msgpack_sbuffer_clear(&run->body);
    encoder_init(&encoder, ENCODING_JSON, &run->body);
    encoder_object(&encoder, 2);
    encoder_key(&encoder, "crates");
    encoder_array(&encoder, result->n_hits);
    for (uint32_t i = 0; i < result->n_hits; i++) {
        if (index_reader_encode_crate(run->reader, result->hits[i].rank, result->hits[i].exact,
                                      &encoder, error) != 0)
            return -1;
    }
    encoder_end_array(&encoder);
    encoder_key(&encoder, "meta");
    encoder_object(&encoder, 3);
    encoder_key(&encoder, "total");
    encoder_integer(&encoder, (int64_t)result->total);
    encoder_key(&encoder, "next_page");
    encoder_text(&encoder, result->n_hits == HITS_PER_PAGE ? result->seek_key : NULL);
    encoder_key(&encoder, "prev_page");
    encoder_null(&encoder);
    encoder_end_object(&encoder);
    encoder_end_object(&encoder);
    return encoder_finish(&encoder, error);
}

static int time_query(struct run *run, size_t i, bool is_warm_up, struct error *error)
{
    const struct bench_query *query = &run->queries.queries[i];
    struct search_query search = {
        .text = {query->text, query->length},
        .sort = SEARCH_SORT_RELEVANCE,
        .limit = HITS_PER_PAGE,
    };
    uint64_t begin = bench_now();
    enum search_status status = search_run(run->reader, &search, &run->result, error);
    uint64_t searched = bench_now();
    if (status != SEARCH_OK || assemble(run, error) != 0)
        return error_prefix(error, "query \"%s\": ", query->text);
    uint64_t assembled = bench_now();

    series_add(run->search, searched - begin);
    series_add(run->whole, assembled - begin);
    struct timed_query *timed = &run->timed[i];
    if (!is_warm_up && (timed->text == NULL || assembled - begin < timed->whole))
        *timed = (struct timed_query){query->text, searched - begin, assembled - begin,
                                      run->result.total};
    return 0;
}

static int time_baseline(struct run *run, size_t i, struct error *error)
{
    uint64_t begin = bench_now();
    int status = baseline_run(run->baseline, i, error);
    if (status == 1)
        series_add(run->plain, bench_now() - begin);
    return status < 0 ? -1 : 0;
}

static int slowest_first(const void *left, const void *right)
{
    const struct timed_query *a = left;
    const struct timed_query *b = right;
    return (a->whole < b->whole) - (a->whole > b->whole);
}

static bool is_listed(const struct run *run, const char *text)
{
    for (size_t i = 0; i < run->n_slowest; i++) {
        if (strcmp(run->slowest[i]->text, text) == 0)
            return true;
    }
    return false;
}

static void sum_up(void *state)
{
    struct run *run = state;
    memory_use_read(&run->ended);
    size_t n_queries = run->queries.n_queries;
    for (size_t i = 0; i < n_queries; i++) {
        run->n_matches += run->timed[i].total;
        run->n_without_match += run->timed[i].total == 0;
    }
    qsort(run->timed, n_queries, sizeof *run->timed, slowest_first);
    for (size_t i = 0; i < n_queries && run->n_slowest < N_SLOWEST; i++) {
        if (!is_listed(run, run->timed[i].text))
            run->slowest[run->n_slowest++] = &run->timed[i];
    }
}

static int run_round(void *state, struct rounds *rounds, bool is_warm_up, struct error *error)
{
    (void)rounds;
    struct run *run = state;
    for (size_t i = 0; i < run->queries.n_queries; i++) {
        if (time_query(run, i, is_warm_up, error) != 0 ||
            (run->baseline != NULL && time_baseline(run, i, error) != 0))
            return -1;
    }
    return 0;
}

static double ratio(double baseline, double ours)
{
    return ours > 0 ? baseline / ours : 0;
}

static void print_above(const void *state, const struct rounds *rounds)
{
    const struct run *run = state;
    printf("queries   %s: %zu, %zu without a match, %.1f matches on average\n",
           rounds->options->queries_path, run->queries.n_queries, run->n_without_match,
           (double)run->n_matches / (double)run->queries.n_queries);
    memory_use_print("after opening", &run->opened);
    memory_use_print("after the run", &run->ended);
}

static void print_below(const void *state, const struct rounds *rounds)
{
    (void)rounds;
    const struct run *run = state;
    if (run->baseline != NULL) {
        const struct statistics *plain = series_best(run->plain);
        const struct statistics *search = series_best(run->search);
        printf("%-22s %8.1fx %8.1fx %8.1fx %8.1fx %8.1fx %8.1fx\n", "FTS5 : search",
               ratio((double)plain->p50, (double)search->p50),
               ratio((double)plain->p90, (double)search->p90),
               ratio((double)plain->p99, (double)search->p99),
               ratio((double)plain->p999, (double)search->p999),
               ratio((double)plain->max, (double)search->max), ratio(plain->mean, search->mean));
    }
    printf("\nslowest queries, their best times\n%10s %10s %10s  %s\n", "search", "+ answer",
           "matches", "query");
    for (size_t i = 0; i < run->n_slowest; i++) {
        const struct timed_query *slow = run->slowest[i];
        printf("%10.1f %10.1f %10" PRIu64 "  %s\n", (double)slow->search / 1e3,
               (double)slow->whole / 1e3, slow->total, slow->text);
    }
}

static json_t *memory_to_json(const struct memory_use *use)
{
    return json_pack("{s:I, s:I}", "private_bytes", (json_int_t)use->private_bytes, "mapped_bytes",
                     (json_int_t)use->mapped_bytes);
}

static void add_json(const void *state, const struct rounds *rounds, json_t *root)
{
    const struct run *run = state;
    json_t *slowest = json_array();
    for (size_t i = 0; i < run->n_slowest; i++) {
        const struct timed_query *slow = run->slowest[i];
        json_array_append_new(slowest, json_pack("{s:s, s:f, s:f, s:I}", "query", slow->text,
                                                 "search_us", (double)slow->search / 1e3,
                                                 "search_and_answer_us", (double)slow->whole / 1e3,
                                                 "matches", (json_int_t)slow->total));
    }
    json_object_set_new(root, "queries",
                        json_pack("{s:s, s:I, s:I, s:I}", "path", rounds->options->queries_path,
                                  "count", (json_int_t)run->queries.n_queries, "without_match",
                                  (json_int_t)run->n_without_match, "matches",
                                  (json_int_t)run->n_matches));
    json_object_set_new(root, "memory_after_opening", memory_to_json(&run->opened));
    json_object_set_new(root, "memory_after_run", memory_to_json(&run->ended));
    for (size_t i = 0; i < rounds->n_series; i++)
        rounds_add_times(root, &rounds->series[i]);
    if (run->baseline != NULL) {
        const struct statistics *plain = series_best(run->plain);
        const struct statistics *search = series_best(run->search);
        json_object_set_new(root, "fts5_to_search",
                            json_pack("{s:f, s:f, s:f}", "p50",
                                      ratio((double)plain->p50, (double)search->p50), "p99",
                                      ratio((double)plain->p99, (double)search->p99), "mean",
                                      ratio(plain->mean, search->mean)));
    }
    json_object_set_new(root, "slowest", slowest);
}

static int prepare(void *state, struct rounds *rounds, struct error *error)
{
    struct run *run = state;
    const struct bench_options *options = rounds->options;
    msgpack_sbuffer_init(&run->body);
    run->reader = rounds->reader;
    if (bench_queries_read(&run->queries, options->queries_path, error) != 0)
        return -1;
    size_t n_queries = run->queries.n_queries;
    run->timed = calloc(n_queries, sizeof *run->timed);
    if (run->timed == NULL)
        return error_out_of_memory(error);
    run->search = rounds_add_series(rounds, "search", "search", n_queries, error);
    run->whole =
        rounds_add_series(rounds, "search + answer", "search_and_answer", n_queries, error);
    if (run->search == NULL || run->whole == NULL)
        return -1;
    memory_use_read(&run->opened);
    if (!options->baseline)
        return 0;
    run->plain = rounds_add_series(rounds, "FTS5 ORDER BY bm25()", "fts5", n_queries, error);
    run->baseline = baseline_open(options->index_path, &run->queries, error);
    return run->plain != NULL && run->baseline != NULL ? 0 : -1;
}

static void release(void *state)
{
    struct run *run = state;
    baseline_close(run->baseline);
    free(run->timed);
    msgpack_sbuffer_destroy(&run->body);
    bench_queries_free(&run->queries);
}

int bench_search(const struct bench_options *options, struct error *error)
{
    static const struct rounds_benchmark benchmark = {
        .name = "search",
        .state_size = sizeof(struct run),
        .prepare = prepare,
        .run_round = run_round,
        .sum_up = sum_up,
        .print_above = print_above,
        .print_below = print_below,
        .add_json = add_json,
        .release = release,
    };
    return rounds_run(&benchmark, options, error);
}
