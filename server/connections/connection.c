/* Every connection has one connection_state from its first byte to its end, so that a request
   allocates nothing of ours. The requests of a connection use it in turn: HTTP/1.1 answers them in
   order. libmicrohttpd calls, for each: keep_target with the request line, handle_request with the
   headers, again for each piece of a body (thrown away), again at the end, when the answer is
   queued; end_request when it is sent or the client is gone. An answer that has to be computed
   is put off until the round is over, unless it is the first, and then queued from outside of
   libmicrohttpd (waiting.c), which meanwhile asks again. What is queued in the first call of
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
#include "server/connections/connection.h"

#include "server/exchange/transaction.h"
#include "server/http/last_answer.h"
#include "server/http/request.h"
#include "server/http/request_head.h"
#include "server/http/trusted_proxies.h"
#include "server/telemetry/asked_queries.h"
#include "server/telemetry/metrics.h"

#include <limits.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct connection_state {
    struct waiting_request waiting; /* first, for its address is the state's */
    struct connection_slot *slot;
    bool is_running; /* a request: it has begun and not ended */
    bool has_answered;
    bool is_proxy;    /* the peer is a trusted one */
    bool is_loopback; /* the peer has an address of this machine alone, and is none */
    bool is_answered; /* by a transaction */
    bool is_ending;   /* behind its next answer */
    bool target_is_too_long;
    struct asker asker; /* the peer, as one of those who search */
    size_t uploaded_bytes;
    /* Of the request that runs, in libmicrohttpd's memory. */
    const char *path;
    const char *method;
    const char *version;
    struct request_fields fields;   /* of the request that runs */
    char address[INET6_ADDRSTRLEN]; /* of the peer; empty unless somebody wants to know */
    char target[REQUEST_MAX_TARGET_BYTES + 1];
};

/* Keeps what the requests of a connection need of its other end, `address`. */
static void see_peer(const struct service *service, const struct ip_address *address,
                     struct connection_state *state)
{
    state->is_proxy = trusted_proxies_have(service->proxies, address);
    state->is_loopback = !state->is_proxy && ip_address_is_loopback(address);
    if (service->asked != NULL)
        state->asker.client = asked_queries_client(service->asked, address);
    if (service->access_log != NULL || service->experiment != NULL)
        ip_address_write(address, state->address);
}

/* Enters a new connection. Without memory for it, it ends with its first request; without a slot
   at once. */
static struct connection_state *begin_connection(struct worker *worker,
                                                 struct MHD_Connection *connection)
{
    struct ip_address address;
    const union MHD_ConnectionInfo *socket =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *peer =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    bool has_address = peer != NULL && ip_address_of(peer->client_addr, &address) == 0;
    struct connection_state *state = malloc(sizeof *state);
    if (state == NULL)
        return NULL;
    state->slot = connection_table_open(worker->table, worker->number, socket->connect_fd,
                                        has_address ? &address : NULL, worker->now);
    if (state->slot == NULL) {
        shutdown(socket->connect_fd, SHUT_RDWR);
        free(state);
        return NULL;
    }
    state->waiting.is_waiting = false;
    state->is_running = false;
    state->has_answered = false;
    state->is_proxy = false;
    state->is_loopback = false;
    state->asker = (struct asker){.thread = worker->number};
    state->is_ending = false;
    state->address[0] = '\0';
    if (has_address)
        see_peer(worker->service, &address, state);
    return state;
}

void connection_notify(void *context, struct MHD_Connection *connection, void **socket_context,
                       enum MHD_ConnectionNotificationCode code)
{
    struct worker *worker = context;
    struct connection_state *state = *socket_context;
    worker->counts.n_events++;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        worker->counts.n_connections++;
        if (worker->metrics != NULL)
            metrics_count_connection(worker->metrics);
        *socket_context = begin_connection(worker, connection);
        return;
    }
    worker->counts.n_connections--;
    if (worker->metrics != NULL)
        metrics_end_connection(worker->metrics);
    if (state != NULL)
        connection_table_close(worker->table, worker->number, state->slot);
    free(state);
    *socket_context = NULL;
}

