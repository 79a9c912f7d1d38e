/* Request i of an open loop is due at start + i / rate, whether or not anything was answered: due requests
   wait in the order of their numbers, and a connection that becomes free takes the next. Sleeping is by
   epoll_pwait2, to the nanosecond, as long as nothing is due and nothing arrives. A request is some
   hundred bytes and goes into an empty socket buffer, so it is sent in one piece. */
#define _GNU_SOURCE /* epoll_pwait2, memmem */
#include "tests/bench/bench_load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_HEAD 16384
#define NANOSECONDS 1000000000.0
/* How long, in times of the run, what was due in it may take to be sent and answered after it. */
#define GRACE 2
#define LONGEST_WAIT 20000000 /* nanoseconds, at a time */

struct connection {
    int socket;
    bool is_busy;
    bool is_in_body;
    uint64_t due;      /* when the request was to be sent */
    size_t to_receive; /* of the body */
    size_t head_size;
    char head[MAX_HEAD];
};

struct load {
    const struct load_plan *plan;
    int epoll;
    uint64_t begin;
    uint64_t end;
    uint64_t n_sent;
    uint64_t n_answers;
    uint64_t *latencies;
    size_t n_latencies;
    size_t capacity;
    msgpack_sbuffer *body; /* where the answers' bodies go; NULL: nowhere */
    struct connection connections[LOAD_MAX_CONNECTIONS];
};

static uint64_t now_nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int connect_to(uint16_t port, struct error *error)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    if (descriptor < 0 || setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        connect(descriptor, (const struct sockaddr *)&address, sizeof address) != 0) {
        error_set(error, "cannot connect to port %u: %s", port, strerror(errno));
        if (descriptor >= 0)
            close(descriptor);
        return -1;
    }
    return descriptor;
}

static int send_next(struct load *load, struct connection *connection, uint64_t due,
                     struct error *error)
{
    const struct load_request *request =
        &load->plan->requests[load->n_sent++ % load->plan->n_requests];
    if (send(connection->socket, request->bytes, request->size, MSG_NOSIGNAL) !=
        (ssize_t)request->size)
        return error_set(error, "cannot send a request: %s", strerror(errno));
    connection->is_busy = true;
    connection->is_in_body = false;
    connection->head_size = 0;
    connection->due = due;
    return 0;
}

/* Reads the status and Content-Length of a head that ends with an empty line. */
static int read_head(const char *head, size_t size, size_t *length, struct error *error)
{
    static const char field[] = "\r\nContent-Length:";
    if (size < 12 || strncmp(head, "HTTP/1.1 200", 12) != 0)
        return error_set(error, "an answer is not 200: %.*s", (int)strcspn(head, "\r\n"), head);
    const char *end = head + size;
    for (const char *at = head; (at = memchr(at, '\r', (size_t)(end - at))) != NULL; at++) {
        if ((size_t)(end - at) > sizeof field && strncasecmp(at, field, sizeof field - 1) == 0) {
            *length = strtoul(at + sizeof field - 1, NULL, 10);
            return 0;
        }
    }
    return error_set(error, "an answer has no Content-Length");
}

static void answer_arrived(struct load *load, struct connection *connection)
{
    uint64_t now = now_nanoseconds();
    connection->is_busy = false;
    if (now <= load->end)
        load->n_answers++;
    if (load->n_latencies < load->capacity)
        load->latencies[load->n_latencies++] = now - connection->due;
}

static void take_body(struct load *load, struct connection *connection, const char *bytes,
                      size_t size)
{
    if (load->body != NULL)
        (void)msgpack_sbuffer_write(load->body, bytes, size);
    connection->to_receive -= size;
    if (connection->to_receive == 0)
        answer_arrived(load, connection);
}

static int take_head(struct load *load, struct connection *connection, struct error *error)
{
    connection->head[connection->head_size] = '\0';
    const char *end = memmem(connection->head, connection->head_size, "\r\n\r\n", 4);
    if (end == NULL)
        return connection->head_size < MAX_HEAD - 1 ? 0 : error_set(error, "a head is too long");
    size_t size = (size_t)(end - connection->head) + 4;
    if (read_head(connection->head, size, &connection->to_receive, error) != 0)
        return -1;
    if (connection->head_size - size > connection->to_receive)
        return error_set(error, "an answer is longer than it says");
    connection->is_in_body = true;
    take_body(load, connection, connection->head + size, connection->head_size - size);
    return 0;
}

static int receive_some(struct load *load, struct connection *connection, struct error *error)
{
    char body[65536];
    char *to = connection->is_in_body ? body : connection->head + connection->head_size;
    size_t room = connection->is_in_body ? sizeof body : MAX_HEAD - 1 - connection->head_size;
    if (connection->is_in_body && connection->to_receive < room)
        room = connection->to_receive;
    ssize_t size = recv(connection->socket, to, room, 0);
    if (size < 0 && errno == EINTR)
        return 0;
    if (size <= 0 || !connection->is_busy)
        return error_set(error, "the server ended a connection");
    if (connection->is_in_body) {
        take_body(load, connection, body, (size_t)size);
        return 0;
    }
    connection->head_size += (size_t)size;
    return take_head(load, connection, error);
}

static uint64_t due_at(const struct load *load, uint64_t number)
{
    return load->begin + (uint64_t)((double)number * NANOSECONDS / load->plan->rate);
}

