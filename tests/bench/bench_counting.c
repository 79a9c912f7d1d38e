/* `counting`: what it costs to count a download. A server of ours runs in this process, with one
   thread and a warm cache. A client asks it over one connection, one request after the other, in
   turn a block of downloads, which are counted, and a block of READMEs, which are the same kind of
   redirect and are not. The processor time of the server is that of the process less that of the
   client's thread, so that waiting and the client's own work are in neither figure. The add is
   timed alone as well, over the slots of the same versions at random: what it takes of a request's
   processor time is the figure that noise does not blur. */
#include "tests/bench/bench.h"
#include "tests/bench/bench_child.h"
#include "tests/bench/bench_series.h"

#include "server/answer/answer.h"
#include "server/cache/cache.h"
#include "server/connections/daemon.h"
#include "server/connections/listener.h"
#include "server/exchange/router.h"
#include "server/http/trusted_proxies.h"
#include "server/service/download_counters.h"
#include "server/service/published.h"
#include "server/service/service.h"
#include "server/service/snapshot.h"
#include "server/telemetry/metrics.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define N_DOWNLOADS 1000 /* different ones */
#define REQUESTS_A_ROUND 20000
#define REQUESTS_A_BLOCK 500
#define ADDS_A_SAMPLE 1000
#define SAMPLES_A_ROUND 200
#define CACHE_BYTES ((size_t)64 << 20)
#define MAX_SHARE 0.02 /* what counting may add */

enum { README, DOWNLOAD, N_KINDS };

/* A kind of request, and the round's figures. */
struct kind {
    char *requests[N_DOWNLOADS];
    struct series hits;
    uint64_t cpu_nanoseconds; /* of the server, in this round */
    double cpu_nanoseconds_a_hit[BENCH_MAX_ROUNDS];
};

struct counting {
    const char *index_path;
    struct index *index;
    char folder[BENCH_FOLDER_MAX]; /* of the counts */
    struct snapshot *snapshot;
    struct service service;
    const char *route_names[OUTCOME_MAX_ROUTES];
    int listener;
    struct daemon *daemon;
    int connection;
    struct counted_download downloads[N_DOWNLOADS];
    unsigned n_requests; /* of each kind */
    struct kind kinds[N_KINDS];
    struct series adds; /* nanoseconds a thousand */
    double ratios[BENCH_MAX_ROUNDS];
    unsigned n_rounds;
};

static uint64_t clock_nanoseconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Both kinds of request for one version. */
static int add_requests(struct counting *counting, sqlite3_stmt *row, struct error *error)
{
    static const char *const files[N_KINDS] = {[README] = "readme", [DOWNLOAD] = "download"};
    unsigned i = counting->n_requests;
    counting->downloads[i] = download_counters_find(
        counting->service.downloads, sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 2));
    for (int kind = 0; kind < N_KINDS; kind++) {
        char request[1024];
        snprintf(request, sizeof request, "GET /api/v1/crates/%s/%s/%s HTTP/1.1\r\nHost: x\r\n\r\n",
                 (const char *)sqlite3_column_text(row, 1),
                 (const char *)sqlite3_column_text(row, 3), files[kind]);
        counting->kinds[kind].requests[i] = strdup(request);
    }
    counting->n_requests++;
    if (counting->kinds[README].requests[i] != NULL &&
        counting->kinds[DOWNLOAD].requests[i] != NULL)
        return 0;
    return error_out_of_memory(error);
}

