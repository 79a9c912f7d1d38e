/* Starts the server, waits for a signal, stops it. The main thread blocks SIGTERM and SIGINT before
   any other thread exists and takes them with sigtimedwait: no handler of a signal runs but
   the one for mapped files that are cut (mapped_fault.h). Waiting wakes up some times a second to
   look at the memory, and once to flush the logs and to look whether a new day of counted downloads
   has begun. Nothing waits for whoever reads what the server prints, or it would take no signal
   then. */
#include "server/answer/answer.h"
#include "server/cache/cache.h"
#include "server/cache/recent_hits.h"
#include "server/daemon.h"
#include "server/endpoints/openapi.h"
#include "server/exchange/router.h"
#include "server/listener.h"
#include "server/memory_bound.h"
#include "server/options.h"
#include "server/service/download_counters.h"
#include "server/service/index_watch.h"
#include "server/service/published.h"
#include "server/service/service.h"
#include "server/service/snapshot.h"
#include "server/telemetry/access_log.h"
#include "server/telemetry/error_log.h"
#include "server/telemetry/metrics.h"

#include "index/base/mapped_fault.h"

#include <cratedex/ranking.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define GRACE_SECONDS 10
#define POLL_MILLISECONDS 10
#define TICKS_A_SECOND 10

/* Shards spread the locks of the cache, but a value must fit into a tenth of a shard. */
#define MIN_SHARD_BYTES ((size_t)8 << 20)

/* Of the cache's bytes: what no body may have, since there is more to an answer. */
#define SPARE_PART 6

/* Of the cache's bytes: what answers may take that it has evicted, but a thread still remembers. */
#define RECENT_HITS_PART 16

struct server {
    struct service service;
    struct ranking ranking;
    struct ranking ranking_b;
    const char *route_names[OUTCOME_MAX_ROUTES];
    struct snapshot *snapshot; /* the first, until the watch runs, which may publish another */
    struct snapshot_source source;
    struct signature_key *verify_key; /* NULL: none is asked for */
    int listener;
    int slow_query_descriptor; /* of a file; -1: none is open */
    struct daemon *daemon;
    struct memory_bound memory;
    bool downloads_are_troubled; /* the last tick failed, which was said */
};

static unsigned n_shards(const struct options *options)
{
    unsigned shards = 1;
    while (shards < 4 * options->limits.n_threads && shards < 64 &&
           options->cache_bytes / (2 * (size_t)shards) >= MIN_SHARD_BYTES)
        shards *= 2;
    return shards;
}

static int open_index(struct server *server, const struct options *options, struct error *error)
{
    const char *path = options->index_path;
    server->source = (struct snapshot_source){.path = path, .n_readers = options->limits.n_threads};
    if (options->verify_key_path[0] != '\0') {
        server->verify_key = signature_key_read_public(options->verify_key_path, error);
        if (server->verify_key == NULL)
            return -1;
        server->source.verify_key = server->verify_key;
    }
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return error_set(error,
                         "there is no index at %s: build one with cratedex-index build DUMP -o %s",
                         path, path);
    server->snapshot = snapshot_open(&server->source, 1, error);
    if (server->snapshot != NULL)
        server->service.snapshots = published_create(server->snapshot, error);
    if (server->service.snapshots != NULL)
        return 0;
    snapshot_close(server->snapshot);
    return -1;
}

/* A weights file is read once, at start; what it does not name keeps the built-in weight. */
static int read_ranking(const char *path, struct ranking *ranking, const struct ranking **used,
                        struct error *error)
{
    if (path[0] == '\0')
        return 0;
    ranking_set_defaults(ranking);
    *used = ranking;
    return ranking_read(ranking, path, error);
}

/* Standard error, unless a file is named. A FIFO that nobody reads is refused, not waited for. */
static int open_slow_query_log(struct server *server, const char *path, struct error *error)
{
    struct service *service = &server->service;
    service->slow_query_log = service->error_log;
    if (path[0] == '\0')
        return 0;
    server->slow_query_descriptor =
        open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0640);
    if (server->slow_query_descriptor < 0)
        return error_set(error, "cannot write to %s: %s", path, strerror(errno));
    service->slow_query_log =
        log_sink_open("slow_query", server->slow_query_descriptor, 0, stderr, error);
    return service->slow_query_log != NULL ? 0 : -1;
}

