/* `pressure`: what hits cost a client who is not alone. Hits are asked for in an open loop, over
   200 connections; an answer that does not come, or a connection that is ended, is a fault. Beside
   them nobody asks (quiet); 10,000 connections have been opened that never say anything, to a
   server that has room for 5,000 and ends the others (crowd), and to one that keeps them all (held
   crowd); or searches that nobody has asked for before are due four times as fast as the server's
   one thread can compute them (overload), of which many are answered by 503. How fast it can is
   measured first, in a closed loop. Rounds interleave; a figure is the median of the rounds' 99th
   percentiles. */
#include "tests/bench/bench.h"
#include "tests/bench/bench_bootstrap.h"
#include "tests/bench/bench_load.h"
#include "tests/bench/http_requests.h"
#include "tests/bench/http_server_child.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define N_HIT_CONNECTIONS 200
#define HITS_A_SECOND 1000
#define RUN_SECONDS 1
#define N_SILENT 10000
#define N_MISS_CONNECTIONS 4000 /* more than the server lets wait at four times its rate */
#define MAX_MISS_RATE 40000     /* which one thread of the client can ask for */
#define TIMES_CAPACITY 4
#define MAX_PER_PAGE 100 /* so many searches that differ are made of a query */
#define SMALL_CACHE "4M" /* has the hit, and no search until it comes again */

enum { QUIET, CROWD, HELD_CROWD, OVERLOAD, N_SITUATIONS };

static const char *const situations[N_SITUATIONS] = {"quiet", "crowd", "held_crowd", "overload"};

struct pressure {
    struct http_server_child usual;
    struct http_server_child roomy; /* keeps 10,000 connections */
    struct http_requests searches[MAX_PER_PAGE];
    struct load_request *misses;
    size_t n_misses;
    size_t next_miss;
    double capacity; /* misses a second */
    double p99[N_SITUATIONS][BENCH_MAX_ROUNDS];
    uint64_t n_computed;
    uint64_t n_late;
};

/* Who asks for what has to be computed, in a thread of its own. */
struct neighbour {
    struct pressure *pressure;
    int status;
    struct error error;
};

static struct load_plan miss_plan(const struct pressure *pressure)
{
    return (struct load_plan){.port = pressure->usual.port,
                              .requests = pressure->misses,
                              .n_requests = pressure->n_misses,
                              .first = pressure->next_miss,
                              .other_status = 503};
}

static void *ask_misses(void *context)
{
    struct neighbour *neighbour = context;
    struct pressure *pressure = neighbour->pressure;
    struct load_plan plan = miss_plan(pressure);
    struct load_result result;
    double rate = TIMES_CAPACITY * pressure->capacity;
    plan.n_connections = N_MISS_CONNECTIONS;
    plan.rate = rate < MAX_MISS_RATE ? rate : MAX_MISS_RATE;
    plan.seconds = RUN_SECONDS;
    neighbour->status = load_run(&plan, &result, &neighbour->error);
    if (neighbour->status == 0) {
        pressure->next_miss += result.n_received;
        pressure->n_computed += result.n_received - result.n_other;
        pressure->n_late += result.n_other;
    }
    return NULL;
}

static int open_silent(int connections[N_SILENT], uint16_t port, struct error *error)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    for (unsigned i = 0; i < N_SILENT; i++) {
        connections[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connections[i] < 0 ||
            connect(connections[i], (const struct sockaddr *)&address, sizeof address) != 0)
            return error_set(error, "cannot open connection %u of %d", i + 1, N_SILENT);
    }
    return 0;
}

