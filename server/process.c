/* Makes all parts of a server in the order in which they need each other, and frees them in
   reverse, wherever making them ended. */
#include "server/process.h"

#include "server/admin.h"
#include "server/announcement.h"
#include "server/answer/answer.h"
#include "server/cache/cache.h"
#include "server/cache/recent_hits.h"
#include "server/connections/daemon.h"
#include "server/connections/listener.h"
#include "server/endpoints/openapi.h"
#include "server/exchange/router.h"
#include "server/exchange/stale_answers.h"
#include "server/exchange/warming.h"
#include "server/html/site.h"
#include "server/logs.h"
#include "server/memory_bound.h"
#include "server/pid_file.h"
#include "server/reload.h"
#include "server/service/download_counters.h"
#include "server/service/index_watch.h"
#include "server/service/monotonic.h"
#include "server/service/published.h"
#include "server/service/service.h"
#include "server/service/snapshot.h"
#include "server/service_manager.h"
#include "server/telemetry/asked_queries.h"
#include "server/telemetry/metrics.h"
#include "server/telemetry/pulse.h"
#include "server/telemetry/slowest_queries.h"

#include <cratedex/ranking.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TURNS_A_SECOND 10

/* Shards spread the locks of the cache, but a value must fit into a tenth of a shard. */
#define MIN_SHARD_BYTES ((size_t)8 << 20)

/* Of the cache's bytes: what no body may have, since there is more to an answer. */
#define SPARE_PART 6

/* Of the cache's bytes: what answers may take that it has evicted, but a thread still remembers. */
#define RECENT_HITS_PART 16

struct process {
    const struct options *options;
    struct service service;
    struct settings settings;
    const char *route_names[OUTCOME_MAX_ROUTES];
    struct snapshot *snapshot; /* the first, until the watch runs, which may publish another */
    struct snapshot_source source;
    struct signature_key *verify_key; /* NULL: none is asked for */
    int listener;
    bool is_listener_shared; /* with the service manager */
    struct logs logs;
    struct pid_file *pid_file; /* NULL: none is asked for */
    struct daemon *daemon;
    int admin_listener; /* -1: there is none */
    struct admin *admin;
    struct memory_bound memory;
    bool downloads_are_troubled; /* the last tick failed, which was said */
    struct reload reload;
    struct announcement announcement;
    struct watchdog watchdog;
    unsigned n_turns;
};

static unsigned n_shards(const struct options *options)
{
    unsigned shards = 1;
    while (shards < 4 * options->limits.n_threads && shards < 64 &&
           options->cache_bytes / (2 * (size_t)shards) >= MIN_SHARD_BYTES)
        shards *= 2;
    return shards;
}

/* Sockets of the service manager's go before those that the options name. */
static int take_listeners(struct process *process, struct error *error)
{
    struct activation activation;
    int result = activation_take(&activation, error);
    process->is_listener_shared = activation.http >= 0;
    process->listener = activation.http;
    process->admin_listener = activation.admin;
    return result;
}

static bool has_admin(const struct process *process, const struct options *options)
{
    return options->has_admin || process->admin_listener >= 0;
}