/* Counts what is served at this moment. */
static int follow_snapshot(struct server *server, struct error *error)
{
    struct service *service = &server->service;
    const struct snapshot *snapshot = published_take(service->snapshots);
    if (snapshot == NULL)
        return error_out_of_memory(error);
    int result = snapshot->is_damaged
                     ? 0
                     : download_counters_follow(service->downloads, snapshot->index, error);
    published_give_back(service->snapshots);
    return result;
}

/* Says once what keeps the file of the day from being changed; it is tried again every second. */
static void tick_downloads(struct server *server)
{
    struct error error;
    if (server->service.downloads == NULL)
        return;
    bool is_well = follow_snapshot(server, &error) == 0 &&
                   download_counters_tick(server->service.downloads, time(NULL), &error) == 0;
    if (!is_well && !server->downloads_are_troubled)
        fprintf(stderr, "cratedex-server: counting downloads: %s\n", error.message);
    server->downloads_are_troubled = !is_well;
}

/* Frees whatever start has made, in reverse. */
static void stop(struct server *server)
{
    struct service *service = &server->service;
    if (server->daemon != NULL)
        daemon_stop(server->daemon);
    else if (server->listener >= 0)
        close(server->listener);
    index_watch_stop(service->watch); /* which requests wake */
    access_log_destroy(service->access_log);
    recent_hits_destroy(service->recent_hits);
    if (service->cache != NULL)
        cache_destroy(service->cache);
    body_store_destroy(service->bodies);
    openapi_destroy(service->openapi);
    if (service->metrics != NULL)
        metrics_destroy(service->metrics);
    if (service->snapshots != NULL)
        tick_downloads(server); /* what happened to the file in the last second */
    struct error error;
    if (download_counters_close(service->downloads, &error) != 0)
        fprintf(stderr, "cratedex-server: counting downloads: %s\n", error.message);
    if (service->slow_query_log != service->error_log)
        log_sink_close(service->slow_query_log);
    if (server->slow_query_descriptor >= 0)
        close(server->slow_query_descriptor);
    snapshot_close(published_destroy(service->snapshots));
    signature_key_free(server->verify_key);
}

/* Makes everything; on an error the caller stops what is there. */
static int start(struct server *server, const struct options *options, struct error *error)
{
    struct service *service = &server->service;
    service->proxies = &options->proxies;
    service->experiment = options->has_experiment ? &options->experiment : NULL;
    if (read_ranking(options->ranking_path, &server->ranking, &service->ranking, error) != 0 ||
        read_ranking(options->ranking_b_path, &server->ranking_b, &service->ranking_b, error) !=
            0 ||
        open_index(server, options, error) != 0)
        return -1;
    service->base_url = options->base_url;
    service->cdn_url = options->cdn_url;
    service->banner = options->banner[0] != '\0' ? options->banner : NULL;
    service->says_read_only = options->says_read_only;
    service->slow_query_seconds = options->slow_query_ms / 1e3;
    if (open_slow_query_log(server, options->slow_query_path, error) != 0)
        return -1;
    if (options->downloads_path[0] != '\0') {
        service->downloads = download_counters_open(options->downloads_path,
                                                    server->snapshot->index, time(NULL), error);
        if (service->downloads == NULL)
            return -1;
    }
    service->metrics =
        metrics_create(server->route_names, router_names(server->route_names), error);
    if (service->metrics == NULL)
        return -1;
    service->openapi = openapi_create(error);
    if (service->openapi == NULL)
        return -1;
    service->bodies =
        body_store_create(options->cache_bytes - options->cache_bytes / SPARE_PART, error);
    if (service->bodies == NULL)
        return -1;
    service->cache = cache_create(options->cache_bytes, n_shards(options), answer_free, error);
    if (service->cache == NULL)
        return -1;
    cache_use_store(service->cache, service->bodies);
    service->recent_hits = recent_hits_create(
        service->cache, options->cache_bytes / RECENT_HITS_PART / options->limits.n_threads, error);
    if (service->recent_hits == NULL)
        return -1;
    if (options->access_log != ACCESS_LOG_OFF) {
        service->access_log = access_log_create(options->access_log, STDOUT_FILENO, error);
        if (service->access_log == NULL)
            return -1;
    }
    server->listener = listener_open(&options->listen, error);
    if (server->listener < 0)
        return -1;
    service->watch =
        index_watch_start(service->snapshots, server->snapshot, &server->source, error);
    if (service->watch == NULL)
        return -1;
    server->daemon = daemon_start(service, server->listener, &options->limits, error);
    return server->daemon != NULL ? 0 : -1;
}

