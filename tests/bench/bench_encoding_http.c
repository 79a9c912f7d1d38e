/* `encoding-http`: the pages of `encoding` through HTTP, hits from one server and misses from
   another without cache. Rounds interleave as there. Latency is taken at fixed rates, in an open
   loop; throughput and processor time at full load, in a closed one, where a latency would say
   nothing. A rate's run is long enough for LEAST_REQUESTS, so that its 99th percentile is not its
   worst case. */
#include "tests/bench/bench.h"
#include "tests/bench/bench_load.h"
#include "tests/bench/encoding_figures.h"
#include "tests/bench/http_server_child.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_QUERIES "tests/bench/queries.txt"
#define DEFAULT_ROUNDS 21
#define RUN_SECONDS 0.1
#define LEAST_REQUESTS 200
#define N_CONNECTIONS 8
#define KEEPING_UP 0.95 /* of the requests of a run, at least */

enum { SERVER_HIT, SERVER_MISS, N_SERVERS };

/* What is asked in one run. */
static const struct http_load {
    const char *name;
    const char *key;
    int server;
    double rate; /* 0: full load */
} loads[] = {
    {"hits, 1,000/s", "hit_1000", SERVER_HIT, 1000},
    {"hits, 5,000/s", "hit_5000", SERVER_HIT, 5000},
    {"hits, full load", "hit_full", SERVER_HIT, 0},
    {"misses, 500/s", "miss_500", SERVER_MISS, 500},
    {"misses, full load", "miss_full", SERVER_MISS, 0},
};
#define N_LOADS (sizeof loads / sizeof *loads)

/* What comes of a run: percentiles at a rate, else what full load gives and takes. */
enum { P50, P90, P99, N_LATENCIES };
enum { THROUGHPUT, SERVER_CPU, CLIENT_CPU, N_COSTS };

static const struct encoding_unit throughput = {"requests/s", 1, true};
/* Of a million requests as many seconds as microseconds of one. */
static const struct encoding_unit processor_time = {"seconds a million requests", 1e3, false};

struct http_figure {
    const char *key;
    const char *name;
    const struct encoding_unit *unit;
};
static const struct http_figure latencies[N_LATENCIES] = {
    {"p50", "latency p50", &encoding_microseconds},
    {"p90", "latency p90", &encoding_microseconds},
    {"p99", "latency p99", &encoding_microseconds},
};
static const struct http_figure costs[N_COSTS] = {
    {"throughput", "throughput", &throughput},
    {"server_cpu", "server's processor time", &processor_time},
    {"client_cpu", "client's processor time", &processor_time},
};

struct load_figures {
    struct encoding_series series[N_COSTS];
    struct encoding_series in_time; /* shares of the requests of a run */
};

struct page_requests {
    char text[ENCODING_MAX_ANSWERS][512];
    struct load_request requests[ENCODING_MAX_ANSWERS];
};

struct run {
    struct encoding_pages pages;
    struct http_server_child servers[N_SERVERS];
    struct page_requests requests[N_ENCODING_PAGES][N_ENCODINGS];
    struct load_figures figures[N_ENCODING_PAGES][N_LOADS];
    unsigned n_rounds;
};

/* Whether half of the runs, in either encoding, had answers that did not keep up with the rate:
   then the latency depends on how long a run is, and says nothing. One run can be held up by
   something else. */
static bool is_saturated(const struct http_load *load, const struct load_figures *figures)
{
    for (int i = 0; i < N_ENCODINGS && load->rate > 0 && figures->in_time.n_samples > 0; i++)
        if (bootstrap_median(figures->in_time.samples[i], figures->in_time.n_samples) < KEEPING_UP)
            return true;
    return false;
}

static unsigned n_figures(const struct http_load *load)
{
    return load->rate > 0 ? (unsigned)N_LATENCIES : (unsigned)N_COSTS;
}

static double run_seconds(const struct http_load *load)
{
    return load->rate > 0 ? fmax(RUN_SECONDS, LEAST_REQUESTS / load->rate) : RUN_SECONDS;
}

struct measure_words {
    char key[64];
    char name[64];
};

static struct encoding_measure name_measure(const struct http_load *load, unsigned figure,
                                            struct measure_words *words)
{
    const struct http_figure *what = load->rate > 0 ? &latencies[figure] : &costs[figure];
    snprintf(words->key, sizeof words->key, "%s_%s", load->key, what->key);
    snprintf(words->name, sizeof words->name, "%s: %s", load->name, what->name);
    return (struct encoding_measure){.key = words->key, .name = words->name, .unit = what->unit};
}

