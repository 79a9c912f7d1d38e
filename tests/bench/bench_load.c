/* Request i of an open loop is due at start + i / rate, whether or not anything was answered: due
   requests wait in the order of their numbers, and a connection that becomes free takes the next.
   Sleeping is by epoll_pwait2, to the nanosecond, as long as nothing is due and nothing arrives. A
   request is some hundred bytes and goes into an empty socket buffer, so it is sent in one piece.

   The client takes its processor time from the same machine as the server. So an answer is one recv
   into a buffer that all connections share, a pass over its head, one reading of the clock and one
   send; nothing is allocated, and what is in flight is counted, not looked for. The rest of a long
   body is dropped inside the kernel (MSG_TRUNC, tcp(7)). Only a head that comes in pieces is
   copied, to its connection. */
#define _GNU_SOURCE /* epoll_pwait2 */
#include "tests/bench/bench_load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

#define BUFFER_BYTES 262144
#define NANOSECONDS 1000000000.0
/* How long what was due in a run may take to be sent and answered after it: in times of the run,
   where it has a rate, and in seconds where it has none: what a slow server still computes would
   disturb the next run. libmicrohttpd 0.9.75 may stall where 128 requests, or a multiple, are ready
   at once: then it waits for more before it answers. */
#define GRACE_OF_RATE 2
#define GRACE_SECONDS 1
#define LONGEST_WAIT 20000000 /* nanoseconds, at a time */
#define MAX_CLOSED_RATE 1e6   /* latencies that a closed loop keeps, a second */

struct connection {
    int socket;
    bool is_busy;
    bool is_in_body;
    bool closes;
    bool is_other;             /* the answer has the other status */
    uint64_t due;              /* when the request was to be sent */
    struct load_answer answer; /* where somebody is told of it, likewise */
    XXH64_state_t *hash;       /* of its body so far; NULL where nobody is told */
    size_t to_receive;         /* of the body */
    size_t head_size;          /* of what is kept of an unfinished head */
    char head[LOAD_MAX_HEAD];
};

struct load {
    const struct load_plan *plan;
    int epoll;
    uint64_t begin; /* 0: not yet, answers do not count */
    uint64_t end;
    size_t next;     /* request */
    uint64_t n_due;  /* requests that were sent since the time began */
    unsigned n_free; /* connections that may ask */
    struct load_result result;
    uint64_t *latencies;
    size_t n_latencies;
    size_t capacity;
    msgpack_sbuffer *body;           /* where the answers' bodies go; NULL: nowhere */
    struct response_head *last_head; /* where the last head goes, with its bytes; NULL: nowhere */
    char *last_bytes;
    struct connection *free[LOAD_MAX_CONNECTIONS];
    char buffer[BUFFER_BYTES];
    struct connection connections[];
};

static uint64_t clock_nanoseconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t now_nanoseconds(void)
{
    return clock_nanoseconds(CLOCK_MONOTONIC);
}

static int open_connection(struct load *load, struct connection *connection, struct error *error)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons(load->plan->port),
                                        .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    const int on = 1;
    connection->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->socket < 0 ||
        setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        connect(connection->socket, (const struct sockaddr *)&address, sizeof address) != 0 ||
        epoll_ctl(load->epoll, EPOLL_CTL_ADD, connection->socket, &event) != 0)
        return error_set(error, "cannot connect to port %u: %s", load->plan->port, strerror(errno));
    return 0;
}

static int send_next(struct load *load, struct connection *connection, uint64_t due,
                     struct error *error)
{
    const struct load_request *request = &load->plan->requests[load->next];
    connection->answer = (struct load_answer){.request = load->next, .sent = due};
    if (++load->next == load->plan->n_requests)
        load->next = 0;
    if (send(connection->socket, request->bytes, request->size, MSG_NOSIGNAL) !=
        (ssize_t)request->size)
        return error_set(error, "cannot send a request: %s", strerror(errno));
    connection->is_busy = true;
    connection->is_in_body = false;
    connection->head_size = 0;
    connection->due = due;
    return 0;
}

