/* Threads that answer hits take no lock in common. The server's daemon runs in this process with
   two threads; a connection to each of them asks at the same time as the other, again and again for
   an answer of its own, so that the only thing that both threads could meet at is what all requests
   need. Every mutex that a thread takes is noted, by taking the place of pthread_mutex_lock. One
   that two threads took shows whether or not they met, so that nothing depends on the machine.

   One thread of libmicrohttpd may take all connections, up to its share of what the process may
   open. So the process may open few files, and more connections are made than one thread can take.

   libmicrohttpd counts the references to a response under that response's mutex. Two threads that
   send the same answer at the same moment meet there, which a bare program with one response does
   for every request. */
#include "server/cache/recent_hits.h"
#include "server/connections/connection_table.h"
#include "tests/support/cached_daemon.h"
#include "tests/support/next_mutex_lock.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#define N_THREADS 2
#define N_CONNECTIONS N_THREADS
#define N_WARM_UPS 3 /* a miss, a hit that is remembered, one that is found so */
#define N_REQUESTS 2000
/* Of the files that the process may open the server keeps 256 for itself; half of the rest, and
   some more, is a thread's. */
#define MAX_OPEN_FILES 800
#define N_TO_CHOOSE_FROM ((MAX_OPEN_FILES - 256) / 2 + CONNECTION_TABLE_MARGIN + 10)
#define N_PLACES 4096 /* a power of two, of which a few are used */
#define MAX_THREADS 32
#define MAX_ANSWER_BYTES 65536

/* A mutex and the set of threads that took it. */
struct noted_mutex {
    _Atomic(pthread_mutex_t *) mutex;
    atomic_uint threads;
};

static struct noted_mutex noted[N_PLACES];
static atomic_uint n_threads_seen;
static atomic_bool is_noting;
static atomic_uint n_in_lock; /* threads that may be about to note */

/* This thread's bit of a set; threads beyond the last share it. */
static unsigned own_bit(void)
{
    static _Thread_local unsigned bit;
    if (bit == 0) {
        unsigned number = atomic_fetch_add(&n_threads_seen, 1);
        bit = 1U << (number < MAX_THREADS ? number : MAX_THREADS - 1);
    }
    return bit;
}

static void note(pthread_mutex_t *mutex)
{
    for (size_t place = (uintptr_t)mutex / 8; n_threads_seen < MAX_THREADS; place++) {
        struct noted_mutex *at = &noted[place % N_PLACES];
        pthread_mutex_t *found = NULL;
        if (atomic_compare_exchange_strong(&at->mutex, &found, mutex) || found == mutex) {
            atomic_fetch_or(&at->threads, own_bit());
            return;
        }
    }
}

/* glibc names the parameter in its own way. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    n_in_lock++;
    if (is_noting)
        note(mutex);
    n_in_lock--;
    return next_mutex_lock(mutex);
}

struct client {
    pthread_t thread;
    int connection;
    unsigned n_requests;
    char request[RECENT_HITS_MAX_KEY + 512];
    bool has_failed;
};

/* One whole answer, which must be 200. */
static bool receive(int connection)
{
    char answer[MAX_ANSWER_BYTES];
    size_t size = 0;
    size_t wanted = 0;
    while (wanted == 0 || size < wanted) {
        ssize_t got = read(connection, answer + size, sizeof answer - 1 - size);
        if (got <= 0)
            return false;
        size += (size_t)got;
        answer[size] = '\0';
        const char *end = strstr(answer, "\r\n\r\n");
        const char *length = strstr(answer, "Content-Length: ");
        if (wanted == 0 && end != NULL && length != NULL && length < end)
            wanted = (size_t)(end + 4 - answer) + strtoul(length + 16, NULL, 10);
    }
    return size == wanted && strncmp(answer, "HTTP/1.1 200", 12) == 0;
}

static void *ask(void *context)
{
    struct client *client = context;
    size_t size = strlen(client->request);
    for (unsigned i = 0; i < client->n_requests && !client->has_failed; i++)
        client->has_failed = write(client->connection, client->request, size) != (ssize_t)size ||
                             !receive(client->connection);
    return NULL;
}

static void send_request(const struct client *client)
{
    size_t size = strlen(client->request);
    assert_int_equal(write(client->connection, client->request, size), size);
}

static void begin_noting(void)
{
    memset(noted, 0, sizeof noted);
    is_noting = true;
}

/* The threads that took a mutex since then. Nobody notes any more when it returns. */
static unsigned end_noting(void)
{
    unsigned threads = 0;
    is_noting = false;
    while (n_in_lock > 0)
        sched_yield();
    for (size_t i = 0; i < N_PLACES; i++)
        threads |= noted[i].threads;
    return threads;
}