/* What it returns is the request's context in the calls below. A NUL behind the question mark hides
   the query from libmicrohttpd, which would keep a record of every parameter until its memory is
   full, and then neither answer nor close. Nobody needs its list: the query is read from our
   copy. */
void *connection_keep_target(void *context, const char *target, struct MHD_Connection *connection)
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

/* Its thread hears of that as of any end. */
static void end_connection(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info != NULL)
        shutdown(info->connect_fd, SHUT_RDWR);
}

/* Has libmicrohttpd end the connection behind the answer that is about to be queued, and say so in
   its head: as if the client had asked for that. So it goes for the responses that others are sent
   as well. Where there is no memory for it, the connection ends with its next answer. */
static void announce_end(struct MHD_Connection *connection, struct connection_state *state)
{
    if (!state->is_ending)
        state->is_ending = MHD_set_connection_value(connection, MHD_HEADER_KIND,
                                                    MHD_HTTP_HEADER_CONNECTION, "close") == MHD_YES;
}

/* Answers the request that the state has, or an error where there is a fault. Returns what
   libmicrohttpd wants to hear. */
static enum MHD_Result answer_request(struct worker *worker, struct MHD_Connection *connection,
                                      struct connection_state *state, const struct failure *fault,
                                      enum transaction_haste haste, struct transaction_end *end)
{
    const struct transaction transaction = {
        .connection = connection,
        .fields = &state->fields,
        .method = state->method,
        .path = state->path,
        .target = state->target_is_too_long ? NULL : state->target,
        .version = state->version,
        .address = state->address,
        .asker = &state->asker,
        .is_proxy = state->is_proxy,
        .is_from_loopback = state->is_loopback,
        .fault = fault,
        .haste = haste,
        .again = state->waiting.is_waiting ? &state->waiting.put_off : NULL,
    };
    connection_enter(state->slot, CONNECTION_WORKING, worker->now);
    if (worker->drained != 0)
        announce_end(connection, state);
    enum MHD_Result result = transaction_run(worker->service, &transaction, end);
    if (end->is_put_off)
        return result;
    state->is_answered = true;
    connection_enter(state->slot, CONNECTION_SENDING, worker->now);
    return result;
}

static enum MHD_Result answer_fault(struct worker *worker, struct MHD_Connection *connection,
                                    struct connection_state *state, const struct failure *fault)
{
    struct transaction_end end;
    return answer_request(worker, connection, state, fault, TRANSACTION_WAITS, &end);
}

/* A whole request. The first of a round that has to be computed is, where none waits: that spares
   it a round. */
static enum MHD_Result begin_answer(struct worker *worker, struct MHD_Connection *connection,
                                    struct connection_state *state)
{
    if (state->target_is_too_long) {
        struct failure fault = {.status = MHD_HTTP_URI_TOO_LONG};
        error_set(&fault.error, "the URL is longer than %d bytes", REQUEST_MAX_TARGET_BYTES);
        return answer_fault(worker, connection, state, &fault);
    }
    struct transaction_end end;
    enum transaction_haste haste = TRANSACTION_COMPUTES;
    if (worker->waiting.first != NULL || worker->has_computed)
        haste = worker->waiting.n_waiting < worker->waiting.max_waiting ? TRANSACTION_WAITS
                                                                        : TRANSACTION_LATE;
    enum MHD_Result result = answer_request(worker, connection, state, NULL, haste, &end);
    worker->has_computed |= end.has_computed;
    if (end.is_put_off)
        waiting_append(&worker->waiting, &state->waiting, connection, &end.put_off);
    return result;
}

bool connection_answer_waiting(void *context, struct waiting_request *request, bool is_late)
{
    struct worker *worker = context;
    struct connection_state *state = (struct connection_state *)request;
    struct MHD_Connection *connection = request->connection;
    struct transaction_end end;
    enum MHD_Result result = answer_request(
        worker, connection, state, NULL, is_late ? TRANSACTION_LATE : TRANSACTION_COMPUTES, &end);
    if (end.is_put_off)
        return false;
    if (result != MHD_YES)
        end_connection(connection);
    if (request->is_waiting)
        waiting_remove(&worker->waiting, request);
    return true;
}