static void tell(struct load *load, struct connection *connection, uint64_t now)
{
    connection->answer.received = now;
    connection->answer.body_hash = XXH64_digest(connection->hash);
    if (!load->plan->answered(load->plan->context, &connection->answer) && now < load->end)
        load->end = now;
}

static int answer_arrived(struct load *load, struct connection *connection, struct error *error)
{
    connection->is_busy = false;
    load->free[load->n_free++] = connection;
    if (load->begin != 0) {
        uint64_t now = now_nanoseconds();
        if (load->plan->answered != NULL)
            tell(load, connection, now);
        load->result.n_received++;
        if (now <= load->end)
            load->result.n_answers++;
        load->result.n_other += connection->is_other;
        if (!connection->is_other && load->n_latencies < load->capacity)
            load->latencies[load->n_latencies++] = now - connection->due;
    }
    if (!connection->closes)
        return 0;
    close(connection->socket);
    return open_connection(load, connection, error);
}

static int take_body(struct load *load, struct connection *connection, const char *bytes,
                     size_t size, struct error *error)
{
    if (load->body != NULL && size > 0 && msgpack_sbuffer_write(load->body, bytes, size) != 0)
        return error_out_of_memory(error);
    if (load->plan->answered != NULL)
        (void)XXH64_update(connection->hash, bytes, size);
    connection->to_receive -= size;
    return connection->to_receive > 0 ? 0 : answer_arrived(load, connection, error);
}

/* What somebody is told of the head. */
static void note_head(struct connection *connection, const char *bytes,
                      const struct response_head *head)
{
    size_t length = 0;
    const char *state = response_head_field(bytes, head, "X-Cache", &length);
    connection->answer.status = head->status;
    connection->answer.is_hit = state != NULL && length == 3 && memcmp(state, "hit", 3) == 0;
    (void)XXH64_reset(connection->hash, 0);
}

/* Takes the head, where it is whole, and what follows it; else keeps the bytes. */
static int take_head(struct load *load, struct connection *connection, const char *bytes,
                     size_t size, struct error *error)
{
    struct response_head head;
    int found = response_head_read(bytes, size, &head, error);
    if (found < 0)
        return -1;
    if ((found == 0 ? size : head.size) >= LOAD_MAX_HEAD)
        return error_set(error, "a head is too long");
    if (found == 0) {
        if (bytes != connection->head)
            memcpy(connection->head, bytes, size);
        connection->head_size = size;
        return 0;
    }
    unsigned wanted = load->plan->status != 0 ? load->plan->status : 200;
    connection->is_other = load->plan->other_status != 0 && head.status == load->plan->other_status;
    if (load->plan->answered != NULL) {
        note_head(connection, bytes, &head);
    } else if (load->last_head != NULL) {
        *load->last_head = head;
        memcpy(load->last_bytes, bytes, head.size);
    } else if (head.status != wanted && !connection->is_other) {
        return error_set(error, "an answer is %u, not %u", head.status, wanted);
    }
    if (size - head.size > head.body_bytes)
        return error_set(error, "an answer is longer than it says");
    connection->is_in_body = true;
    connection->closes = head.closes;
    connection->to_receive = head.body_bytes;
    return take_body(load, connection, bytes + head.size, size - head.size, error);
}

static int receive_some(struct load *load, struct connection *connection, struct error *error)
{
    char *to = load->buffer;
    size_t room = sizeof load->buffer;
    int flags = 0;
    if (connection->is_in_body) {
        room = connection->to_receive < room ? connection->to_receive : room;
        flags = load->body == NULL && load->plan->answered == NULL ? MSG_TRUNC : 0;
    } else if (connection->head_size > 0) {
        to = connection->head + connection->head_size;
        room = sizeof connection->head - connection->head_size;
    }
    ssize_t size = recv(connection->socket, to, room, flags);
    if (size < 0 && errno == EINTR)
        return 0;
    if (size < 0)
        return error_set(error, "cannot receive: %s", strerror(errno));
    if (size == 0 || !connection->is_busy)
        return error_set(error, size == 0 ? "the server ended a connection"
                                          : "the server sends what nobody asked for");
    if (connection->is_in_body)
        return take_body(load, connection, to, (size_t)size, error);
    if (connection->head_size > 0)
        return take_head(load, connection, connection->head, connection->head_size + (size_t)size,
                         error);
    return take_head(load, connection, to, (size_t)size, error);
}

