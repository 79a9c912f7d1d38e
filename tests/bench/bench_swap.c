/* `swap`: what clients see when a server gets another index while it is asked as much as it can
   answer. Searches come over keep-alive connections in a closed loop, with Zipf's popularity; the
   two indexes take each other's place by a rename, again and again; every body must be that of the
   one or of the other. A swap lasts from the rename until a second after the first answer of the
   new index, so that opening it, making answers beforehand and all misses behind it are in it. The
   times between swaps, of the same run, are what it is compared with. */
#include "tests/bench/bench.h"
#include "tests/bench/bench_child.h"
#include "tests/bench/bench_goals.h"
#include "tests/bench/http_server_child.h"
#include "tests/bench/swap_load.h"
#include "tests/bench/swap_watch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N_CONNECTIONS 64
#define CACHE "64M"
#define LONGEST_WAIT_MS "2000" /* a machine that does other things must not make requests fail */
#define DEFAULT_QUIET_SECONDS 2
#define SHORTEST_QUIET 300000000 /* nanoseconds */
#define WARM_UP_TIMES 5          /* the quiet time */
#define LONGEST_RUN 86400        /* seconds */
#define LEAST_PART 20            /* of the answers: so many must differ */

#define MAX_P99_RATIO 2.0
#define MIN_HIT_RATIO 0.9
#define MAX_MEMORY_RATIO 1.05

struct run {
    struct swap_load load;
    struct swap_watch watch;
    struct http_server_child server;
    char folder[BENCH_FOLDER_MAX];
    char paths[2][4096];
    char link[BENCH_FOLDER_MAX + 16];
    unsigned n_threads;
    double n_warmed; /* of all swaps */
    double warming_seconds;
    struct statistics outside;
    struct statistics during;
    struct statistics preparing;
    struct statistics noticed;
    struct goal_result p99;
    struct goal_result hits;
};

/* A counter of /metrics; 0 where it has none of that name. */
static double counter(const char *text, const char *name)
{
    const char *line = strstr(text, name);
    return line != NULL ? strtod(line + strlen(name), NULL) : 0;
}

static int read_metrics(struct run *run, struct error *error)
{
    static const char text[] = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
    static const struct load_request request = {text, sizeof text - 1};
    msgpack_sbuffer body;
    msgpack_sbuffer_init(&body);
    int status = load_fetch(run->server.port, &request, &body, error);
    if (status == 0 && msgpack_sbuffer_write(&body, "", 1) == 0) {
        run->n_warmed = counter(body.data, "\ncratedex_warmed_answers_total ");
        run->warming_seconds = counter(body.data, "\ncratedex_warming_seconds_total ");
    }
    msgpack_sbuffer_destroy(&body);
    return status;
}

static int ask(struct run *run, struct error *error)
{
    static const char *const more[] = {"--max-wait-ms", LONGEST_WAIT_MS, "--slow-query-ms", "0",
                                       NULL};
    const struct http_server_settings settings = {
        .cache_bytes = CACHE, .n_threads = run->n_threads, .more = more};
    const struct load_plan plan = {.requests = run->load.trace,
                                   .n_requests = run->load.n_trace,
                                   .n_connections = N_CONNECTIONS,
                                   .seconds = LONGEST_RUN,
                                   .answered = swap_watch_answered,
                                   .context = &run->watch};
    struct load_plan at_port = plan;
    struct load_result result;
    if (swap_watch_begin(&run->watch, error) != 0 ||
        http_server_child_start(&run->server, run->link, &settings, error) != 0)
        return -1;
    run->watch.server = run->server.process;
    at_port.port = run->server.port;
    if (load_run(&at_port, &result, error) != 0)
        return error_prefix(error, "after swap %u: ", run->watch.n_done);
    if (run->watch.error.message[0] != '\0') {
        *error = run->watch.error;
        return -1;
    }
    return read_metrics(run, error);
}