/* The highest version of the most popular crates. */
static int read_requests(struct counting *counting, struct error *error)
{
    static const char text[] = "SELECT crates.id, name, versions.id, num FROM crates JOIN versions"
                               " ON crate_id = crates.id AND num = default_version"
                               " ORDER BY rank LIMIT ?1";
    sqlite3 *database = NULL;
    sqlite3_stmt *select = NULL;
    int result = -1;
    if (sqlite3_open_v2(counting->index_path, &database, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(database, text, -1, &select, NULL) != SQLITE_OK) {
        error_set(error, "%s: %s", counting->index_path, sqlite3_errmsg(database));
        goto done;
    }
    sqlite3_bind_int(select, 1, N_DOWNLOADS);
    while (sqlite3_step(select) == SQLITE_ROW) {
        if (add_requests(counting, select, error) != 0)
            goto done;
    }
    result = counting->n_requests > 0 ? 0 : error_set(error, "the index has no versions");
done:
    sqlite3_finalize(select);
    sqlite3_close(database);
    return result;
}

static int connect_to(int listener)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    int one = 1;
    if (getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        return -1;
    int connection = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection >= 0 && connect(connection, (struct sockaddr *)&address, size) == 0 &&
        setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0)
        return connection;
    if (connection >= 0)
        close(connection);
    return -1;
}

static int start_server(struct counting *counting, struct error *error)
{
    static const struct trusted_proxies no_proxies;
    const struct daemon_limits limits = {.n_threads = 1};
    struct listen_address address;
    struct service *service = &counting->service;
    struct settings settings;
    settings_set_defaults(&settings);
    const struct snapshot_source source = {
        .path = counting->index_path, .n_readers = 1, .settings = &settings};
    service->proxies = &no_proxies;
    atomic_init(&service->is_stopping, false);
    counting->snapshot = snapshot_open(&source, 1, error);
    if (counting->snapshot != NULL)
        service->snapshots = published_create(counting->snapshot, error);
    service->cache = cache_create(CACHE_BYTES, 1, answer_free, error);
    service->metrics =
        metrics_create(counting->route_names, router_names(counting->route_names), error);
    if (service->snapshots == NULL || service->cache == NULL || service->metrics == NULL ||
        listen_address_parse("127.0.0.1:0", &address, error) != 0)
        return -1;
    counting->listener = listener_open(&address, "--listen", error);
    if (counting->listener < 0)
        return -1;
    counting->daemon = daemon_start(service, counting->listener, &limits, error);
    if (counting->daemon == NULL)
        return -1;
    counting->connection = connect_to(counting->listener);
    return counting->connection >= 0 ? 0 : error_set(error, "cannot connect: %s", strerror(errno));
}

static void stop_server(struct counting *counting)
{
    struct service *service = &counting->service;
    if (counting->connection >= 0)
        close(counting->connection);
    if (counting->daemon != NULL)
        daemon_stop(counting->daemon);
    if (counting->listener >= 0)
        close(counting->listener);
    if (service->cache != NULL)
        cache_destroy(service->cache);
    if (service->metrics != NULL)
        metrics_destroy(service->metrics);
    published_destroy(service->snapshots);
    snapshot_close(counting->snapshot);
    download_counters_close(service->downloads, NULL);
}

/* One request and its answer, a redirect without a body. */
static int exchange(int connection, const char *request, struct error *error)
{
    char text[4096] = "";
    size_t length = 0;
    size_t size = strlen(request);
    if (send(connection, request, size, MSG_NOSIGNAL) != (ssize_t)size)
        return error_set(error, "cannot send: %s", strerror(errno));
    while (length < 4 || memcmp(text + length - 4, "\r\n\r\n", 4) != 0) {
        ssize_t n_read = recv(connection, text + length, sizeof text - length, 0);
        if (n_read <= 0)
            return error_set(error, "the server closed the connection");
        length += (size_t)n_read;
    }
    if (memcmp(text, "HTTP/1.1 302 ", 13) == 0)
        return 0;
    return error_set(error, "not a redirect: %.*s", (int)strcspn(request, "\r"), request);
}