static uint64_t due_at(const struct load *load, uint64_t number)
{
    return load->begin + (uint64_t)((double)number * NANOSECONDS / load->plan->rate);
}

static bool is_all_sent(const struct load *load)
{
    return load->plan->n_to_send > 0 && load->n_due >= load->plan->n_to_send;
}

/* Sends what is due on the connections that are free. */
static int send_due(struct load *load, struct error *error)
{
    while (load->n_free > 0) {
        uint64_t now = now_nanoseconds();
        uint64_t due = load->plan->rate > 0 ? due_at(load, load->n_due) : now;
        if (due > now || due >= load->end || is_all_sent(load))
            return 0;
        load->n_due++;
        if (send_next(load, load->free[--load->n_free], due, error) != 0)
            return -1;
    }
    return 0;
}

/* Whether something is still to be sent. */
static bool is_before_end(const struct load *load)
{
    if (is_all_sent(load))
        return false;
    return (load->plan->rate > 0 ? due_at(load, load->n_due) : now_nanoseconds()) < load->end;
}

/* Waits for answers, or until the next request is due where a connection is free for it; and asks
   again. */
static int wait_for_answers(struct load *load, struct error *error)
{
    struct epoll_event events[LOAD_MAX_CONNECTIONS];
    struct timespec until_due = {.tv_nsec = LONGEST_WAIT};
    if (load->plan->rate > 0 && is_before_end(load) && load->n_free > 0) {
        uint64_t now = now_nanoseconds();
        uint64_t due = due_at(load, load->n_due);
        uint64_t sleep = due > now ? due - now : 0;
        until_due.tv_nsec = sleep < LONGEST_WAIT ? (long)sleep : LONGEST_WAIT;
    }
    int n_events = epoll_pwait2(load->epoll, events, LOAD_MAX_CONNECTIONS, &until_due, NULL);
    if (n_events < 0 && errno != EINTR)
        return error_set(error, "epoll_pwait2: %s", strerror(errno));
    for (int i = 0; i < n_events; i++)
        if (receive_some(load, events[i].data.ptr, error) != 0 || send_due(load, error) != 0)
            return -1;
    return 0;
}

/* Opens a connection and waits for its first answer, so that the server has taken it before the
   next one comes. */
static int begin_connection(struct load *load, struct connection *connection, struct error *error)
{
    if (open_connection(load, connection, error) != 0 || send_next(load, connection, 0, error) != 0)
        return -1;
    while (connection->is_busy)
        if (receive_some(load, connection, error) != 0)
            return -1;
    return 0;
}

static int begin_connections(struct load *load, struct error *error)
{
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (load->epoll < 0)
        return error_set(error, "epoll_create1: %s", strerror(errno));
    for (unsigned i = 0; i < load->plan->n_connections; i++)
        if (begin_connection(load, &load->connections[i], error) != 0)
            return -1;
    return 0;
}

static void close_load(struct load *load)
{
    for (unsigned i = 0; i < load->plan->n_connections; i++) {
        if (load->connections[i].socket >= 0)
            close(load->connections[i].socket);
        (void)XXH64_freeState(load->connections[i].hash);
    }
    if (load->epoll >= 0)
        close(load->epoll);
    free(load->latencies);
    free(load);
}

/* Room for the times, or where somebody is told of every answer for the hashes of bodies. Returns
   whether there was memory for it. */