/* The threads that were busy while a client was answered. */
static unsigned threads_of(const struct client *client)
{
    begin_noting();
    send_request(client);
    assert_true(receive(client->connection));
    return end_noting();
}

/* Two connections to different threads; the rest is closed. */
static void connect_clients(int listener, struct client clients[N_CONNECTIONS])
{
    int connections[N_TO_CHOOSE_FROM];
    unsigned n_found = 0;
    unsigned threads = 0;
    for (int i = 0; i < N_TO_CHOOSE_FROM; i++) {
        struct client *client = &clients[i % N_CONNECTIONS];
        connections[i] = client->connection = cached_daemon_connect(listener);
        (void)threads_of(client);
    }
    for (int i = 0; i < N_TO_CHOOSE_FROM; i++) {
        struct client *client = &clients[n_found < N_CONNECTIONS ? n_found : 0];
        unsigned found = 0;
        if (n_found < N_CONNECTIONS) {
            client->connection = connections[i];
            found = threads_of(client);
        }
        if (__builtin_popcount(found) == 1 && (threads & found) == 0) {
            threads |= found;
            n_found++;
        } else {
            close(connections[i]);
        }
    }
    assert_int_equal(n_found, N_CONNECTIONS);
}

static void ask_at_once(struct client clients[N_CONNECTIONS], unsigned n_requests)
{
    for (int i = 0; i < N_CONNECTIONS; i++) {
        clients[i].n_requests = n_requests;
        assert_int_equal(pthread_create(&clients[i].thread, NULL, ask, &clients[i]), 0);
    }
    for (int i = 0; i < N_CONNECTIONS; i++) {
        pthread_join(clients[i].thread, NULL);
        assert_false(clients[i].has_failed);
    }
}

struct findings {
    unsigned n_mutexes;
    unsigned n_common; /* that more than one thread took */
    unsigned threads;  /* that took any */
};

/* Asks for N_CONNECTIONS answers at the same time, warm, and looks who took which mutex. */
static void observe(const struct cached_daemon *server, const char *field,
                    struct findings *findings)
{
    struct client clients[N_CONNECTIONS] = {{.n_requests = 0}};
    for (int i = 0; i < N_CONNECTIONS; i++)
        snprintf(clients[i].request, sizeof clients[i].request,
                 "GET /api/v1/crates?q=json&per_page=%d HTTP/1.1\r\nHost: x\r\n%s\r\n", i + 1,
                 field);
    connect_clients(server->listener, clients);
    ask_at_once(clients, N_WARM_UPS);
    begin_noting();
    ask_at_once(clients, N_REQUESTS);
    *findings = (struct findings){.threads = end_noting()};
    for (size_t i = 0; i < N_PLACES; i++) {
        unsigned threads = noted[i].threads;
        findings->n_mutexes += threads != 0;
        findings->n_common += (threads & (threads - 1)) != 0;
    }
    for (int i = 0; i < N_CONNECTIONS; i++)
        close(clients[i].connection);
}

static void hits_have_no_lock_in_common(void **state)
{
    struct findings hits;
    observe(*state, "", &hits);
    print_message("%u mutexes in %d answers, %u of them taken by two threads\n", hits.n_mutexes,
                  N_CONNECTIONS * N_REQUESTS, hits.n_common);
    /* Both answered; a thread that checks the index may have taken one of its own. */
    assert_true(__builtin_popcount(hits.threads) >= N_THREADS);
    assert_true(hits.n_mutexes >= N_CONNECTIONS); /* each response has one */
    assert_int_equal(hits.n_common, 0);
}

/* A request that is too long to be remembered goes through the cache's own look-up, which locks its
   shard. */
static void a_common_lock_is_seen(void **state)
{
    char field[RECENT_HITS_MAX_KEY + 64];
    struct findings slow;
    snprintf(field, sizeof field, "Accept: application/json, text/%0*d\r\n", RECENT_HITS_MAX_KEY,
             0);
    observe(*state, field, &slow);
    assert_true(__builtin_popcount(slow.threads) >= N_THREADS);
    assert_true(slow.n_common > 0);
}

static int start(void **state)
{
    const struct rlimit limit = {MAX_OPEN_FILES, MAX_OPEN_FILES};
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return -1;
    return cached_daemon_set_up(state, N_THREADS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hits_have_no_lock_in_common),
        cmocka_unit_test(a_common_lock_is_seen),
    };
    return cmocka_run_group_tests(tests, start, cached_daemon_tear_down);
}