/* Some requests of one kind, from the `first` on. */
static int ask_block(struct counting *counting, struct kind *kind, unsigned first,
                     struct error *error)
{
    uint64_t process = clock_nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
    uint64_t client = clock_nanoseconds(CLOCK_THREAD_CPUTIME_ID);
    for (unsigned i = 0; i < REQUESTS_A_BLOCK; i++) {
        const char *request = kind->requests[(first + i) % counting->n_requests];
        uint64_t begin = bench_now();
        if (exchange(counting->connection, request, error) != 0)
            return -1;
        series_add(&kind->hits, bench_now() - begin);
    }
    client = clock_nanoseconds(CLOCK_THREAD_CPUTIME_ID) - client;
    kind->cpu_nanoseconds += clock_nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - process - client;
    return 0;
}

/* The add alone; what stands around it is timed with it. */
static void time_adds(struct counting *counting)
{
    uint32_t random = 2463534242;
    for (unsigned i = 0; i < SAMPLES_A_ROUND; i++) {
        uint64_t begin = bench_now();
        for (unsigned j = 0; j < ADDS_A_SAMPLE; j++) {
            random = random * 1664525 + 1013904223;
            unsigned which = (unsigned)((uint64_t)random * counting->n_requests >> 32);
            download_counters_add(counting->service.downloads, &counting->downloads[which]);
        }
        series_add(&counting->adds, bench_now() - begin);
    }
}