static bool is_all_sent(const struct load *load)
{
    return load->plan->n_to_send > 0 && load->n_sent >= load->plan->n_to_send;
}

/* Sends what is due on the connections that are free. */
static int send_due(struct load *load, struct error *error)
{
    for (unsigned i = 0; i < load->plan->n_connections; i++) {
        struct connection *connection = &load->connections[i];
        uint64_t now = now_nanoseconds();
        uint64_t due = load->plan->rate > 0 ? due_at(load, load->n_sent) : now;
        if (due > now || due >= load->end || is_all_sent(load))
            return 0;
        if (!connection->is_busy && send_next(load, connection, due, error) != 0)
            return -1;
    }
    return 0;
}

/* Whether something is still to be sent. */
static bool is_before_end(const struct load *load)
{
    if (is_all_sent(load))
        return false;
    return (load->plan->rate > 0 ? due_at(load, load->n_sent) : now_nanoseconds()) < load->end;
}

static unsigned count_busy(const struct load *load)
{
    unsigned n_busy = 0;
    for (unsigned i = 0; i < load->plan->n_connections; i++)
        n_busy += load->connections[i].is_busy;
    return n_busy;
}

/* Waits for an answer, or until the next request is due where a connection is free for it. */
static int wait_for_answers(struct load *load, struct error *error)
{
    struct epoll_event events[LOAD_MAX_CONNECTIONS];
    struct timespec until_due = {.tv_nsec = LONGEST_WAIT};
    if (load->plan->rate > 0 && is_before_end(load) &&
        count_busy(load) < load->plan->n_connections) {
        uint64_t now = now_nanoseconds();
        uint64_t due = due_at(load, load->n_sent);
        uint64_t sleep = due > now ? due - now : 0;
        until_due.tv_nsec = sleep < LONGEST_WAIT ? (long)sleep : LONGEST_WAIT;
    }
    int n_events = epoll_pwait2(load->epoll, events, LOAD_MAX_CONNECTIONS, &until_due, NULL);
    if (n_events < 0 && errno != EINTR)
        return error_set(error, "epoll_pwait2: %s", strerror(errno));
    for (int i = 0; i < n_events; i++)
        if (receive_some(load, events[i].data.ptr, error) != 0)
            return -1;
    return 0;
}

static int open_connections(struct load *load, struct error *error)
{
    for (unsigned i = 0; i < load->plan->n_connections; i++)
        load->connections[i].socket = -1;
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (load->epoll < 0)
        return error_set(error, "epoll_create1: %s", strerror(errno));
    for (unsigned i = 0; i < load->plan->n_connections; i++) {
        struct connection *connection = &load->connections[i];
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
        connection->socket = connect_to(load->plan->port, error);
        if (connection->socket < 0)
            return -1;
        if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, connection->socket, &event) != 0)
            return error_set(error, "epoll_ctl: %s", strerror(errno));
    }
    return 0;
}

static void close_load(struct load *load)
{
    for (unsigned i = 0; i < load->plan->n_connections; i++)
        if (load->connections[i].socket >= 0)
            close(load->connections[i].socket);
    if (load->epoll >= 0)
        close(load->epoll);
    free(load->latencies);
    free(load);
}

/* NULL when memory runs out. */
static struct load *load_create(const struct load_plan *plan)
{
    struct load *load = calloc(1, sizeof *load);
    if (load == NULL)
        return NULL;
    load->plan = plan;
    load->epoll = -1;
    load->capacity = (size_t)ceil(plan->rate * plan->seconds);
    load->latencies = calloc(load->capacity + 1, sizeof *load->latencies);
    if (load->latencies == NULL) {
        free(load);
        return NULL;
    }
    return load;
}

int load_run(const struct load_plan *plan, struct load_result *result, struct error *error)
{
    struct load *load = load_create(plan);
    if (load == NULL)
        return error_out_of_memory(error);
    (void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    int status = open_connections(load, error);
    load->begin = now_nanoseconds();
    load->end = load->begin + (uint64_t)(plan->seconds * NANOSECONDS);
    uint64_t give_up = load->end + GRACE * (load->end - load->begin);
    /* What was due within the time is still sent after it, and its latency counts. */
    while (status == 0 && now_nanoseconds() < give_up &&
           (is_before_end(load) || count_busy(load) > 0)) {
        status = send_due(load, error);
        if (status == 0)
            status = wait_for_answers(load, error);
    }
    *result = (struct load_result){.n_answers = load->n_answers, .seconds = plan->seconds};
    if (status == 0 && plan->rate > 0) {
        result->share_in_time = (double)load->n_answers / (double)load->capacity;
        statistics_compute(load->latencies, load->n_latencies, &result->latency);
    }
    close_load(load);
    return status;
}

int load_fetch(uint16_t port, const struct load_request *request, msgpack_sbuffer *body,
               struct error *error)
{
    const struct load_plan plan = {
        .port = port, .requests = request, .n_requests = 1, .n_connections = 1};
    struct load *load = load_create(&plan);
    if (load == NULL)
        return error_out_of_memory(error);
    load->body = body;
    int status = open_connections(load, error);
    if (status == 0)
        status = send_next(load, &load->connections[0], now_nanoseconds(), error);
    while (status == 0 && load->connections[0].is_busy)
        status = receive_some(load, &load->connections[0], error);
    close_load(load);
    return status;
}