/* Where the access log has standard output, whoever reads it expects its lines only. A pipe that is
   full is not waited for. */
static int announce(const struct server *server, struct error *error)
{
    char name[LISTENER_NAME_SIZE];
    if (listener_name(server->listener, name, error) != 0)
        return -1;
    FILE *out = server->service.access_log != NULL ? stderr : stdout;
    struct pollfd polled = {.fd = STDOUT_FILENO, .events = POLLOUT};
    if (out == stdout && poll(&polled, 1, 0) == 0)
        return 0;
    const struct snapshot *snapshot = published_take(server->service.snapshots);
    if (snapshot == NULL)
        return error_out_of_memory(error);
    fprintf(out,
            "cratedex-server " CRATEDEX_VERSION " listening on http://%s (%" PRIu32
            " crates, dump of %s)\n",
            name, index_n_crates(snapshot->index), index_dump_timestamp(snapshot->index));
    published_give_back(server->service.snapshots);
    if (fflush(out) != 0)
        return error_set(error, "cannot write to standard %s", out == stdout ? "output" : "error");
    return 0;
}

static void flush_logs(const struct service *service)
{
    access_log_flush(service->access_log);
    log_sink_flush(service->slow_query_log);
    log_sink_flush(service->error_log);
}

/* Returns after the first signal. */
static void wait_for_signal(struct server *server, const sigset_t *signals)
{
    const struct timespec while_waiting = {.tv_nsec = 1000000000L / TICKS_A_SECOND};
    for (unsigned n = 1; sigtimedwait(signals, NULL, &while_waiting) < 0; n++) {
        memory_bound_keep(&server->memory);
        if (n % TICKS_A_SECOND != 0)
            continue;
        flush_logs(&server->service);
        tick_downloads(server);
    }
}

/* Lets the running requests end: until none is left, the grace is over or a second signal comes. */
static void drain(struct server *server, const sigset_t *signals)
{
    const struct timespec moment = {.tv_nsec = POLL_MILLISECONDS * 1000000L};
    atomic_store(&server->service.is_stopping, true);
    daemon_refuse_connections(server->daemon);
    for (int i = 0; i < GRACE_SECONDS * 1000 / POLL_MILLISECONDS; i++)
        if (sigtimedwait(signals, NULL, &moment) >= 0 || daemon_n_running(server->daemon) == 0)
            return;
}

static int run(const struct options *options, struct log_sink *error_log, const sigset_t *signals,
               struct error *error)
{
    struct server server = {
        .listener = -1, .slow_query_descriptor = -1, .service.error_log = error_log};
    atomic_init(&server.service.is_stopping, false);
    int status = start(&server, options, error);
    if (status == 0)
        status = announce(&server, error);
    memory_bound_init(&server.memory, options->cache_bytes, server.service.bodies);
    if (status == 0) {
        wait_for_signal(&server, signals);
        drain(&server, signals);
    }
    stop(&server);
    return status;
}

int main(int argc, char **argv)
{
    struct options options;
    struct error error;
    switch (options_parse(argc, argv, &options, &error)) {
    case OPTIONS_HELP:
        for (const char *const *text = options_help(); *text != NULL; text++)
            fputs(*text, stdout);
        return EXIT_SUCCESS;
    case OPTIONS_VERSION:
        puts("cratedex-server " CRATEDEX_VERSION);
        return EXIT_SUCCESS;
    case OPTIONS_BAD:
        fprintf(stderr, "cratedex-server: %s\n", error.message);
        return 2;
    case OPTIONS_RUN:
        break;
    }
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    if (sigprocmask(SIG_BLOCK, &signals, NULL) != 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR) {
        fprintf(stderr, "cratedex-server: cannot set up signals: %s\n", strerror(errno));
        return EXIT_FAILURE;
    }
    struct error_log *log = error_log_begin(&error);
    bool is_well = log != NULL && mapped_fault_survive(&error) == 0 &&
                   run(&options, error_log_sink(log), &signals, &error) == 0;
    if (!is_well)
        fprintf(stderr, "cratedex-server: %s\n", error.message);
    error_log_end(log);
    return is_well ? EXIT_SUCCESS : EXIT_FAILURE;
}