static int measure(struct run *run, const struct bench_options *options, struct error *error)
{
    struct swap_watch *watch = &run->watch;
    const char *given[2] = {options->index_path, options->other_index_path};
    long n_cores = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t seconds = options->has_seconds ? options->n_seconds : DEFAULT_QUIET_SECONDS;
    run->n_threads = n_cores > 2 ? (unsigned)n_cores - 1 : 2;
    watch->load = &run->load;
    watch->n_swaps = options->n_swaps;
    watch->quiet = seconds > 0 ? seconds * 1000000000 : SHORTEST_QUIET;
    watch->warm_up = WARM_UP_TIMES * watch->quiet;
    snprintf(run->link, sizeof run->link, "%s/live.cdx", run->folder);
    watch->path = run->link;
    if (swap_load_create(&run->load, options->queries_path, error) != 0)
        return -1;
    for (unsigned i = 0; i < 2; i++) {
        char *path = realpath(given[i], NULL);
        if (path == NULL)
            return error_set(error, "there is no index at %s", given[i]);
        snprintf(run->paths[i], sizeof run->paths[i], "%s", path);
        free(path);
        watch->index_paths[i] = run->paths[i];
        if (swap_load_learn(&run->load, run->paths[i], i, error) != 0)
            return -1;
    }
    if (swap_load_n_different(&run->load) < run->load.n_items / LEAST_PART)
        return error_set(error, "%s and %s have the same answers: nothing could be told apart",
                         given[0], given[1]);
    return ask(run, error);
}

static void compute(struct run *run)
{
    struct swap_watch *watch = &run->watch;
    goal_judge(GOAL_RATIO, GOAL_AT_MOST, MAX_P99_RATIO, watch->during_p99, watch->outside_p99,
               watch->n_done, &run->p99);
    goal_judge(GOAL_RATIO, GOAL_AT_LEAST, MIN_HIT_RATIO, watch->ratio_after, watch->ratio_before,
               watch->n_done, &run->hits);
    statistics_compute(watch->outside.samples, watch->outside.n_samples, &run->outside);
    statistics_compute(watch->during.samples, watch->during.n_samples, &run->during);
    statistics_compute(watch->preparing.samples, watch->preparing.n_samples, &run->preparing);
    statistics_compute(watch->noticed, watch->n_done, &run->noticed);
}

static int64_t memory_after(const struct swap_watch *watch)
{
    return watch->memory[watch->n_done];
}

static double memory_ratio(const struct swap_watch *watch)
{
    return watch->memory[0] > 0 ? (double)memory_after(watch) / (double)watch->memory[0] : 0;
}

static int64_t highest_memory(const struct swap_watch *watch)
{
    int64_t highest = 0;
    for (unsigned i = 0; i <= watch->n_done; i++)
        highest = watch->memory[i] > highest ? watch->memory[i] : highest;
    return highest;
}

static double mebibytes(int64_t bytes)
{
    return (double)bytes / (1 << 20);
}

static const char *verdict(bool is_met)
{
    return goal_verdict_name(is_met ? GOAL_MET : GOAL_MISSED);
}

static void print_goal(const char *what, const struct goal_result *result)
{
    printf("%-44s %7.3f (%.3f-%.3f) %s\n", what, result->estimate.value, result->estimate.low,
           result->estimate.high, goal_verdict_name(result->verdict));
}

static void print_ratios(const struct swap_watch *watch)
{
    printf("hit ratio before the first swap %.3f; after a swap, by parts of a second:\n         ",
           swap_ratio_value(&watch->baseline));
    for (unsigned i = 0; i < SWAP_N_PARTS && watch->parts[i].n_answers > 0; i++)
        printf(" %.3f%s", swap_ratio_value(&watch->parts[i]),
               i % SWAP_PARTS == SWAP_PARTS - 1 ? " |" : "");
    printf("\n");
}

static void print_text(const struct run *run, const struct index *index,
                       const struct bench_options *options)
{
    const struct swap_watch *watch = &run->watch;
    bench_print_header(index, options->index_path);
    printf("other     %s: %" PRIu32 " of %" PRIu32 " answers differ\n"
           "load      %d connections in a closed loop, %u server threads, cache of " CACHE "\n"
           "swaps     %u, %.1f s between two; %" PRIu64 " answers\n"
           "warmed    %.0f answers a swap in %.2f s\n\n",
           options->other_index_path, swap_load_n_different(&run->load), run->load.n_items,
           N_CONNECTIONS, run->n_threads, watch->n_done, (double)watch->quiet / 1e9,
           watch->n_answers, run->n_warmed / watch->n_done, run->warming_seconds / watch->n_done);
    statistics_print_titles();
    statistics_print("outside", &run->outside);
    statistics_print("during a swap", &run->during);
    statistics_print("  before new answers", &run->preparing);
    statistics_print("rename to new answers", &run->noticed);
    printf("\n");
    print_ratios(watch);
    printf("last answer of the old index %.1f ms after the first of the new one\n\n",
           (double)watch->last_old / 1e6);
    printf("%-44s %7" PRIu64 " %s\n", "requests that failed", watch->n_failed,
           verdict(watch->n_failed == 0));
    printf("%-44s %7" PRIu64 " %s\n", "bodies of neither index", watch->n_wrong,
           verdict(watch->n_wrong == 0));
    printf("%-44s %7" PRIu64 " %s", "old answers to what was asked after a swap", watch->n_late,
           verdict(watch->n_late == 0));
    printf(watch->n_late > 0 ? ", up to %.1f ms after it\n" : "\n", (double)watch->latest / 1e6);
    print_goal("p99 during a swap / outside, <= 2", &run->p99);
    print_goal("hit ratio in the second after / before, >= 0.9", &run->hits);
    printf("%-44s %7.3f %s: %.1f MiB, %.1f before, %.1f at most between swaps\n",
           "private memory after / before, <= 1.05", memory_ratio(watch),
           verdict(memory_ratio(watch) <= MAX_MEMORY_RATIO), mebibytes(memory_after(watch)),
           mebibytes(watch->memory[0]), mebibytes(highest_memory(watch)));
}

