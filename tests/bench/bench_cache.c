/* `cache`: what the result cache makes of a stream of requests whose popularity is Zipf's (exponent
   1.0), at sizes from 1 MiB to 1 GiB. The requests are the query file's, the first PAGES pages of
   each; which is how popular is drawn once, from a seed. Our cache runs for real: a miss searches
   and encodes, as the server does, so that requests a second are what one thread would do without
   HTTP. Its entries are charged what an answer costs. LRU and Belady's offline rule are simulated
   on the same trace with the bytes that our cache's tables leave for entries. Hit ratios are of the
   second half, when the caches are warm. */
#include "tests/bench/bench.h"
#include "tests/bench/bench_queries.h"
#include "tests/bench/bench_zipf.h"
#include "tests/bench/cache_models.h"

#include "server/answer/answer.h"
#include "server/cache/cache.h"

#include <cratedex/crate_fragment.h>
#include <cratedex/index_reader.h>
#include <cratedex/search.h>
#include <stdio.h>
#include <stdlib.h>

#define PAGES 10
#define SEED 20260101
#define HITS_PER_PAGE 10
#define N_REQUESTS 60000
#define N_WARM_UP 30000
#define N_COUNTED ((double)(N_REQUESTS - N_WARM_UP))
#define SMALLEST_BYTES ((size_t)1 << 20)
#define N_SIZES 11
#define TABLES_PART 16 /* of a cache's bytes, its tables take about this part */

struct outcome {
    size_t max_bytes;
    double hit_ratio;
    double lru_hit_ratio;
    double belady_hit_ratio;
    double requests_a_second;
};

struct run {
    struct index *index;
    struct index_reader *reader;
    struct bench_queries queries;
    uint32_t n_items; /* an item is a page of a query */
    size_t *costs;
    uint32_t *items; /* the trace */
    struct outcome outcomes[N_SIZES];
};

static void keep_value(void *value)
{
    (void)value; /* it is the run's own */
}

/* What the server does on a miss. `cost` becomes what the cache would be charged. */
static int compute(struct run *run, uint32_t item, size_t *cost, struct error *error)
{
    static struct search_result result;
    const struct bench_query *query = &run->queries.queries[item / PAGES];
    const struct search_query search = {
        .text = {query->text, query->length},
        .sort = SEARCH_SORT_RELEVANCE,
        .limit = HITS_PER_PAGE,
        .offset = item % PAGES * HITS_PER_PAGE,
    };
    if (search_run(run->reader, &search, &result, error) != SEARCH_OK)
        return error_prefix(error, "query \"%s\": ", query->text);
    msgpack_sbuffer body;
    struct encoder encoder;
    msgpack_sbuffer_init(&body);
    encoder_init(&encoder, ENCODING_JSON, &body);
    encoder_array(&encoder, result.n_hits);
    int status = 0;
    for (uint32_t i = 0; i < result.n_hits && status == 0; i++)
        status = index_reader_encode_crate(run->reader, result.hits[i].rank, result.hits[i].exact,
                                           &encoder, error);
    encoder_end_array(&encoder);
    if (status == 0)
        status = encoder_finish(&encoder, error);
    const struct answer_head head = {.status = 200, .content_type = "application/json"};
    struct answer *answer = status == 0 ? answer_create(&head, &body, NULL, NULL, error) : NULL;
    msgpack_sbuffer_destroy(&body);
    if (answer == NULL)
        return -1;
    *cost = answer_cost(answer);
    answer_free(answer);
    return 0;
}

static int make_trace(struct run *run, struct error *error)
{
    run->costs = calloc(run->n_items, sizeof *run->costs);
    run->items = calloc(N_REQUESTS, sizeof *run->items);
    if (run->costs == NULL || run->items == NULL)
        return error_out_of_memory(error);
    return zipf_draw(run->items, N_REQUESTS, run->n_items, SEED, error);
}

/* What each item of the trace costs, which the simulations need beforehand. */
static int find_costs(struct run *run, struct error *error)
{
    for (size_t i = 0; i < N_REQUESTS; i++)
        if (run->costs[run->items[i]] == 0 &&
            compute(run, run->items[i], &run->costs[run->items[i]], error) != 0)
            return -1;
    return 0;
}