static void write_requests(struct run *run, size_t page, enum encoding encoding)
{
    struct page_requests *written = &run->requests[page][encoding];
    for (size_t i = 0; i < run->pages.pages[page].n_answers; i++) {
        int size =
            snprintf(written->text[i], sizeof written->text[i],
                     "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: %s\r\n\r\n",
                     run->pages.pages[page].answers[i]->target, encoding_media_type(encoding));
        written->requests[i] = (struct load_request){written->text[i], (size_t)size};
    }
}

/* Both servers must answer what was assembled in this process; and the cache is full after that. */
static int verify_page(struct run *run, size_t page, enum encoding encoding, struct error *error)
{
    for (size_t i = 0; i < run->pages.pages[page].n_answers; i++) {
        const struct encoding_answer *answer = run->pages.pages[page].answers[i];
        const msgpack_sbuffer *ours = &answer->bodies[encoding];
        for (int server = 0; server < N_SERVERS; server++) {
            msgpack_sbuffer body;
            msgpack_sbuffer_init(&body);
            int status = load_fetch(run->servers[server].port,
                                    &run->requests[page][encoding].requests[i], &body, error);
            if (status == 0 &&
                (body.size != ours->size || memcmp(body.data, ours->data, body.size) != 0))
                status = error_set(error, "%s: the server answers other bytes in %s",
                                   answer->target, encoding_labels[encoding]);
            msgpack_sbuffer_destroy(&body);
            if (status != 0)
                return -1;
        }
    }
    return 0;
}

static int take_sample(struct run *run, size_t page, size_t load, enum encoding encoding,
                       unsigned round, struct error *error)
{
    const struct http_server_child *server = &run->servers[loads[load].server];
    struct load_figures *figures = &run->figures[page][load];
    const struct load_plan plan = {.port = server->port,
                                   .requests = run->requests[page][encoding].requests,
                                   .n_requests = run->pages.pages[page].n_answers,
                                   .n_connections = N_CONNECTIONS,
                                   .rate = loads[load].rate,
                                   .seconds = run_seconds(&loads[load]),
                                   .server_cpu = http_server_child_cpu,
                                   .server = server};
    struct load_result result;
    if (load_run(&plan, &result, error) != 0)
        return -1;
    figures->in_time.samples[encoding][round] = result.share_in_time;
    figures->in_time.n_samples = round + 1;
    /* On a busy machine a run may be held up for all of its time: that was the time of one, at
       least. */
    double n_answers = result.n_answers > 0 ? (double)result.n_answers : 1;
    double n_received = result.n_received > 0 ? (double)result.n_received : 1;
    double sample[N_COSTS] = {(double)result.latency.p50, (double)result.latency.p90,
                              (double)result.latency.p99};
    if (plan.rate == 0) {
        sample[THROUGHPUT] = n_answers / result.seconds;
        sample[SERVER_CPU] = 1e9 * result.server_cpu / n_received;
        sample[CLIENT_CPU] = 1e9 * result.client_cpu / n_received;
    }
    for (unsigned i = 0; i < n_figures(&loads[load]); i++) {
        figures->series[i].samples[encoding][round] = sample[i];
        figures->series[i].n_samples = round + 1;
    }
    return 0;
}

static int run_round(struct run *run, unsigned round, struct error *error)
{
    for (size_t page = 0; page < N_ENCODING_PAGES; page++) {
        for (size_t load = 0; load < N_LOADS && run->pages.pages[page].n_answers > 0; load++) {
            for (unsigned i = 0; i < N_ENCODINGS; i++) {
                enum encoding encoding = (enum encoding)((i + round) % N_ENCODINGS);
                if (take_sample(run, page, load, encoding, round, error) != 0)
                    return -1;
            }
        }
    }
    return 0;
}

static int measure(struct run *run, const char *index_path, struct error *error)
{
    static const struct http_server_settings settings[N_SERVERS] = {
        {.cache_bytes = "256M", .n_threads = 1}, {.cache_bytes = "0", .n_threads = 1}};
    for (int i = 0; i < N_SERVERS; i++)
        if (http_server_child_start(&run->servers[i], index_path, &settings[i], error) != 0)
            return -1;
    for (size_t page = 0; page < N_ENCODING_PAGES; page++) {
        for (int i = 0; i < N_ENCODINGS; i++) {
            write_requests(run, page, (enum encoding)i);
            if (verify_page(run, page, (enum encoding)i, error) != 0)
                return -1;
        }
    }
    for (unsigned round = 0; round < run->n_rounds; round++)
        if (run_round(run, round, error) != 0)
            return -1;
    return 0;
}

