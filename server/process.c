/* Makes all parts of a server in the order in which they need each other, and frees them in reverse,
   wherever making them ended. */
#include "server/process.h"

#include "server/admin.h"
#include "server/answer/answer.h"
#include "server/cache/cache.h"
#include "server/cache/recent_hits.h"
#include "server/daemon.h"
#include "server/endpoints/openapi.h"
#include "server/exchange/router.h"
#include "server/listener.h"
#include "server/memory_bound.h"
#include "server/service/download_counters.h"
#include "server/service/index_watch.h"
#include "server/service/published.h"
#include "server/service/service.h"
#include "server/service/snapshot.h"
#include "server/telemetry/access_log.h"
#include "server/telemetry/error_log.h"
#include "server/telemetry/metrics.h"

#include <cratedex/ranking.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Shards spread the locks of the cache, but a value must fit into a tenth of a shard. */
#define MIN_SHARD_BYTES ((size_t)8 << 20)

/* Of the cache's bytes: what no body may have, since there is more to an answer. */
#define SPARE_PART 6

/* Of the cache's bytes: what answers may take that it has evicted, but a thread still remembers. */
#define RECENT_HITS_PART 16

struct process {
    struct service service;
    struct settings settings;
    const char *route_names[OUTCOME_MAX_ROUTES];
    struct snapshot *snapshot; /* the first, until the watch runs, which may publish another */
    struct snapshot_source source;
    struct signature_key *verify_key; /* NULL: none is asked for */
    int listener;
    int slow_query_descriptor; /* of a file; -1: none is open */
    struct daemon *daemon;
    int admin_listener; /* -1: there is none */
    struct admin *admin;
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

static int open_index(struct process *process, const struct options *options, struct error *error)
{
    const char *path = options->index_path;
    process->source = (struct snapshot_source){
        .path = path,
        .n_readers = options->limits.n_threads + (options->has_admin ? 1 : 0),
        .settings = &process->settings,
    };
    if (options->verify_key_path[0] != '\0') {
        process->verify_key = signature_key_read_public(options->verify_key_path, error);
        if (process->verify_key == NULL)
            return -1;
        process->source.verify_key = process->verify_key;
    }
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return error_set(error,
                         "there is no index at %s: build one with cratedex-index build DUMP -o %s",
                         path, path);
    process->snapshot = snapshot_open(&process->source, 1, error);
    if (process->snapshot != NULL)
        process->service.snapshots = published_create(process->snapshot, error);
    if (process->service.snapshots != NULL)
        return 0;
    snapshot_close(process->snapshot);
    return -1;
}

/* What a weights file does not name keeps the built-in weight. */
static int read_ranking(const char *path, struct ranking *ranking, struct error *error)
{
    return path[0] != '\0' ? ranking_read(ranking, path, error) : 0;
}

static int read_settings(struct settings *settings, const struct options *options,
                         struct error *error)
{
    *settings = options->settings;
    return read_ranking(options->ranking_path, &settings->ranking, error) == 0 &&
                   read_ranking(options->ranking_b_path, &settings->ranking_b, error) == 0
               ? 0
               : -1;
}

/* Standard error, unless a file is named. A FIFO that nobody reads is refused, not waited for. */
static int open_slow_query_log(struct process *process, const char *path, struct error *error)
{
    struct service *service = &process->service;
    service->slow_query_log = service->error_log;
    if (path[0] == '\0')
        return 0;
    process->slow_query_descriptor =
        open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0640);
    if (process->slow_query_descriptor < 0)
        return error_set(error, "cannot write to %s: %s", path, strerror(errno));
    service->slow_query_log =
        log_sink_open("slow_query", process->slow_query_descriptor, 0, stderr, error);
    return service->slow_query_log != NULL ? 0 : -1;
}