/* The first call for a request: nothing is queued, unless the head has a fault. */
static enum MHD_Result begin_request(struct worker *worker, struct MHD_Connection *connection,
                                     struct connection_state *state, const char *path,
                                     const char *method, const char *version)
{
    struct failure fault;
    worker->counts.n_events++;
    state->is_running = true;
    state->path = path;
    state->method = method;
    state->version = version;
    connection_enter(state->slot, CONNECTION_READING, worker->now);
    const struct request_line line = {
        .method = method,
        .url = path,
        .version = version,
        .target = state->target_is_too_long ? NULL : state->target,
    };
    if (request_head_check(connection, &line, &state->fields, &fault) == 0)
        return MHD_YES;
    return answer_fault(worker, connection, state, &fault);
}

enum MHD_Result connection_handle_request(void *context, struct MHD_Connection *connection,
                                          const char *path, const char *method, const char *version,
                                          const char *upload, size_t *upload_size,
                                          void **request_context)
{
    (void)upload;
    struct worker *worker = context;
    struct connection_state *state = *request_context;
    if (state == NULL)
        return MHD_NO;
    if (!state->is_running)
        return begin_request(worker, connection, state, path, method, version);
    if (*upload_size > 0) {
        state->uploaded_bytes += *upload_size;
        *upload_size = 0;
        return state->uploaded_bytes <= REQUEST_MAX_BODY_BYTES ? MHD_YES : MHD_NO;
    }
    if (state->waiting.is_waiting)
        return MHD_YES;
    return begin_answer(worker, connection, state);
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
static void tell_refusal(const struct worker *worker, struct MHD_Connection *connection,
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
        last_answer_send(connection, sent, worker->service->role == ADDRESS_ADMIN);
    }
    if (!state->is_answered || sent != queued)
        transaction_record_refusal(worker->service,
                                   state->target_is_too_long ? NULL : state->target,
                                   state->address[0] != '\0' ? state->address : NULL, sent);
    answer_was_dropped = false;
    last_answer_drain(connection);
}

void connection_end_request(void *context, struct MHD_Connection *connection,
                            void **request_context, enum MHD_RequestTerminationCode code)
{
    struct worker *worker = context;
    struct connection_state *state = *request_context;
    if (state != NULL && code == MHD_REQUEST_TERMINATED_WITH_ERROR)
        tell_refusal(worker, connection, state);
    if (state == NULL || !state->is_running)
        return;
    state->is_running = false;
    if (state->waiting.is_waiting)
        waiting_remove(&worker->waiting, &state->waiting);
    connection_enter(state->slot, CONNECTION_IDLE, worker->now);
    if (!state->has_answered && code == MHD_REQUEST_TERMINATED_COMPLETED_OK)
        notice_end(connection);
    state->has_answered = true;
}

/* What it says of a single connection. A request line that is too long, or of a version that it
   does not know, it refuses before it has called anything of ours. */
static void hear_of_connection(const struct worker *worker, const char *format, va_list arguments)
{
    static const char refusal[] = "Error processing request (HTTP response code is %u";
    static const char drop[] = "Closing connection (failed to create response header";
    if (strncmp(format, refusal, sizeof refusal - 1) == 0) {
        unsigned status = va_arg(arguments, unsigned);
        if (status == MHD_HTTP_URI_TOO_LONG || status == MHD_HTTP_HTTP_VERSION_NOT_SUPPORTED)
            transaction_record_refusal(worker->service, NULL, NULL, status);
    } else if (strcmp(format, "%s\n") == 0) {
        answer_was_dropped = strncmp(va_arg(arguments, const char *), drop, sizeof drop - 1) == 0;
    }
}

void __attribute__((format(printf, 2, 0)))
connection_hear_message(void *context, const char *format, va_list arguments)
{
    struct worker *worker = context;
    struct error *error = worker->start_error;
    if (error == NULL) {
        hear_of_connection(worker, format, arguments);
        return;
    }
    vsnprintf(error->message, sizeof error->message, format, arguments);
    error->message[strcspn(error->message, "\n")] = '\0';
}