static int run_round(struct counting *counting, bool is_warm_up, struct error *error)
{
    struct kind *kinds = counting->kinds;
    series_begin_round(&counting->adds);
    for (int kind = 0; kind < N_KINDS; kind++) {
        series_begin_round(&kinds[kind].hits);
        kinds[kind].cpu_nanoseconds = 0;
    }
    for (unsigned first = 0; first < REQUESTS_A_ROUND; first += REQUESTS_A_BLOCK) {
        /* Whoever comes first in one block comes second in the next. */
        int early = first / REQUESTS_A_BLOCK % 2 == 0 ? README : DOWNLOAD;
        if (ask_block(counting, &kinds[early], first, error) != 0 ||
            ask_block(counting, &kinds[N_KINDS - 1 - early], first, error) != 0)
            return -1;
    }
    time_adds(counting);
    if (is_warm_up)
        return 0;
    unsigned round = counting->n_rounds++;
    series_end_round(&counting->adds);
    for (int kind = 0; kind < N_KINDS; kind++) {
        series_end_round(&kinds[kind].hits);
        kinds[kind].cpu_nanoseconds_a_hit[round] =
            (double)kinds[kind].cpu_nanoseconds / REQUESTS_A_ROUND;
    }
    counting->ratios[round] =
        (double)kinds[DOWNLOAD].cpu_nanoseconds / (double)kinds[README].cpu_nanoseconds;
    return 0;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

/* The nearest rank of a copy that is sorted. */
static double percentile(const double *values, unsigned n_values, unsigned percent)
{
    double sorted[BENCH_MAX_ROUNDS];
    memcpy(sorted, values, n_values * sizeof *values);
    qsort(sorted, n_values, sizeof *sorted, compare);
    unsigned rank = (n_values * percent + 99) / 100;
    return sorted[rank > 0 ? rank - 1 : 0];
}

/* {"p5", "p50", "p95"} over the rounds. */
static json_t *rounds_to_json(const double *values, unsigned n_values)
{
    return json_pack("{s:f, s:f, s:f}", "p5", percentile(values, n_values, 5), "p50",
                     percentile(values, n_values, 50), "p95", percentile(values, n_values, 95));
}

static int report(const struct counting *counting, bool as_json, struct error *error)
{
    const struct kind *readme = &counting->kinds[README];
    const struct kind *download = &counting->kinds[DOWNLOAD];
    unsigned n_rounds = counting->n_rounds;
    double add = (double)series_best(&counting->adds)->p50 / ADDS_A_SAMPLE;
    double cpu = percentile(readme->cpu_nanoseconds_a_hit, n_rounds, 50);
    if (as_json) {
        json_t *root = bench_header("counting", counting->index, counting->index_path);
        json_object_set_new(root, "add_ns", json_real(add));
        json_object_set_new(root, "add_share_of_hit", json_real(add / cpu));
        json_object_set_new(root, "max_share", json_real(MAX_SHARE));
        json_object_set_new(root, "cpu_ns_a_hit",
                            rounds_to_json(readme->cpu_nanoseconds_a_hit, n_rounds));
        json_object_set_new(root, "cpu_ns_a_counted_hit",
                            rounds_to_json(download->cpu_nanoseconds_a_hit, n_rounds));
        json_object_set_new(root, "cpu_ratio", rounds_to_json(counting->ratios, n_rounds));
        json_object_set_new(root, counting->adds.key, series_to_json(&counting->adds));
        json_object_set_new(root, readme->hits.key, series_to_json(&readme->hits));
        json_object_set_new(root, download->hits.key, series_to_json(&download->hits));
        return bench_print_json(root, error);
    }
    bench_print_header(counting->index, counting->index_path);
    printf("rounds    %u of %d requests of each kind, in turn, after a warm-up; shown: the best by "
           "p99\n\n",
           n_rounds, REQUESTS_A_ROUND);
    statistics_print_titles();
    series_print(&readme->hits);
    series_print(&download->hits);
    series_print(&counting->adds);
    printf("\nserver's processor time a hit, median of the rounds: %.0f ns, counted %.0f ns\n", cpu,
           percentile(download->cpu_nanoseconds_a_hit, n_rounds, 50));
    printf("ratio of the rounds: median %.4f, p5 %.4f, p95 %.4f\n",
           percentile(counting->ratios, n_rounds, 50), percentile(counting->ratios, n_rounds, 5),
           percentile(counting->ratios, n_rounds, 95));
    printf("the add alone: %.1f ns, %.3f %% of a hit (at most %.0f %%)\n", add, add / cpu * 100,
           MAX_SHARE * 100);
    return 0;
}

static int prepare(struct counting *counting, struct error *error)
{
    counting->index = index_open(counting->index_path, error);
    if (counting->index == NULL)
        return -1;
    if (bench_folder_create(counting->folder, error) != 0)
        return -1;
    counting->service.downloads =
        download_counters_open(counting->folder, counting->index, time(NULL), error);
    if (counting->service.downloads == NULL || read_requests(counting, error) != 0 ||
        start_server(counting, error) != 0)
        return -1;
    if (series_init(&counting->kinds[README].hits, "hit", "hit", REQUESTS_A_ROUND, error) != 0 ||
        series_init(&counting->kinds[DOWNLOAD].hits, "hit, counted", "counted_hit",
                    REQUESTS_A_ROUND, error) != 0)
        return -1;
    return series_init(&counting->adds, "1,000 adds", "thousand_adds", SAMPLES_A_ROUND, error);
}

static void clean_up(struct counting *counting)
{
    stop_server(counting);
    for (int kind = 0; kind < N_KINDS; kind++) {
        series_free(&counting->kinds[kind].hits);
        for (unsigned i = 0; i < counting->n_requests; i++)
            free(counting->kinds[kind].requests[i]);
    }
    series_free(&counting->adds);
    if (counting->folder[0] != '\0')
        bench_folder_remove(counting->folder);
    if (counting->index != NULL)
        index_close(counting->index);
}

int bench_counting(const struct bench_options *options, struct error *error)
{
    struct counting *counting = calloc(1, sizeof *counting);
    if (counting == NULL)
        return error_out_of_memory(error);
    counting->index_path = options->index_path;
    counting->listener = -1;
    counting->connection = -1;
    int status = prepare(counting, error);
    for (unsigned round = 0; round <= options->n_rounds && status == 0; round++)
        status = run_round(counting, round == 0, error);
    if (status == 0)
        status = report(counting, options->json, error);
    clean_up(counting);
    free(counting);
    return status;
}