static bool make_room(struct load *load)
{
    const struct load_plan *plan = load->plan;
    if (plan->answered != NULL) {
        bool is_made = true;
        for (unsigned i = 0; i < plan->n_connections && is_made; i++) {
            load->connections[i].hash = XXH64_createState();
            is_made = load->connections[i].hash != NULL;
        }
        return is_made;
    }
    load->capacity = (size_t)ceil((plan->rate > 0 ? plan->rate : MAX_CLOSED_RATE) * plan->seconds);
    if (plan->n_to_send > 0 && plan->n_to_send < load->capacity)
        load->capacity = plan->n_to_send;
    load->latencies = calloc(load->capacity + 1, sizeof *load->latencies);
    return load->latencies != NULL;
}

/* NULL when memory runs out. */
static struct load *load_create(const struct load_plan *plan)
{
    struct load *load = calloc(1, sizeof *load + plan->n_connections * sizeof *load->connections);
    if (load == NULL)
        return NULL;
    load->plan = plan;
    load->epoll = -1;
    load->next = plan->first % plan->n_requests;
    for (unsigned i = 0; i < plan->n_connections; i++)
        load->connections[i].socket = -1;
    if (make_room(load))
        return load;
    close_load(load);
    return NULL;
}

static double server_cpu(const struct load_plan *plan)
{
    return plan->server_cpu != NULL ? plan->server_cpu(plan->server) : 0;
}

/* What was due within the time is still sent after it, and its latency counts. */
static int run_loop(struct load *load, struct error *error)
{
    double server_before = server_cpu(load->plan);
    uint64_t client_before = clock_nanoseconds(CLOCK_THREAD_CPUTIME_ID);
    load->begin = now_nanoseconds();
    load->end = load->begin + (uint64_t)(load->plan->seconds * NANOSECONDS);
    double grace = load->plan->rate > 0 ? GRACE_OF_RATE * load->plan->seconds : GRACE_SECONDS;
    int status = send_due(load, error);
    while (status == 0 && now_nanoseconds() < load->end + (uint64_t)(grace * NANOSECONDS) &&
           (is_before_end(load) || load->n_free < load->plan->n_connections)) {
        status = wait_for_answers(load, error);
        if (status == 0)
            status = send_due(load, error);
    }
    load->result.server_cpu = server_cpu(load->plan) - server_before;
    load->result.client_cpu =
        (double)(clock_nanoseconds(CLOCK_THREAD_CPUTIME_ID) - client_before) / NANOSECONDS;
    return status;
}

int load_run(const struct load_plan *plan, struct load_result *result, struct error *error)
{
    if (plan->n_connections < 1 || plan->n_connections > LOAD_MAX_CONNECTIONS)
        return error_set(error, "a load has 1 to %d connections", LOAD_MAX_CONNECTIONS);
    struct load *load = load_create(plan);
    if (load == NULL)
        return error_out_of_memory(error);
    (void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    int status = begin_connections(load, error);
    if (status == 0)
        status = run_loop(load, error);
    *result = load->result;
    result->seconds = plan->seconds;
    if (status == 0 && plan->rate > 0)
        result->share_in_time = (double)result->n_answers / (double)load->capacity;
    if (status == 0)
        statistics_compute(load->latencies, load->n_latencies, &result->latency);
    close_load(load);
    return status;
}

int load_fetch_head(uint16_t port, const struct load_request *request, char *bytes,
                    struct response_head *head, msgpack_sbuffer *body, struct error *error)
{
    const struct load_plan plan = {
        .port = port, .requests = request, .n_requests = 1, .n_connections = 1};
    struct load *load = load_create(&plan);
    if (load == NULL)
        return error_out_of_memory(error);
    load->body = body;
    load->last_head = head;
    load->last_bytes = bytes;
    int status = begin_connections(load, error);
    close_load(load);
    return status;
}

int load_fetch(uint16_t port, const struct load_request *request, msgpack_sbuffer *body,
               struct error *error)
{
    char bytes[LOAD_MAX_HEAD];
    struct response_head head;
    if (load_fetch_head(port, request, bytes, &head, body, error) != 0)
        return -1;
    return head.status == 200 ? 0 : error_set(error, "an answer is %u, not 200", head.status);
}
