/* Each thread is a loop (loop.c) that runs a daemon of libmicrohttpd of its own. All of them accept
   from one listening socket, of which each has a descriptor; a connection stays with the loop that
   accepted it, and a request is read, answered and sent by one thread (connection.c).

   Threads have the table of connections in common, which holds the limits (connection_table.c).
   libmicrohttpd's own limit lies above a thread's part of them: no thread takes all connections,
   and none stops accepting before the table has ended others. Its time-outs are off, for they count
   from the last byte. */
#include "server/daemon.h"

#include "server/connection.h"
#include "server/connection_table.h"
#include "server/listener.h"
#include "server/loop.h"
#include "server/service/monotonic.h"
#include "server/telemetry/metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define IDLE_MILLISECONDS 1000   /* between rounds, for deadlines to be seen */
#define DRAIN_MILLISECONDS 100   /* likewise, of connections that are silent */
#define RESERVED_DESCRIPTORS 256 /* for the index, the logs and what else is open */
#define THREAD_DESCRIPTORS 4     /* two epoll sets, what wakes them, the listening socket */
#define WORKING_SECONDS 3        /* in which a thread looks at its connections for certain */

/* How long connections that have begun to be made are waited for. One whose client is farther away
   than that is lost; who tries anew meanwhile is kept waiting for a second. */
#define ACCEPT_SECONDS 0.02
#define LAST_ACCEPT_SECONDS 1 /* where more and more come */

struct daemon {
    struct service *service;
    struct connection_table *table;
    int listener;   /* -1 once connections are refused */
    double drained; /* when that began */
    unsigned n_threads;
    struct worker workers[]; /* n_threads */
};

/* How many descriptors there may be; as many as the system allows. */
static rlim_t raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return RLIM_INFINITY;
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
        getrlimit(RLIMIT_NOFILE, &limit);
    }
    return limit.rlim_cur;
}

/* How many are left for connections, which must find the table full before there are none: half, at
   least. */
static rlim_t connections_within(rlim_t n_descriptors, unsigned n_reserved)
{
    rlim_t half = n_descriptors / 2;
    return n_descriptors - (half < n_reserved ? half : n_reserved);
}

static unsigned descriptors_for(unsigned n_connections, unsigned n_reserved)
{
    return n_connections + (n_connections < n_reserved ? n_connections : n_reserved);
}

/* Puts numbers in the place of defaults. Returns 0, or -1 where so many connections cannot be. */
static int settle_limits(struct daemon_limits *limits, struct error *error)
{
    const rlim_t n_descriptors = raise_descriptors();
    const unsigned n_reserved =
        RESERVED_DESCRIPTORS + THREAD_DESCRIPTORS * limits->n_threads + limits->n_spared;
    const rlim_t available = connections_within(n_descriptors, n_reserved);
    if (limits->n_connections > available)
        return error_set(error,
                         "%u connections need %u open files, and the limit is %lu: raise it "
                         "(ulimit -n, LimitNOFILE=) or allow fewer with --max-connections",
                         limits->n_connections, descriptors_for(limits->n_connections, n_reserved),
                         (unsigned long)n_descriptors);
    if (limits->n_connections == 0)
        limits->n_connections = available < DAEMON_DEFAULT_CONNECTIONS ? (unsigned)available
                                                                       : DAEMON_DEFAULT_CONNECTIONS;
    if (limits->n_per_address == DAEMON_DEFAULT_PER_ADDRESS)
        limits->n_per_address = (limits->n_connections + 3) / 4;
    return 0;
}

/* What is told of connections, and of how many there may be, is of those that clients have. */
static struct metrics *connection_metrics(const struct service *service)
{
    return service->role == ADDRESS_ADMIN ? NULL : service->metrics;
}

static struct connection_table *create_table(const struct service *service,
                                             const struct daemon_limits *limits,
                                             struct metrics *metrics, struct error *error)
{
    const struct connection_limits table_limits = {
        .n_connections = limits->n_connections,
        .n_per_address = limits->n_per_address,
        .proxies = service->proxies,
        .metrics = metrics,
    };
    if (metrics != NULL)
        metrics_limit_connections(metrics, limits->n_connections);
    return connection_table_create(&table_limits, limits->n_threads, error);
}

static uint64_t read_clock(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * CONNECTION_SECOND + (uint64_t)time.tv_nsec / 1000;
}

static void begin_round(void *context)
{
    struct worker *worker = context;
    worker->has_computed = false;
    worker->now = read_clock();
}

static int end_drained_round(struct worker *worker, int idle)
{
    const uint64_t silence = (uint64_t)DAEMON_SILENCE_SECONDS * CONNECTION_SECOND;
    if (worker->now >= worker->drained + silence)
        connection_table_end_silent(worker->table, worker->number, worker->now - silence);
    return idle >= 0 ? idle : DRAIN_MILLISECONDS;
}

static int end_round(void *context)
{
    struct worker *worker = context;
    uint64_t swept = atomic_load_explicit(&worker->swept, memory_order_relaxed);
    if (worker->now - swept >= CONNECTION_SECOND) {
        atomic_store_explicit(&worker->swept, worker->now, memory_order_relaxed);
        connection_table_sweep(worker->table, worker->number, worker->now);
    }
    int idle = waiting_turn(&worker->waiting);
    if (worker->drained != 0)
        return end_drained_round(worker, idle);
    return idle >= 0 ? idle : IDLE_MILLISECONDS;
}

static void drain(void *context)
{
    struct worker *worker = context;
    worker->drained = read_clock();
}

static void stop(void *context)
{
    struct worker *worker = context;
    waiting_end(&worker->waiting);
}