static int run_cache(struct run *run, struct outcome *outcome, struct error *error)
{
    struct cache *cache = cache_create(outcome->max_bytes, 1, keep_value, error);
    if (cache == NULL)
        return -1;
    size_t n_hits = 0;
    int status = 0;
    uint64_t begin = bench_now();
    for (size_t i = 0; i < N_REQUESTS && status == 0; i++) {
        enum cache_outcome found;
        uint32_t item = run->items[i];
        struct cache_entry *entry = cache_acquire(cache, &item, sizeof item, &found);
        if (entry == NULL) {
            status = error_out_of_memory(error);
        } else if (found == CACHE_HIT) {
            n_hits += i >= N_WARM_UP;
            cache_release(cache, entry);
        } else {
            size_t cost;
            status = compute(run, item, &cost, error);
            cache_fill(cache, entry, run, run->costs[item]);
            cache_release(cache, entry);
        }
    }
    outcome->requests_a_second = N_REQUESTS * 1e9 / (double)(bench_now() - begin);
    outcome->hit_ratio = (double)n_hits / N_COUNTED;
    cache_destroy(cache);
    return status;
}

static int run_size(struct run *run, struct outcome *outcome, struct error *error)
{
    const struct cache_trace trace = {run->items, N_REQUESTS, N_WARM_UP, run->costs, run->n_items};
    size_t entry_bytes = outcome->max_bytes - outcome->max_bytes / TABLES_PART;
    size_t lru;
    size_t belady;
    if (run_cache(run, outcome, error) != 0 ||
        cache_model_lru(&trace, entry_bytes, &lru, error) != 0 ||
        cache_model_belady(&trace, entry_bytes, &belady, error) != 0)
        return -1;
    outcome->lru_hit_ratio = (double)lru / N_COUNTED;
    outcome->belady_hit_ratio = (double)belady / N_COUNTED;
    return 0;
}

static int report(const struct run *run, const struct bench_options *options, struct error *error)
{
    size_t bytes = 0;
    uint32_t n_asked = 0;
    for (uint32_t item = 0; item < run->n_items; item++) {
        bytes += run->costs[item];
        n_asked += run->costs[item] > 0;
    }
    if (options->json) {
        json_t *root = bench_header("cache", run->index, options->index_path);
        json_t *sizes = json_array();
        for (size_t i = 0; i < N_SIZES; i++) {
            const struct outcome *outcome = &run->outcomes[i];
            json_array_append_new(sizes, json_pack("{s:I, s:f, s:f, s:f, s:f}", "max_bytes",
                                                   (json_int_t)outcome->max_bytes, "hit_ratio",
                                                   outcome->hit_ratio, "lru_hit_ratio",
                                                   outcome->lru_hit_ratio, "belady_hit_ratio",
                                                   outcome->belady_hit_ratio, "requests_a_second",
                                                   outcome->requests_a_second));
        }
        json_object_set_new(root, "requests", json_integer(N_REQUESTS));
        json_object_set_new(root, "items_asked_for", json_integer(n_asked));
        json_object_set_new(root, "bytes_asked_for", json_integer((json_int_t)bytes));
        json_object_set_new(root, "sizes", sizes);
        return bench_print_json(root, error);
    }
    bench_print_header(run->index, options->index_path);
    printf(
        "trace     %d requests, Zipf 1.0, for %u answers of %.1f MiB together; hit ratios of the "
        "second half\n\n%8s %10s %10s %10s %14s\n",
        N_REQUESTS, n_asked, (double)bytes / 1048576, "MiB", "S3-FIFO", "LRU", "Belady",
        "requests/s");
    for (size_t i = 0; i < N_SIZES; i++) {
        const struct outcome *outcome = &run->outcomes[i];
        printf("%8zu %10.4f %10.4f %10.4f %14.0f\n", outcome->max_bytes >> 20, outcome->hit_ratio,
               outcome->lru_hit_ratio, outcome->belady_hit_ratio, outcome->requests_a_second);
    }
    return 0;
}

static int run_all(struct run *run, const struct bench_options *options, struct error *error)
{
    run->index = index_open(options->index_path, error);
    if (run->index == NULL)
        return -1;
    run->reader = index_reader_open(run->index, error);
    if (run->reader == NULL || bench_queries_read(&run->queries, options->queries_path, error) != 0)
        return -1;
    run->n_items = (uint32_t)(run->queries.n_queries * PAGES);
    if (make_trace(run, error) != 0 || find_costs(run, error) != 0)
        return -1;
    for (size_t i = 0; i < N_SIZES; i++) {
        run->outcomes[i].max_bytes = SMALLEST_BYTES << i;
        if (run_size(run, &run->outcomes[i], error) != 0)
            return -1;
    }
    return report(run, options, error);
}

int bench_cache(const struct bench_options *options, struct error *error)
{
    struct run run = {.index = NULL};
    int status = run_all(&run, options, error);
    free(run.costs);
    free(run.items);
    bench_queries_free(&run.queries);
    if (run.reader != NULL)
        index_reader_close(run.reader);
    if (run.index != NULL)
        index_close(run.index);
    return status;
}
