/* What a hit costs beyond libmicrohttpd itself: nothing that the kernel, the allocator or another
   thread could see. Two daemons run in this process, one after the other: the server's, with an
   answer in its cache, and one that queues a prebuilt response of the same size with the same
   options. Both get the same requests over one connection. Allocations, locks and system calls on
   sockets are counted by taking the places of malloc, of pthread_mutex_lock and of the calls (the
   client uses read and write, which are not counted). */
#include "server/cache/recent_hits.h"
#include "server/connections/connection_table.h"
#include "server/connections/daemon.h"
#include "server/connections/listener.h"
#include "tests/support/allocation_meter.h"
#include "tests/support/cached_daemon.h"
#include "tests/support/next_mutex_lock.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <microhttpd.h>
#include <cmocka.h>

#define N_REQUESTS 1000
#define N_WARM_UPS 10
/* What the daemon still does for the last request when the client has its answer. */
#define AT_THE_EDGES 10
#define TARGET "/api/v1/crates?q=json"
#define MAX_ANSWER_BYTES ((size_t)1 << 20)

static atomic_uint n_receptions;
static atomic_uint n_sendings;
static atomic_uint n_settings; /* of options, of what epoll watches */
static atomic_uint n_locks;

#if ALLOCATIONS_ARE_METERED

/* glibc names the parameters in its own way. */
/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */

ssize_t recv(int socket, void *bytes, size_t size, int flags)
{
    atomic_fetch_add(&n_receptions, 1);
    return syscall(SYS_recvfrom, socket, bytes, size, flags, NULL, NULL);
}

ssize_t sendmsg(int socket, const struct msghdr *message, int flags)
{
    atomic_fetch_add(&n_sendings, 1);
    return syscall(SYS_sendmsg, socket, message, flags);
}

ssize_t send(int socket, const void *bytes, size_t size, int flags)
{
    atomic_fetch_add(&n_sendings, 1);
    return syscall(SYS_sendto, socket, bytes, size, flags, NULL, 0);
}

ssize_t writev(int socket, const struct iovec *parts, int n_parts)
{
    atomic_fetch_add(&n_sendings, 1);
    return syscall(SYS_writev, socket, parts, n_parts);
}

int setsockopt(int socket, int level, int name, const void *value, socklen_t size)
{
    atomic_fetch_add(&n_settings, 1);
    return (int)syscall(SYS_setsockopt, socket, level, name, value, size);
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    atomic_fetch_add(&n_locks, 1);
    return next_mutex_lock(mutex);
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */

#endif

struct cost {
    uint64_t n_allocations;
    unsigned n_receptions;
    unsigned n_sendings;
    unsigned n_settings;
    unsigned n_locks;
};

struct fixture {
    struct cached_daemon server;
    int connection;
    char *answer;
};

static void send_request(int connection, const char *fields)
{
    char request[1024];
    int length =
        snprintf(request, sizeof request, "GET " TARGET " HTTP/1.1\r\nHost: x\r\n%s\r\n", fields);
    assert_int_equal(write(connection, request, (size_t)length), length);
}

static void receive(int connection, char *bytes, size_t size)
{
    for (size_t at = 0; at < size;) {
        ssize_t got = read(connection, bytes + at, size - at);
        assert_true(got > 0);
        at += (size_t)got;
    }
}

/* One whole answer, of a length that is not known before. Returns its bytes. */
static size_t receive_first(int connection, char *bytes)
{
    size_t size = 0;
    char *end = NULL;
    while (end == NULL) {
        ssize_t got = read(connection, bytes + size, MAX_ANSWER_BYTES - 1 - size);
        assert_true(got > 0);
        size += (size_t)got;
        bytes[size] = '\0';
        end = strstr(bytes, "\r\n\r\n");
    }
    assert_memory_equal(bytes, "HTTP/1.1 ", 9);
    const char *length = strstr(bytes, "Content-Length: ");
    size_t whole = (size_t)(end + 4 - bytes);
    if (length != NULL && strncmp(bytes + 9, "304", 3) != 0)
        whole += strtoul(length + 16, NULL, 10);
    assert_true(whole >= size && whole < MAX_ANSWER_BYTES);
    receive(connection, bytes + size, whole - size);
    bytes[whole] = '\0';
    return whole;
}

/* Asks again and again, and counts what the process did. */
static void measure(int connection, const char *fields, char *answer, struct cost *cost)
{
    size_t size = 0;
    for (int i = 0; i < N_WARM_UPS; i++) {
        send_request(connection, fields);
        size = receive_first(connection, answer);
    }
    allocation_meter_reset();
    n_receptions = n_sendings = n_settings = n_locks = 0;
    for (int i = 0; i < N_REQUESTS; i++) {
        send_request(connection, fields);
        receive(connection, answer, size);
        assert_memory_equal(answer, "HTTP/1.1 ", 9);
    }
    *cost = (struct cost){n_allocations, n_receptions, n_sendings, n_settings, n_locks};
}

/* A handler that queues on its second call, as ours does. */
static enum MHD_Result answer_prebuilt(void *context, struct MHD_Connection *connection,
                                       const char *path, const char *method, const char *version,
                                       const char *upload, size_t *upload_size, void **state)
{
    (void)path;
    (void)method;
    (void)version;
    (void)upload;
    *upload_size = 0;
    if (*state == NULL) {
        *state = context;
        return MHD_YES;
    }
    return MHD_queue_response(connection, MHD_HTTP_OK, context);
}

static void measure_bare(size_t body_bytes, char *answer, struct cost *cost)
{
    struct error error = {.message = ""};
    struct listen_address address;
    char *body = test_calloc(1, body_bytes);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body_bytes, body, MHD_RESPMEM_PERSISTENT);
    assert_non_null(response);
    assert_int_equal(listen_address_parse("127.0.0.1:0", &address, &error), 0);
    int listener = listener_open(&address, "--listen", &error);
    assert_true(listener >= 0);
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, answer_prebuilt, response,
        MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)CONNECTION_HEAD_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)DAEMON_CONNECTION_BYTES, MHD_OPTION_END);
    assert_non_null(daemon);
    int connection = cached_daemon_connect(listener);
    measure(connection, "", answer, cost);
    close(connection);
    MHD_stop_daemon(daemon); /* closes the listener */
    MHD_destroy_response(response);
    test_free(body);
}