static void print_text(const struct run *run, const char *index_path)
{
    bench_print_header(run->pages.index, index_path);
    printf(
        "rounds    %u interleaved, %d keep-alive connections, one server thread; medians, 95 %% "
        "intervals "
        "(%d resamples)%s\n"
        "latency   open loop: from when a request was due until its answer was there, also while "
        "it waits for "
        "a connection,\n"
        "          so corrected for coordinated omission; runs of %d requests or more; none for a "
        "rate "
        "that saturates\n"
        "the rest  closed loop at full load, %.1f s a run\n",
        run->n_rounds, N_CONNECTIONS, BOOTSTRAP_RESAMPLES, encoding_rounds_remark(run->n_rounds),
        LEAST_REQUESTS, RUN_SECONDS);
    for (size_t load = 0; load < N_LOADS; load++) {
        for (unsigned i = 0; i < n_figures(&loads[load]); i++) {
            struct measure_words words = {.key = ""};
            const struct encoding_measure measure = name_measure(&loads[load], i, &words);
            encoding_titles_print(&measure);
            for (size_t page = 0; page < N_ENCODING_PAGES; page++) {
                const struct load_figures *figures = &run->figures[page][load];
                if (is_saturated(&loads[load], figures))
                    printf("%-15s not reported: the rate saturates\n", run->pages.pages[page].name);
                else
                    encoding_series_print(run->pages.pages[page].name, &figures->series[i],
                                          measure.unit);
            }
        }
    }
}

/* {"key", "name", "unit", "saturated": true} in the place of a latency that is not reported. */
static json_t *figure_to_json(const struct http_load *load, const struct load_figures *figures,
                              unsigned figure)
{
    struct measure_words words = {.key = ""};
    const struct encoding_measure measure = name_measure(load, figure, &words);
    if (!is_saturated(load, figures))
        return encoding_series_to_json(&measure, &figures->series[figure], NULL);
    return json_pack("{s:s, s:s, s:s, s:b}", "key", measure.key, "name", measure.name, "unit",
                     measure.unit->name, "saturated", 1);
}

static json_t *page_to_json(const struct run *run, size_t page)
{
    json_t *list = json_array();
    for (size_t load = 0; load < N_LOADS; load++)
        for (unsigned i = 0; i < n_figures(&loads[load]); i++)
            json_array_append_new(list, figure_to_json(&loads[load], &run->figures[page][load], i));
    return json_pack("{s:s, s:s, s:o, s:o}", "key", run->pages.pages[page].key, "name",
                     run->pages.pages[page].name, "targets",
                     encoding_targets_to_json(&run->pages.pages[page]), "operations", list);
}

static json_t *to_json(const struct run *run, const char *index_path)
{
    json_t *root = bench_header("encoding-http", run->pages.index, index_path);
    json_t *list = json_array();
    for (size_t page = 0; page < N_ENCODING_PAGES; page++)
        if (run->pages.pages[page].n_answers > 0)
            json_array_append_new(list, page_to_json(run, page));
    json_object_set_new(root, "rounds", json_integer(run->n_rounds));
    json_object_set_new(root, "resamples", json_integer(BOOTSTRAP_RESAMPLES));
    json_object_set_new(root, "seed", json_integer(ENCODING_SEED));
    json_object_set_new(root, "connections", json_integer(N_CONNECTIONS));
    json_object_set_new(root, "run_seconds", json_real(RUN_SECONDS));
    json_object_set_new(root, "least_requests", json_integer(LEAST_REQUESTS));
    json_object_set_new(root, "pages", list);
    return root;
}

int bench_encoding_http(const struct bench_options *options, struct error *error)
{
    struct run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return error_out_of_memory(error);
    for (int i = 0; i < N_SERVERS; i++)
        run->servers[i].output = -1;
    run->n_rounds = options->n_rounds != 0 ? options->n_rounds : DEFAULT_ROUNDS;
    int status = encoding_pages_open(
        &run->pages, options->index_path,
        options->queries_path != NULL ? options->queries_path : DEFAULT_QUERIES, error);
    if (status == 0 && options->page != NULL)
        status = encoding_pages_keep(&run->pages, options->page, error);
    if (status == 0)
        status = measure(run, options->index_path, error);
    if (status == 0 && options->json)
        status = bench_print_json(to_json(run, options->index_path), error);
    else if (status == 0)
        print_text(run, options->index_path);
    for (int i = 0; i < N_SERVERS; i++)
        http_server_child_stop(&run->servers[i]);
    encoding_pages_free(&run->pages);
    free(run);
    return status;
}