static int ask_hits(const struct http_server_child *server, double *p99, struct error *error)
{
    static const char text[] = "GET /api/v1/crates?q=json HTTP/1.1\r\nHost: x\r\n\r\n";
    static const struct load_request request = {text, sizeof text - 1};
    const struct load_plan plan = {.port = server->port,
                                   .requests = &request,
                                   .n_requests = 1,
                                   .n_connections = N_HIT_CONNECTIONS,
                                   .rate = HITS_A_SECOND,
                                   .seconds = RUN_SECONDS};
    struct load_result result;
    if (load_run(&plan, &result, error) != 0)
        return -1;
    if (result.n_received < HITS_A_SECOND * RUN_SECONDS)
        return error_set(error, "of %d hits %llu were answered", HITS_A_SECOND * RUN_SECONDS,
                         (unsigned long long)result.n_received);
    *p99 = (double)result.latency.p99;
    return 0;
}

static int ask_in_crowd(const struct http_server_child *server, double *p99, struct error *error)
{
    int *connections = malloc(N_SILENT * sizeof *connections);
    if (connections == NULL)
        return error_out_of_memory(error);
    for (unsigned i = 0; i < N_SILENT; i++)
        connections[i] = -1;
    int status = open_silent(connections, server->port, error);
    if (status == 0)
        status = ask_hits(server, p99, error);
    for (unsigned i = 0; i < N_SILENT; i++)
        if (connections[i] >= 0)
            close(connections[i]);
    free(connections);
    return status;
}

static int ask_in_overload(struct pressure *pressure, double *p99, struct error *error)
{
    pthread_t thread;
    struct neighbour neighbour = {.pressure = pressure};
    if (pthread_create(&thread, NULL, ask_misses, &neighbour) != 0)
        return error_set(error, "cannot start a thread");
    int status = ask_hits(&pressure->usual, p99, error);
    pthread_join(thread, NULL);
    if (status == 0 && neighbour.status != 0)
        *error = neighbour.error;
    return status == 0 ? neighbour.status : status;
}

static int measure_situation(struct pressure *pressure, int situation, unsigned round,
                             struct error *error)
{
    double *p99 = &pressure->p99[situation][round];
    switch (situation) {
    case QUIET:
        return ask_hits(&pressure->usual, p99, error);
    case OVERLOAD:
        return ask_in_overload(pressure, p99, error);
    default:
        return ask_in_crowd(situation == CROWD ? &pressure->usual : &pressure->roomy, p99, error);
    }
}

/* Searches that all differ: each query with each length of a page. */
static int write_searches(struct pressure *pressure, const char *path, struct error *error)
{
    struct bench_queries queries;
    if (bench_queries_read(&queries, path, error) != 0)
        return -1;
    int status = 0;
    pressure->misses = calloc(queries.n_queries * MAX_PER_PAGE, sizeof *pressure->misses);
    if (pressure->misses == NULL)
        status = error_out_of_memory(error);
    for (unsigned i = 0; i < MAX_PER_PAGE && status == 0; i++) {
        char after[32];
        struct http_requests *searches = &pressure->searches[i];
        snprintf(after, sizeof after, "&per_page=%u", i + 1);
        status =
            http_requests_of_queries(searches, &queries, "/api/v1/crates?q=", after, "", "", error);
        if (status == 0)
            memcpy(pressure->misses + pressure->n_misses, searches->requests,
                   searches->n_requests * sizeof *searches->requests);
        pressure->n_misses += searches->n_requests;
    }
    bench_queries_free(&queries);
    return status;
}

static int measure_capacity(struct pressure *pressure, struct error *error)
{
    struct load_plan plan = miss_plan(pressure);
    struct load_result result;
    plan.n_connections = 8;
    plan.seconds = 1;
    if (load_run(&plan, &result, error) != 0)
        return -1;
    pressure->next_miss += result.n_received;
    pressure->capacity = (double)result.n_answers / result.seconds;
    return 0;
}