static int open_index(struct process *process, const struct options *options, struct error *error)
{
    const char *path = options->index_path;
    process->source = (struct snapshot_source){
        .path = path,
        .n_readers = options->limits.n_threads + (has_admin(process, options) ? 1 : 0),
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

/* Has the versions of the next index counted. */
static void prepare_swap(const struct service *service, const struct snapshot *opened)
{
    struct error error;
    if (service->downloads != NULL &&
        download_counters_follow(service->downloads, opened->index, time(NULL), &error) != 0)
        fprintf(stderr, "cratedex-server: counting downloads: %s\n", error.message);
}

/* Nobody answers from an index before `oldest` any more, nor counts its downloads. */
static void end_swap(const struct service *service, uint64_t oldest)
{
    stale_answers_forget(service, oldest);
    if (service->downloads != NULL)
        download_counters_forget(service->downloads);
}

/* Says once what keeps the file of the day from being changed; it is tried again every second. */
static void tick_downloads(struct process *process)
{
    struct error error;
    if (process->service.downloads == NULL)
        return;
    bool is_well = download_counters_tick(process->service.downloads, time(NULL), &error) == 0;
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
    index_watch_end(service->watch); /* nobody waits for a reload any more */
    if (process->admin != NULL)
        admin_stop(process->admin);
    else if (process->admin_listener >= 0)
        close(process->admin_listener);
    reload_end(&process->reload);
    index_watch_stop(service->watch); /* which requests wake */
    recent_hits_destroy(service->recent_hits);
    if (service->cache != NULL)
        cache_destroy(service->cache);
    body_store_destroy(service->bodies);
    openapi_destroy(service->openapi);
    site_destroy(service->site);
    pulse_destroy(service->pulse);
    asked_queries_destroy(service->asked);
    slowest_queries_destroy(service->slowest);
    if (service->metrics != NULL)
        metrics_destroy(service->metrics);
    if (service->snapshots != NULL)
        tick_downloads(process); /* what happened to the file in the last second */
    struct error error;
    if (download_counters_close(service->downloads, &error) != 0)
        fprintf(stderr, "cratedex-server: counting downloads: %s\n", error.message);
    logs_close(&process->logs, service);
    snapshot_close(published_destroy(service->snapshots));
    signature_key_free(process->verify_key);
    pid_file_remove(process->pid_file);
    free(process);
}

static int open_listeners(struct process *process, const struct options *options,
                          struct error *error)
{
    if (process->listener < 0)
        process->listener = listener_open(&options->listen, "--listen", error);
    if (process->listener < 0 || process->admin_listener >= 0 || !options->has_admin)
        return process->listener < 0 ? -1 : 0;
    process->admin_listener = listener_open(&options->admin_listen, "--admin-listen", error);
    return process->admin_listener < 0 ? -1 : 0;
}

/* For who asks at the admin address. What was asked for before the end may come up behind it. */
static int reload(void *context, struct error *error)
{
    struct process *process = context;
    if (atomic_load(&process->service.is_stopping))
        return error_set(error, "the server ends");
    return reload_now(&process->reload, error);
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

/* The pages, and what the one for operators shows. */
static int make_pages(struct service *service, const struct options *options, struct error *error)
{
    if (!options->has_pages)
        return 0;
    service->site = site_create(error);
    if (service->site == NULL)
        return -1;
    if (!options->has_status)
        return 0;
    service->pulse = pulse_create(monotonic_seconds(), error);
    if (service->pulse != NULL)
        service->asked = asked_queries_create(options->limits.n_threads, error);
    if (service->asked != NULL)
        service->slowest = slowest_queries_create(error);
    return service->slowest != NULL ? 0 : -1;
}

static int make_metrics(struct process *process, struct error *error)
{
    const unsigned n_routes = router_names(process->route_names);
    struct metrics *metrics = metrics_create(process->route_names, n_routes, error);
    if (metrics == NULL)
        return -1;
    for (unsigned route = 0; route < router_other(); route++)
        if (router_is_for_operators(route))
            metrics_leave_out(metrics, route);
    process->service.metrics = metrics;
    return 0;
}

/* Makes everything; on an error the caller stops what is there. */
static int start(struct process *process, const struct options *options, struct error *error)
{
    struct service *service = &process->service;
    service->proxies = &options->proxies;
    service->experiment = options->has_experiment ? &options->experiment : NULL;
    if (take_listeners(process, error) != 0)
        return -1;
    if (options->pid_path[0] != '\0' && pid_file_check(options->pid_path, error) != 0)
        return -1;
    if (reload_read_settings(&process->settings, options, error) != 0 ||
        open_index(process, options, error) != 0)
        return -1;
    if (logs_open(&process->logs, service, options, error) != 0)
        return -1;
    if (options->downloads_path[0] != '\0') {
        service->downloads = download_counters_open(options->downloads_path,
                                                    process->snapshot->index, time(NULL), error);
        if (service->downloads == NULL)
            return -1;
    }
    if (make_metrics(process, error) != 0)
        return -1;
    service->openapi = openapi_create(has_admin(process, options), error);
    if (service->openapi == NULL)
        return -1;
    if (make_pages(service, options, error) != 0)
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
    if (open_listeners(process, options, error) != 0)
        return -1;
    const struct swap_steps steps = {
        .service = service,
        .prepare = prepare_swap,
        .warm = warming_before_swap,
        .forget = end_swap,
    };
    service->watch =
        index_watch_start(service->snapshots, process->snapshot, &process->source, &steps, error);
    if (service->watch == NULL)
        return -1;
    reload_init(&process->reload, options, &process->announcement, service->watch);
    if (announcement_init(&process->announcement, service, process->listener,
                          process->admin_listener, error) != 0 ||
        start_daemons(process, options, error) != 0)
        return -1;
    if (options->pid_path[0] != '\0')
        process->pid_file = pid_file_create(options->pid_path, error);
    return options->pid_path[0] == '\0' || process->pid_file != NULL ? 0 : -1;
}

int process_announce(struct process *process, struct error *error)
{
    bool has_output = process->service.access_log == NULL || process->logs.access.descriptor >= 0;
    return announcement_begin(&process->announcement, has_output ? stdout : stderr, error);
}

struct process *process_start(const struct options *options, struct log_sink *error_log,
                              struct error *error)
{
    struct process *process = calloc(1, sizeof *process);
    if (process == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    process->options = options;
    memory_bound_prepare();
    process->listener = -1;
    process->admin_listener = -1;
    process->logs = (struct logs)LOGS_NONE;
    process->service.error_log = error_log;
    atomic_init(&process->service.is_stopping, false);
    if (start(process, options, error) == 0) {
        watchdog_init(&process->watchdog);
        memory_bound_init(&process->memory, options->cache_bytes, process->service.bodies);
        return process;
    }
    process_stop(process);
    return NULL;
}

void process_reload(struct process *process)
{
    process_reopen_logs(process);
    reload_ask(&process->reload);
}

void process_reopen_logs(struct process *process)
{
    logs_reopen(&process->logs, &process->service, process->options);
}

/* For the page for operators. */
static void follow_requests(const struct service *service, bool is_second)
{
    if (service->pulse == NULL)
        return;
    const double now = monotonic_seconds();
    asked_queries_gather(service->asked, now);
    if (is_second)
        pulse_take(service->pulse, service->metrics, now);
}

void process_turn(struct process *process)
{
    memory_bound_keep(&process->memory);
    watchdog_feed(&process->watchdog,
                  daemon_is_working(process->daemon) && admin_is_working(process->admin));
    service_manager_follow();
    const bool is_ending = atomic_load(&process->service.is_stopping);
    if (!is_ending) /* nor does another reload begin */
        reload_follow(&process->reload);
    const bool is_second = ++process->n_turns % TURNS_A_SECOND == 0;
    follow_requests(&process->service, is_second);
    if (!is_second)
        return;
    logs_flush(&process->service);
    tick_downloads(process);
    if (!is_ending)
        announcement_follow(&process->announcement);
}

void process_begin_end(struct process *process)
{
    atomic_store(&process->service.is_stopping, true);
    admin_say_end(process->admin);
    service_manager_say_stopping();
}

void process_drain(struct process *process)
{
    daemon_drain(process->daemon, process->is_listener_shared);
}

bool process_is_drained(struct process *process)
{
    return daemon_is_drained(process->daemon) && admin_n_running(process->admin) == 0;
}