static json_t *goal_to_json(const struct goal_result *result)
{
    return json_pack("{s:o, s:s}", "estimate", estimate_to_json(&result->estimate, 1), "verdict",
                     goal_verdict_name(result->verdict));
}

static json_t *to_json(const struct run *run, const struct index *index,
                       const struct bench_options *options)
{
    const struct swap_watch *watch = &run->watch;
    json_t *parts = json_array();
    for (unsigned i = 0; i < SWAP_N_PARTS && watch->parts[i].n_answers > 0; i++)
        json_array_append_new(parts, json_real(swap_ratio_value(&watch->parts[i])));
    json_t *memory = json_array();
    for (unsigned i = 0; i <= watch->n_done; i++)
        json_array_append_new(memory, json_real(mebibytes(watch->memory[i])));
    json_t *root = bench_header("swap", index, options->index_path);
    json_t *figures =
        json_pack("{s:i, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:f}", "swaps", (int)watch->n_done,
                  "answers", (json_int_t)watch->n_answers, "failed", (json_int_t)watch->n_failed,
                  "wrong", (json_int_t)watch->n_wrong, "late", (json_int_t)watch->n_late,
                  "latest_ms", (double)watch->latest / 1e6, "last_old_ms",
                  (double)watch->last_old / 1e6, "warmed_a_swap", run->n_warmed / watch->n_done,
                  "warming_seconds_a_swap", run->warming_seconds / watch->n_done);
    json_t *more = json_pack(
        "{s:o, s:o, s:o, s:o, s:f, s:o, s:o, s:o, s:o, s:f}", "outside",
        statistics_to_json(&run->outside), "during", statistics_to_json(&run->during),
        "before_new_answers", statistics_to_json(&run->preparing), "noticed",
        statistics_to_json(&run->noticed), "hit_ratio_baseline", swap_ratio_value(&watch->baseline),
        "hit_ratio_parts", parts, "p99_ratio", goal_to_json(&run->p99), "hit_ratio_kept",
        goal_to_json(&run->hits), "private_mib", memory, "private_ratio", memory_ratio(watch));
    if (root != NULL && json_object_update_new(root, figures) == 0 &&
        json_object_update_new(root, more) == 0)
        return root;
    json_decref(root);
    return NULL;
}

/* What must never be is a bad result; how fast and how large it is, where that is to be checked. */
static bool is_bad(const struct run *run, bool checks_goals)
{
    const struct swap_watch *watch = &run->watch;
    if (watch->n_failed > 0 || watch->n_wrong > 0 || watch->n_late > 0)
        return true;
    return checks_goals && (run->p99.verdict == GOAL_MISSED || run->hits.verdict == GOAL_MISSED ||
                            memory_ratio(watch) > MAX_MEMORY_RATIO);
}

static int finish(struct run *run, const struct index *index, const struct bench_options *options,
                  struct error *error)
{
    compute(run);
    if (!options->json)
        print_text(run, index, options);
    else if (bench_print_json(to_json(run, index, options), error) != 0)
        return -1;
    return is_bad(run, options->check) ? BENCH_BAD_RESULT : 0;
}

int bench_swap(const struct bench_options *options, struct error *error)
{
    struct index *index = index_open(options->index_path, error);
    struct run *run = calloc(1, sizeof *run);
    int status = -1;
    if (run == NULL)
        error_out_of_memory(error);
    else if (index != NULL)
        status = bench_folder_create(run->folder, error);
    if (status == 0) {
        status = measure(run, options, error);
        http_server_child_stop(&run->server);
        bench_folder_remove(run->folder);
        if (status == 0)
            status = finish(run, index, options, error);
    }
    if (run != NULL) {
        swap_load_free(&run->load);
        swap_watch_free(&run->watch);
    }
    free(run);
    if (index != NULL)
        index_close(index);
    return status;
}