/* Counts what is served at this moment. */
static int follow_snapshot(struct process *process, struct error *error)
{
    struct service *service = &process->service;
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
static void tick_downloads(struct process *process)
{
    struct error error;
    if (process->service.downloads == NULL)
        return;
    bool is_well = follow_snapshot(process, &error) == 0 &&
                   download_counters_tick(process->service.downloads, time(NULL), &error) == 0;
    if (!is_well && !process->downloads_are_troubled)
        fprintf(stderr, "cratedex-server: counting downloads: %s\n", error.message);
    process->downloads_are_troubled = !is_well;
}

void process_stop(struct process *process)
{
    if (process == NULL)
        return;
    struct service *service = &process->service;
    if (process->daemon != NULL)
        daemon_stop(process->daemon);
    else if (process->listener >= 0)
        close(process->listener);
    if (process->admin != NULL)
        admin_stop(process->admin);
    else if (process->admin_listener >= 0)
        close(process->admin_listener);
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
        tick_downloads(process); /* what happened to the file in the last second */
    struct error error;
    if (download_counters_close(service->downloads, &error) != 0)
        fprintf(stderr, "cratedex-server: counting downloads: %s\n", error.message);
    if (service->slow_query_log != service->error_log)
        log_sink_close(service->slow_query_log);
    if (process->slow_query_descriptor >= 0)
        close(process->slow_query_descriptor);
    snapshot_close(published_destroy(service->snapshots));
    signature_key_free(process->verify_key);
    free(process);
}

static int open_listeners(struct process *process, const struct options *options,
                          struct error *error)
{
    process->listener = listener_open(&options->listen, "--listen", error);
    if (process->listener < 0 || !options->has_admin)
        return process->listener < 0 ? -1 : 0;
    process->admin_listener = listener_open(&options->admin_listen, "--admin-listen", error);
    return process->admin_listener < 0 ? -1 : 0;
}

/* For who asks at the admin address. */
static int reload(void *context, struct error *error)
{
    struct process *process = context;
    return index_watch_reload(process->service.watch, NULL, error);
}

static int start_daemons(struct process *process, const struct options *options,
                         struct error *error)
{
    struct daemon_limits limits = options->limits;
    if (process->admin_listener >= 0) {
        limits.n_spared = ADMIN_MAX_CONNECTIONS;
        process->service.role = ADDRESS_PUBLIC;
        process->admin =
            admin_start(&process->service, process->admin_listener, reload, process, error);
        if (process->admin == NULL)
            return -1;
    }
    process->daemon = daemon_start(&process->service, process->listener, &limits, error);
    return process->daemon != NULL ? 0 : -1;
}

/* Makes everything; on an error the caller stops what is there. */
static int start(struct process *process, const struct options *options, struct error *error)
{
    struct service *service = &process->service;
    service->proxies = &options->proxies;
    service->experiment = options->has_experiment ? &options->experiment : NULL;
    if (read_settings(&process->settings, options, error) != 0 ||
        open_index(process, options, error) != 0)
        return -1;
    if (open_slow_query_log(process, options->slow_query_path, error) != 0)
        return -1;
    if (options->downloads_path[0] != '\0') {
        service->downloads = download_counters_open(options->downloads_path,
                                                    process->snapshot->index, time(NULL), error);
        if (service->downloads == NULL)
            return -1;
    }
    service->metrics =
        metrics_create(process->route_names, router_names(process->route_names), error);
    if (service->metrics == NULL)
        return -1;
    service->openapi = openapi_create(options->has_admin, error);
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
    if (open_listeners(process, options, error) != 0)
        return -1;
    const struct swap_steps steps = {.service = service};
    service->watch =
        index_watch_start(service->snapshots, process->snapshot, &process->source, &steps, error);
    if (service->watch == NULL)
        return -1;
    return start_daemons(process, options, error);
}

int process_announce(const struct process *process, struct error *error)
{
    char names[2][LISTENER_NAME_SIZE] = {"", ""};
    bool has_admin = process->admin_listener >= 0;
    if (listener_name(process->listener, names[0], error) != 0 ||
        (has_admin && listener_name(process->admin_listener, names[1], error) != 0))
        return -1;
    FILE *out = process->service.access_log != NULL ? stderr : stdout;
    struct pollfd polled = {.fd = STDOUT_FILENO, .events = POLLOUT};
    if (out == stdout && poll(&polled, 1, 0) == 0)
        return 0; /* a pipe that is full is not waited for */
    const struct snapshot *snapshot = published_take(process->service.snapshots);
    if (snapshot == NULL)
        return error_out_of_memory(error);
    fprintf(out,
            "cratedex-server " CRATEDEX_VERSION " listening on http://%s%s%s (%" PRIu32
            " crates, dump of %s)\n",
            names[0], has_admin ? " and for operators on http://" : "", names[1],
            index_n_crates(snapshot->index), index_dump_timestamp(snapshot->index));
    published_give_back(process->service.snapshots);
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

struct process *process_start(const struct options *options, struct log_sink *error_log,
                              struct error *error)
{
    struct process *process = calloc(1, sizeof *process);
    if (process == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    process->listener = -1;
    process->admin_listener = -1;
    process->slow_query_descriptor = -1;
    process->service.error_log = error_log;
    atomic_init(&process->service.is_stopping, false);
    if (start(process, options, error) == 0) {
        memory_bound_init(&process->memory, options->cache_bytes, process->service.bodies);
        return process;
    }
    process_stop(process);
    return NULL;
}

void process_look_at_memory(struct process *process)
{
    memory_bound_keep(&process->memory);
}

void process_tick(struct process *process)
{
    flush_logs(&process->service);
    tick_downloads(process);
}

void process_refuse_connections(struct process *process)
{
    atomic_store(&process->service.is_stopping, true);
    admin_say_end(process->admin);
    daemon_refuse_connections(process->daemon);
}

unsigned process_n_running(const struct process *process)
{
    return daemon_n_running(process->daemon) + admin_n_running(process->admin);
}
