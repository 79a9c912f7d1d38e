/* Each thread is a loop (loop.c) that runs a daemon of libmicrohttpd of its own. All of them accept
   from one listening socket, of which each has a descriptor; a connection stays with the loop that
   accepted it, and a request is read, answered and sent by one thread.

   Every connection has one connection_state from its first byte to its end, so that a request
   allocates nothing of ours. The requests of a connection use it in turn: HTTP/1.1 answers them in
   order. libmicrohttpd calls, for each: keep_target with the request line, handle_request with the
   headers, again for each piece of a body (thrown away), again at the end, when the answer is
   queued; end_request when it is sent or the client is gone. What is queued in the first call of
   handle_request ends the connection, unread body included: that is for requests whose head is not
   to be trusted, and for no other.

   Some heads it refuses by itself, with a page of its own, which handle_request does not hear of;
   and an answer whose head has no room beside the request's it drops. Both show in end_request,
   where they are counted and logged, and the latter answered (tell_refusal). Not to be mended from
   here: a page for a Content-Length that is no number, or for more cookies than there is room for,
   begins with its head twice; a request line that is none gets no line in the log, or no page
   either. All of them close the connection.

   libmicrohttpd (0.9.75) waits for edges of epoll and reads what is there until a read is short. A
   client that sends its request and the end of its stream at once makes one edge of both, so that
   the end is not seen: the client, which waits for ours, would wait for the timeout. After the
   first answer of a connection we look for such an end and raise the edge again (notice_end).
   Clients that send once and half-close do so at the first request; to look at every one would cost
   a system call each. */
#include "server/daemon.h"

#include "server/exchange/transaction.h"
#include "server/http/last_answer.h"
#include "server/http/request.h"
#include "server/http/request_head.h"
#include "server/http/trusted_proxies.h"
#include "server/loop.h"
#include "server/telemetry/cpu_slot.h"
#include "server/telemetry/metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* Requests that began and ended in a slot (cpu_slot.h). */
struct request_counts {
    _Alignas(64) atomic_uint n_begun; /* on a cache line of their own */
    atomic_uint n_ended;
};

struct daemon {
    struct service *service;
    int listener;             /* -1 once connections are refused */
    struct error start_error; /* what libmicrohttpd said while it started */
    atomic_bool is_started;
    unsigned n_loops;
    struct request_counts counts[CPU_MAX_SLOTS];
    struct loop *loops[]; /* n_loops */
};

struct connection_state {
    bool is_running; /* counted as begun, not as ended */
    bool has_answered;
    bool is_proxy;    /* the peer is a trusted one */
    bool is_answered; /* by a transaction */
    bool target_is_too_long;
    size_t uploaded_bytes;
    struct request_fields fields;   /* of the request that runs */
    char address[INET6_ADDRSTRLEN]; /* of the peer; empty unless somebody wants to know */
    char target[REQUEST_MAX_TARGET_BYTES + 1];
};

/* Keeps what the requests of a connection need of its other end. */
static void see_peer(const struct service *service, struct MHD_Connection *connection,
                     struct connection_state *state)
{
    struct ip_address address;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (info == NULL || ip_address_of(info->client_addr, &address) != 0)
        return;
    state->is_proxy = trusted_proxies_have(service->proxies, &address);
    if (service->access_log != NULL || service->experiment != NULL)
        ip_address_write(&address, state->address);
}

static void notify_connection(void *context, struct MHD_Connection *connection,
                              void **socket_context, enum MHD_ConnectionNotificationCode code)
{
    const struct daemon *daemon = context;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        metrics_end_connection(daemon->service->metrics);
        free(*socket_context);
        *socket_context = NULL;
        return;
    }
    metrics_count_connection(daemon->service->metrics);
    struct connection_state *state = malloc(sizeof *state);
    *socket_context = state;
    if (state == NULL)
        return;
    state->is_running = false;
    state->has_answered = false;
    state->is_proxy = false;
    state->address[0] = '\0';
    see_peer(daemon->service, connection, state);
}

/* What it returns is the request's context in the calls below. A NUL behind the question mark hides
   the query from libmicrohttpd, which would keep a record of every parameter until its memory is
   full, and then neither answer nor close. Nobody needs its list: the query is read from our
   copy. */
static void *keep_target(void *context, const char *target, struct MHD_Connection *connection)
{
    (void)context;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct connection_state *state = info != NULL ? info->socket_context : NULL;
    if (state == NULL)
        return NULL;
    size_t length = strnlen(target, sizeof state->target);
    state->target_is_too_long = length == sizeof state->target;
    if (state->target_is_too_long)
        length = 0;
    memcpy(state->target, target, length);
    state->target[length] = '\0';
    char *query = strchr(target, '?');
    if (query != NULL)
        query[1] = '\0'; /* the memory is the connection's own and not constant */
    state->uploaded_bytes = 0;
    state->is_answered = false;
    return state;
}