static int start_servers(struct pressure *pressure, const char *index_path, struct error *error)
{
    static const char *const roomy[] = {"--max-connections", "11000",
                                        "--max-connections-per-address", "0", NULL};
    static const char *const usual[] = {"--max-connections", "5000",
                                        "--max-connections-per-address", "0", NULL};
    const struct http_server_settings usual_settings = {
        .cache_bytes = SMALL_CACHE, .n_threads = 1, .more = usual};
    const struct http_server_settings roomy_settings = {
        .cache_bytes = SMALL_CACHE, .n_threads = 1, .more = roomy};
    if (http_server_child_start(&pressure->usual, index_path, &usual_settings, error) != 0)
        return -1;
    return http_server_child_start(&pressure->roomy, index_path, &roomy_settings, error);
}

static int measure(struct pressure *pressure, const struct bench_options *options,
                   struct error *error)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    if (write_searches(pressure, options->queries_path, error) != 0 ||
        start_servers(pressure, options->index_path, error) != 0 ||
        measure_capacity(pressure, error) != 0)
        return -1;
    for (unsigned round = 0; round < options->n_rounds; round++)
        for (int i = 0; i < N_SITUATIONS; i++)
            if (measure_situation(pressure, i, round, error) != 0)
                return error_prefix(error, "%s: ", situations[i]);
    return 0;
}

static double median(const struct pressure *pressure, int situation, unsigned n_rounds)
{
    return bootstrap_median(pressure->p99[situation], n_rounds);
}

static void print_text(const struct pressure *pressure, const struct index *index,
                       const struct bench_options *options)
{
    unsigned n_rounds = options->n_rounds;
    bench_print_header(index, options->index_path);
    printf("hits      %d/s over %d connections, one server thread; %u rounds of %d s\n"
           "overload  %d times %.0f misses/s, which one thread computes: %llu computed, %llu "
           "answered 503\n\n"
           "%-12s %10s %10s\n",
           HITS_A_SECOND, N_HIT_CONNECTIONS, n_rounds, RUN_SECONDS, TIMES_CAPACITY,
           pressure->capacity, (unsigned long long)pressure->n_computed,
           (unsigned long long)pressure->n_late, "hits", "p99 us", "to quiet");
    for (int i = 0; i < N_SITUATIONS; i++)
        printf("%-12s %10.0f %10.2f\n", situations[i], median(pressure, i, n_rounds) / 1e3,
               median(pressure, i, n_rounds) / median(pressure, QUIET, n_rounds));
}

static json_t *to_json(const struct pressure *pressure, const struct index *index,
                       const struct bench_options *options)
{
    json_t *root = bench_header("pressure", index, options->index_path);
    if (root == NULL)
        return NULL;
    int status = json_object_set_new(root, "capacity", json_real(pressure->capacity));
    status |= json_object_set_new(root, "computed", json_integer((json_int_t)pressure->n_computed));
    status |= json_object_set_new(root, "late", json_integer((json_int_t)pressure->n_late));
    for (int i = 0; i < N_SITUATIONS; i++)
        status |= json_object_set_new(
            root, situations[i],
            json_pack("{s:f}", "p99_us", median(pressure, i, options->n_rounds) / 1e3));
    if (status == 0)
        return root;
    json_decref(root);
    return NULL;
}

int bench_pressure(const struct bench_options *options, struct error *error)
{
    struct index *index = index_open(options->index_path, error);
    struct pressure *pressure = calloc(1, sizeof *pressure);
    int status = -1;
    if (pressure == NULL)
        error_out_of_memory(error);
    else if (index != NULL)
        status = measure(pressure, options, error);
    if (status == 0 && options->json)
        status = bench_print_json(to_json(pressure, index, options), error);
    else if (status == 0)
        print_text(pressure, index, options);
    if (pressure != NULL) {
        http_server_child_stop(&pressure->usual);
        http_server_child_stop(&pressure->roomy);
        for (unsigned i = 0; i < MAX_PER_PAGE; i++)
            http_requests_free(&pressure->searches[i]);
        free(pressure->misses);
    }
    free(pressure);
    if (index != NULL)
        index_close(index);
    return status;
}