/* One of libmicrohttpd's daemons, with a descriptor of the listening socket of its own. */
static struct MHD_Daemon *start_http(struct worker *worker, int listener, struct error *error)
{
    struct error reason = {0};
    int own_listener = fcntl(listener, F_DUPFD_CLOEXEC, 0);
    if (own_listener < 0) {
        error_set(error, "cannot start the HTTP daemon: %s", strerror(errno));
        return NULL;
    }
    worker->start_error = &reason;
    struct MHD_Daemon *http = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL,
        connection_handle_request, worker, MHD_OPTION_EXTERNAL_LOGGER, connection_hear_message,
        worker, MHD_OPTION_LISTEN_SOCKET, own_listener, MHD_OPTION_URI_LOG_CALLBACK,
        connection_keep_target, worker, MHD_OPTION_NOTIFY_CONNECTION, connection_notify, worker,
        MHD_OPTION_NOTIFY_COMPLETED, connection_end_request, worker, MHD_OPTION_CONNECTION_LIMIT,
        connection_table_n_slots(worker->table), MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)DAEMON_CONNECTION_BYTES, MHD_OPTION_END);
    worker->start_error = NULL;
    if (http == NULL) {
        error_set(error, "cannot start the HTTP daemon: %s",
                  reason.message[0] != '\0' ? reason.message : "out of memory");
        close(own_listener);
    }
    return http;
}

static int start_worker(const struct daemon *daemon, struct worker *worker,
                        const struct daemon_limits *limits, struct error *error)
{
    worker->service = daemon->service;
    worker->table = daemon->table;
    worker->metrics = connection_metrics(daemon->service);
    worker->number = (unsigned)(worker - daemon->workers);
    worker->waiting = (struct waiting_list){
        .longest_seconds = limits->max_wait_seconds,
        .max_waiting = limits->max_waiting > 0 ? limits->max_waiting : UINT_MAX,
        .answer = connection_answer_waiting,
        .context = worker};
    const struct loop_hooks hooks = {begin_round, end_round, drain, stop, worker, &worker->counts};
    struct MHD_Daemon *http = start_http(worker, daemon->listener, error);
    if (http == NULL)
        return -1;
    worker->loop = loop_start(http, &hooks, error);
    if (worker->loop != NULL)
        return 0;
    MHD_stop_daemon(http);
    return -1;
}

/* Stops the loops that were started. The listener stays. */
static void destroy(struct daemon *daemon)
{
    for (unsigned i = 0; i < daemon->n_threads; i++)
        if (daemon->workers[i].loop != NULL)
            loop_stop(daemon->workers[i].loop);
    connection_table_destroy(daemon->table);
    free(daemon);
}

struct daemon *daemon_start(struct service *service, int listener,
                            const struct daemon_limits *wanted_limits, struct error *error)
{
    struct daemon_limits limits = *wanted_limits;
    if (settle_limits(&limits, error) != 0)
        return NULL;
    const size_t alignment = _Alignof(struct worker);
    const size_t size = (sizeof(struct daemon) + alignment - 1) / alignment * alignment +
                        limits.n_threads * sizeof(struct worker);
    struct daemon *daemon = aligned_alloc(alignment, size);
    if (daemon == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    memset(daemon, 0, size);
    daemon->service = service;
    daemon->listener = listener;
    daemon->n_threads = limits.n_threads;
    daemon->table = create_table(service, &limits, connection_metrics(service), error);
    int status = daemon->table != NULL ? 0 : -1;
    for (unsigned i = 0; i < limits.n_threads && status == 0; i++)
        status = start_worker(daemon, &daemon->workers[i], &limits, error);
    if (status == 0)
        return daemon;
    destroy(daemon);
    return NULL;
}

static void order(const struct daemon *daemon, enum loop_order order)
{
    for (unsigned i = 0; i < daemon->n_threads; i++)
        loop_order(daemon->workers[i].loop, order);
}

void daemon_drain(struct daemon *daemon, bool is_shared)
{
    if (!is_shared)
        (void)listener_stop_handshakes(daemon->listener);
    daemon->drained = monotonic_seconds();
    order(daemon, LOOP_DRAIN);
}

/* Not before all are accepted who could connect: those who wait when nobody listens any more are
   reset. A socket that others have goes on listening, so that there is no end to wait for. */
static void stop_accepting(struct daemon *daemon)
{
    double seconds = monotonic_seconds() - daemon->drained;
    if (seconds < ACCEPT_SECONDS ||
        (listener_is_wanted(daemon->listener) && seconds < LAST_ACCEPT_SECONDS))
        return;
    order(daemon, LOOP_REFUSE);
    close(daemon->listener);
    daemon->listener = -1;
}

bool daemon_is_drained(struct daemon *daemon)
{
    if (daemon->listener >= 0) {
        stop_accepting(daemon);
        return false;
    }
    for (unsigned i = 0; i < daemon->n_threads; i++)
        if (!loop_has_obeyed(daemon->workers[i].loop))
            return false;
    return connection_table_n_open(daemon->table) == 0;
}

unsigned daemon_n_running(const struct daemon *daemon)
{
    return connection_table_n_busy(daemon->table);
}

bool daemon_is_working(const struct daemon *daemon)
{
    const uint64_t now = read_clock();
    for (unsigned i = 0; i < daemon->n_threads; i++) {
        uint64_t swept = atomic_load_explicit(&daemon->workers[i].swept, memory_order_relaxed);
        if (now > swept && now - swept > (uint64_t)WORKING_SECONDS * CONNECTION_SECOND)
            return false;
    }
    return true;
}

void daemon_stop(struct daemon *daemon)
{
    if (daemon->listener >= 0)
        close(daemon->listener);
    destroy(daemon);
}