static enum MHD_Result answer_request(const struct service *service,
                                      struct MHD_Connection *connection,
                                      struct connection_state *state, const char *path,
                                      const char *method, const char *version,
                                      const struct failure *fault)
{
    const struct transaction transaction = {
        .connection = connection,
        .fields = &state->fields,
        .method = method,
        .path = path,
        .target = state->target_is_too_long ? NULL : state->target,
        .version = version,
        .address = state->address,
        .is_proxy = state->is_proxy,
        .fault = fault,
    };
    state->is_answered = true;
    return transaction_run(service, &transaction);
}

/* The first call for a request: nothing is queued, unless the head has a fault. */
static enum MHD_Result begin_request(struct daemon *daemon, struct MHD_Connection *connection,
                                     struct connection_state *state, const char *path,
                                     const char *method, const char *version)
{
    struct failure fault;
    state->is_running = true;
    atomic_fetch_add(&daemon->counts[cpu_slot(CPU_MAX_SLOTS)].n_begun, 1);
    const struct request_line line = {
        .method = method,
        .url = path,
        .version = version,
        .target = state->target_is_too_long ? NULL : state->target,
    };
    if (request_head_check(connection, &line, &state->fields, &fault) == 0)
        return MHD_YES;
    return answer_request(daemon->service, connection, state, path, method, version, &fault);
}

static enum MHD_Result handle_request(void *context, struct MHD_Connection *connection,
                                      const char *path, const char *method, const char *version,
                                      const char *upload, size_t *upload_size,
                                      void **request_context)
{
    (void)upload;
    struct daemon *daemon = context;
    struct connection_state *state = *request_context;
    if (state == NULL)
        return MHD_NO;
    if (!state->is_running)
        return begin_request(daemon, connection, state, path, method, version);
    if (*upload_size > 0) {
        state->uploaded_bytes += *upload_size;
        *upload_size = 0;
        return state->uploaded_bytes <= REQUEST_MAX_BODY_BYTES ? MHD_YES : MHD_NO;
    }
    if (!state->target_is_too_long)
        return answer_request(daemon->service, connection, state, path, method, version, NULL);
    struct failure fault = {.status = MHD_HTTP_URI_TOO_LONG};
    error_set(&fault.error, "the URL is longer than %d bytes", REQUEST_MAX_TARGET_BYTES);
    return answer_request(daemon->service, connection, state, path, method, version, &fault);
}

/* Shutting down our reading side of a stream that has ended already changes nothing but wakes
   epoll. Requests that libmicrohttpd has read already are still answered. */
static void notice_end(struct MHD_Connection *connection)
{
    char byte;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info != NULL && recv(info->connect_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
        shutdown(info->connect_fd, SHUT_RD);
}

/* Set where libmicrohttpd says that it drops an answer, which end_request hears of next. */
static _Thread_local bool answer_was_dropped;

/* A request that ends by an error. Without a response there is nothing to tell: the client went, or
   there was no memory. */
static void tell_refusal(const struct daemon *daemon, struct MHD_Connection *connection,
                         const struct connection_state *state)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_HTTP_STATUS);
    if (info == NULL)
        return;
    const unsigned queued = info->http_status;
    unsigned sent = queued;
    if (answer_was_dropped) {
        sent = queued == MHD_HTTP_URI_TOO_LONG ? queued : MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE;
        last_answer_send(connection, sent);
    }
    if (!state->is_answered || sent != queued)
        transaction_record_refusal(daemon->service,
                                   state->target_is_too_long ? NULL : state->target,
                                   state->address[0] != '\0' ? state->address : NULL, sent);
    answer_was_dropped = false;
    last_answer_drain(connection);
}

static void end_request(void *context, struct MHD_Connection *connection, void **request_context,
                        enum MHD_RequestTerminationCode code)
{
    struct daemon *daemon = context;
    struct connection_state *state = *request_context;
    if (state != NULL && code == MHD_REQUEST_TERMINATED_WITH_ERROR)
        tell_refusal(daemon, connection, state);
    if (state == NULL || !state->is_running)
        return;
    state->is_running = false;
    atomic_fetch_add(&daemon->counts[cpu_slot(CPU_MAX_SLOTS)].n_ended, 1);
    if (!state->has_answered && code == MHD_REQUEST_TERMINATED_COMPLETED_OK)
        notice_end(connection);
    state->has_answered = true;
}

/* What libmicrohttpd says of a single connection. A request line that is too long, or of a version
   that it does not know, it refuses before it has called anything of ours. */
static void hear_message(const struct daemon *daemon, const char *format, va_list arguments)
{
    static const char refusal[] = "Error processing request (HTTP response code is %u";
    static const char drop[] = "Closing connection (failed to create response header";
    if (strncmp(format, refusal, sizeof refusal - 1) == 0) {
        unsigned status = va_arg(arguments, unsigned);
        if (status == MHD_HTTP_URI_TOO_LONG || status == MHD_HTTP_HTTP_VERSION_NOT_SUPPORTED)
            transaction_record_refusal(daemon->service, NULL, NULL, status);
    } else if (strcmp(format, "%s\n") == 0) {
        answer_was_dropped = strncmp(va_arg(arguments, const char *), drop, sizeof drop - 1) == 0;
    }
}