static void assert_as_cheap(const char *what, const struct cost *ours, const struct cost *bare)
{
    print_message("%s: %llu allocations, %u receptions, %u sendings, %u settings, %u locks\n", what,
                  (unsigned long long)ours->n_allocations, ours->n_receptions, ours->n_sendings,
                  ours->n_settings, ours->n_locks);
    assert_true(ours->n_allocations <= bare->n_allocations);
    assert_int_equal(ours->n_sendings, N_REQUESTS);
    assert_true(ours->n_receptions >= N_REQUESTS &&
                ours->n_receptions <= bare->n_receptions + AT_THE_EDGES);
    assert_int_equal(ours->n_settings, 0);
    assert_true(ours->n_locks <= bare->n_locks + AT_THE_EDGES);
}

static void a_hit_costs_what_libmicrohttpd_costs(void **state)
{
    struct fixture *fixture = *state;
    struct cost bare;
    struct cost hit;
    struct cost not_modified;
    char fields[256];
    if (!ALLOCATIONS_ARE_METERED) {
        print_message("nothing is counted under a sanitizer\n");
        skip();
    }
    measure(fixture->connection, "", fixture->answer, &hit);
    assert_memory_equal(fixture->answer + 9, "200", 3);
    assert_non_null(strstr(fixture->answer, "X-Cache: hit\r\n"));
    const char *etag = strstr(fixture->answer, "ETag: ");
    assert_non_null(etag);
    snprintf(fields, sizeof fields, "If-None-Match: %.*s\r\n", (int)strcspn(etag + 6, "\r"),
             etag + 6);
    size_t body_bytes = strlen(strstr(fixture->answer, "\r\n\r\n") + 4);
    measure(fixture->connection, fields, fixture->answer, &not_modified);
    assert_memory_equal(fixture->answer + 9, "304", 3);
    measure_bare(body_bytes, fixture->answer, &bare);
    print_message("libmicrohttpd: %llu allocations, %u receptions, %u locks in %d answers\n",
                  (unsigned long long)bare.n_allocations, bare.n_receptions, bare.n_locks,
                  N_REQUESTS);
    assert_as_cheap("200", &hit, &bare);
    assert_as_cheap("304", &not_modified, &bare);
}

static void what_is_counted_counts(void **state)
{
    struct fixture *fixture = *state;
    struct cost cost;
    if (!ALLOCATIONS_ARE_METERED)
        skip();
    measure(fixture->connection, "X-Request-Id: 1\r\n", fixture->answer, &cost);
    assert_true(cost.n_allocations >= N_REQUESTS);
    assert_true(cost.n_sendings >= N_REQUESTS && cost.n_receptions >= N_REQUESTS);
    /* A request that is too long to be remembered goes through the cache's own look-up. */
    char fields[RECENT_HITS_MAX_KEY + 64];
    snprintf(fields, sizeof fields, "Accept: application/json, text/%0*d\r\n", RECENT_HITS_MAX_KEY,
             0);
    struct cost slow;
    measure(fixture->connection, fields, fixture->answer, &slow);
    struct cost hit;
    measure(fixture->connection, "", fixture->answer, &hit);
    assert_true(slow.n_locks >= hit.n_locks + N_REQUESTS - AT_THE_EDGES);
}

static int start(void **state)
{
    static struct fixture fixture;
    fixture.answer = malloc(MAX_ANSWER_BYTES);
    if (fixture.answer == NULL)
        return -1;
    cached_daemon_start(&fixture.server, 1);
    fixture.connection = cached_daemon_connect(fixture.server.listener);
    *state = &fixture;
    return 0;
}

static int stop(void **state)
{
    struct fixture *fixture = *state;
    close(fixture->connection);
    cached_daemon_stop(&fixture->server);
    free(fixture->answer);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hit_costs_what_libmicrohttpd_costs),
        cmocka_unit_test(what_is_counted_counts),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
