/* SIGKILL in the middle of 100,000 counted downloads from 8 clients: what was acknowledged is
   counted. */
#include "tests/support/counting_fixture.h"
#include "tests/support/test_server.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define CRATES "/api/v1/crates/"

#define N_THREADS 8
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define N_DOWNLOADS 16000
#else
#define N_DOWNLOADS 100000
#endif

static const int64_t killed_ids[] = {11, 12, 16, 21};
static const char *const killed_paths[] = {"one/0.1.0", "one/1.0.0", "one/1.4.0+b", "two/1.0.0"};
#define N_KILLED 4

/* What the clients know, all threads together. */
struct downloading {
    const struct test_server *server;
    atomic_uint n_sent[N_KILLED];
    atomic_uint n_acknowledged[N_KILLED];
    atomic_uint n_all;     /* acknowledged, of all versions */
    unsigned kill_at;      /* of n_all */
    atomic_bool is_killed; /* connections may break from now on */
};

/* Sends a request whole. Returns false where the server is gone. */
static bool send_request(int connection, const char *path)
{
    char text[128];
    int length =
        snprintf(text, sizeof text, "GET " CRATES "%s/download HTTP/1.1\r\nHost: x\r\n\r\n", path);
    return send(connection, text, (size_t)length, MSG_NOSIGNAL) == length;
}

/* Reads an answer, which has no body. Returns false where the server is gone before its end. */
static bool read_answer(int connection)
{
    char text[2048] = "";
    size_t length = 0;
    while (length < 4 || memcmp(text + length - 4, "\r\n\r\n", 4) != 0) {
        assert_true(length < sizeof text);
        ssize_t n_read = recv(connection, text + length, sizeof text - length, 0);
        if (n_read <= 0)
            return false;
        length += (size_t)n_read;
    }
    return memcmp(text, "HTTP/1.1 302 ", 13) == 0;
}

static void *download_many(void *context)
{
    struct downloading *downloading = context;
    int connection = test_server_connect(downloading->server);
    for (unsigned i = 0; i < N_DOWNLOADS / N_THREADS && connection >= 0; i++) {
        unsigned version = i % N_KILLED;
        atomic_fetch_add(&downloading->n_sent[version], 1);
        if (!send_request(connection, killed_paths[version]) || !read_answer(connection))
            break;
        atomic_fetch_add(&downloading->n_acknowledged[version], 1);
        if (atomic_fetch_add(&downloading->n_all, 1) + 1 == downloading->kill_at) {
            atomic_store(&downloading->is_killed, true);
            kill(downloading->server->pid, SIGKILL);
        }
    }
    if (connection >= 0)
        close(connection);
    return NULL;
}

static void download_with_threads(struct downloading *downloading)
{
    pthread_t threads[N_THREADS];
    for (int i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, download_many, downloading), 0);
    for (int i = 0; i < N_THREADS; i++)
        pthread_join(threads[i], NULL);
}

/* 100,000 downloads by 8 clients; the server is killed in the middle. What was acknowledged is
   counted, and nothing that was not asked for; a server that is started again adds to it. */
static void keeps_every_acknowledged_download(void **state)
{
    struct counting_fixture *fixture = *state;
    struct downloading downloading = {.server = &fixture->http.server, .kill_at = N_DOWNLOADS / 2};
    download_with_threads(&downloading);
    assert_true(atomic_load(&downloading.is_killed));
    http_client_close(fixture->http.client);
    assert_int_equal(test_server_wait(&fixture->http.server), 128 + SIGKILL);
    uint64_t counted[N_KILLED];
    unsigned n_sent = 0;
    for (int i = 0; i < N_KILLED; i++) {
        counted[i] = counts_in_folder(fixture->folder, killed_ids[i]);
        assert_in_range(counted[i], atomic_load(&downloading.n_acknowledged[i]),
                        atomic_load(&downloading.n_sent[i]));
        n_sent += atomic_load(&downloading.n_sent[i]);
    }
    /* No thread had more than one on the way. */
    assert_in_range(n_sent, N_DOWNLOADS / 2, atomic_load(&downloading.n_all) + N_THREADS);

    http_fixture_open(&fixture->http, fixture->arguments);
    struct downloading again = {.server = &fixture->http.server};
    download_with_threads(&again);
    assert_int_equal(atomic_load(&again.n_all), N_DOWNLOADS);
    for (int i = 0; i < N_KILLED; i++)
        assert_int_equal(counts_in_folder(fixture->folder, killed_ids[i]),
                         counted[i] + N_DOWNLOADS / N_KILLED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keeps_every_acknowledged_download, counting_fixture_start,
                                        counting_fixture_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