/* Keeps the reason of a failed start. */
static void __attribute__((format(printf, 2, 0)))
keep_message(void *context, const char *format, va_list arguments)
{
    struct daemon *daemon = context;
    if (daemon->is_started) {
        hear_message(daemon, format, arguments);
        return;
    }
    vsnprintf(daemon->start_error.message, sizeof daemon->start_error.message, format, arguments);
    daemon->start_error.message[strcspn(daemon->start_error.message, "\n")] = '\0';
}

/* As many connections as descriptors allow, some of which the index and the log need. */
static unsigned max_connections(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return DAEMON_MAX_CONNECTIONS;
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
        getrlimit(RLIMIT_NOFILE, &limit);
    }
    const rlim_t reserved = 256;
    if (limit.rlim_cur >= DAEMON_MAX_CONNECTIONS + reserved)
        return DAEMON_MAX_CONNECTIONS;
    return limit.rlim_cur > 2 * reserved ? (unsigned)(limit.rlim_cur - reserved)
                                         : (unsigned)reserved;
}

/* One of libmicrohttpd's daemons, with a descriptor of the listening socket of its own. */
static struct MHD_Daemon *start_http(struct daemon *daemon, unsigned limit, struct error *error)
{
    int listener = fcntl(daemon->listener, F_DUPFD_CLOEXEC, 0);
    if (listener < 0) {
        error_set(error, "cannot start the HTTP daemon: %s", strerror(errno));
        return NULL;
    }
    struct MHD_Daemon *http = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_ERROR_LOG, 0, NULL, NULL, handle_request, daemon,
        MHD_OPTION_EXTERNAL_LOGGER, keep_message, daemon, MHD_OPTION_LISTEN_SOCKET, listener,
        MHD_OPTION_URI_LOG_CALLBACK, keep_target, daemon, MHD_OPTION_NOTIFY_CONNECTION,
        notify_connection, daemon, MHD_OPTION_NOTIFY_COMPLETED, end_request, daemon,
        MHD_OPTION_CONNECTION_LIMIT, limit, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)DAEMON_TIMEOUT_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)DAEMON_CONNECTION_BYTES, MHD_OPTION_END);
    if (http == NULL) {
        error_set(error, "cannot start the HTTP daemon: %s", daemon->start_error.message);
        close(listener);
    }
    return http;
}

/* Stops the loops that were started. */
static void stop_loops(struct daemon *daemon)
{
    while (daemon->n_loops > 0)
        loop_stop(daemon->loops[--daemon->n_loops]);
    free(daemon);
}

struct daemon *daemon_start(struct service *service, int listener, unsigned n_threads,
                            struct error *error)
{
    size_t size = sizeof(struct daemon) + n_threads * sizeof(struct loop *);
    size_t alignment = _Alignof(struct daemon);
    size = (size + alignment - 1) / alignment * alignment;
    struct daemon *daemon = aligned_alloc(alignment, size);
    if (daemon == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    memset(daemon, 0, size);
    const unsigned connection_limit = max_connections();
    daemon->service = service;
    daemon->listener = listener;
    metrics_limit_connections(service->metrics, connection_limit);
    for (; daemon->n_loops < n_threads; daemon->n_loops++) {
        struct MHD_Daemon *http =
            start_http(daemon, (connection_limit + n_threads - 1) / n_threads, error);
        struct loop *loop = http != NULL ? loop_start(http, error) : NULL;
        if (loop == NULL) {
            if (http != NULL)
                MHD_stop_daemon(http);
            stop_loops(daemon);
            return NULL;
        }
        daemon->loops[daemon->n_loops] = loop;
    }
    atomic_store(&daemon->is_started, true);
    return daemon;
}

void daemon_refuse_connections(struct daemon *daemon)
{
    for (unsigned i = 0; i < daemon->n_loops; i++)
        loop_refuse_connections(daemon->loops[i]);
    close(daemon->listener);
    daemon->listener = -1;
}

unsigned daemon_n_running(const struct daemon *daemon)
{
    /* Ends first: of every end that is seen the begin is seen, too, so that none who runs is
       missed. */
    unsigned n_ended = 0;
    unsigned n_begun = 0;
    for (unsigned slot = 0; slot < CPU_MAX_SLOTS; slot++)
        n_ended += atomic_load(&daemon->counts[slot].n_ended);
    for (unsigned slot = 0; slot < CPU_MAX_SLOTS; slot++)
        n_begun += atomic_load(&daemon->counts[slot].n_begun);
    return n_begun - n_ended;
}

void daemon_stop(struct daemon *daemon)
{
    if (daemon->listener >= 0)
        close(daemon->listener);
    stop_loops(daemon);
}
