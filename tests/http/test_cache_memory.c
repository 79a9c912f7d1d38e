/* --cache-bytes bounds what the process takes for answers, not only what the cache counts: over
   many distinct queries its private memory grows by no more than a quarter beyond it.

   The same program measures at full size (make cache-memory): CRATEDEX_MEMORY_INDEX, _MEBIBYTES and
   _QUERIES in the environment say of what index, with how large a cache, over how many queries. */
#include "tests/support/test_server.h"

#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define N_CLIENTS 2
#define BATCH 16
#define MAX_ANSWER_BYTES (1 << 20)
#define REQUEST_BYTES 512

struct client {
    pthread_t thread;
    const struct test_server *server;
    unsigned long first; /* this and every N_CLIENTS-th */
    unsigned long n_queries;
    bool has_failed;
};

/* A query that no other number has: words as people search for, as many results as they ask for,
   in what they can read. */
static int write_request(char *text, unsigned long number)
{
    static const char *const words[] = {
        "json",  "http", "async", "parser", "error", "log",    "test", "cli",    "web",    "data",
        "serde", "time", "file",  "string", "image", "crypto", "hash", "random", "config", "macro"};
    static const char *const sorts[] = {"relevance", "downloads", "recent-downloads", "new"};
    static const unsigned sizes[] = {10, 10, 10, 10, 50, 20, 5, 100};
    static const char *const codings[] = {"identity", "gzip", "zstd", "br", "gzip", "identity"};
    unsigned long rest = number;
    const char *word = words[rest % N_ELEMENTS(words)];
    rest /= N_ELEMENTS(words);
    char first = (char)('a' + rest % 26);
    rest /= 26;
    char second = (char)('a' + rest % 26);
    rest /= 26;
    const char *sort = sorts[rest % N_ELEMENTS(sorts)];
    rest /= N_ELEMENTS(sorts);
    return snprintf(text, REQUEST_BYTES,
                    "GET /api/v1/crates?q=%s+%c%c&sort=%s&page=%lu&per_page=%u HTTP/1.1\r\n"
                    "Host: x\r\nAccept: %s\r\nAccept-Encoding: %s\r\n\r\n",
                    word, first, second, sort, 1 + rest, sizes[number % N_ELEMENTS(sizes)],
                    number % 7 == 0 ? "application/msgpack" : "application/json",
                    codings[number % N_ELEMENTS(codings)]);
}

/* Reads one answer; what is behind it stays in the buffer. Returns whether it came. */
static bool read_answer(int descriptor, char *buffer, size_t *length)
{
    for (;;) {
        buffer[*length] = '\0';
        const char *end = strstr(buffer, "\r\n\r\n");
        const char *field = end != NULL ? strstr(buffer, "Content-Length: ") : NULL;
        size_t size = field != NULL ? (size_t)(end + 4 - buffer) + strtoul(field + 16, NULL, 10)
                                    : MAX_ANSWER_BYTES;
        if (*length >= size) {
            *length -= size;
            memmove(buffer, buffer + size, *length);
            return true;
        }
        if (*length == MAX_ANSWER_BYTES)
            return false;
        ssize_t n = recv(descriptor, buffer + *length, MAX_ANSWER_BYTES - *length, 0);
        if (n <= 0)
            return false;
        *length += (size_t)n;
    }
}

static void *ask(void *context)
{
    struct client *client = context;
    char requests[BATCH * REQUEST_BYTES];
    char *buffer = malloc(MAX_ANSWER_BYTES + 1);
    size_t length = 0;
    int descriptor = test_server_connect(client->server);
    client->has_failed = buffer == NULL || descriptor < 0;
    for (unsigned long done = 0; !client->has_failed && done < client->n_queries; done += BATCH) {
        size_t size = 0;
        for (unsigned long i = 0; i < BATCH; i++)
            size += (size_t)write_request(requests + size, client->first + (done + i) * N_CLIENTS);
        client->has_failed = send(descriptor, requests, size, MSG_NOSIGNAL) != (ssize_t)size;
        for (int i = 0; !client->has_failed && i < BATCH; i++)
            client->has_failed = !read_answer(descriptor, buffer, &length);
    }
    close(descriptor);
    free(buffer);
    return NULL;
}

/* What the process alone has in memory (proc_pid_status(5)). */
static uint64_t private_bytes(const struct test_server *server)
{
    char path[64];
    char line[256];
    uint64_t bytes = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)server->pid);
    FILE *status = fopen(path, "r");
    assert_non_null(status);
    while (fgets(line, sizeof line, status) != NULL)
        if (strncmp(line, "RssAnon:", 8) == 0)
            bytes = 1024 * strtoull(line + 8, NULL, 10);
    fclose(status);
    assert_true(bytes > 0);
    return bytes;
}

static void run_clients(const struct test_server *server, unsigned long first,
                        unsigned long n_queries)
{
    struct client clients[N_CLIENTS];
    for (unsigned i = 0; i < N_CLIENTS; i++) {
        clients[i] = (struct client){
            .server = server, .first = first + i, .n_queries = n_queries / N_CLIENTS};
        assert_int_equal(pthread_create(&clients[i].thread, NULL, ask, &clients[i]), 0);
    }
    for (unsigned i = 0; i < N_CLIENTS; i++) {
        assert_int_equal(pthread_join(clients[i].thread, NULL), 0);
        assert_false(clients[i].has_failed);
    }
}

static const char *setting(const char *name, const char *otherwise)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : otherwise;
}

static void cache_bytes_bound_the_process(void **state)
{
    (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    print_message("skipped: a sanitizer has memory of its own\n");
    skip();
#endif
    const char *mebibytes = setting("CRATEDEX_MEMORY_MEBIBYTES", "16");
    const char *index = setting("CRATEDEX_MEMORY_INDEX", test_index());
    unsigned long n_queries = strtoul(setting("CRATEDEX_MEMORY_QUERIES", "8000"), NULL, 10);
    uint64_t bytes = strtoull(mebibytes, NULL, 10) << 20;
    char option[32];
    struct test_server server;
    snprintf(option, sizeof option, "%sM", mebibytes);
    test_server_launch(&server, (const char *const[]){"--index", index, "--listen", "127.0.0.1:0",
                                                      "--cache-bytes", option, "--slow-query-ms",
                                                      "0", NULL});
    run_clients(&server, 0, N_CLIENTS * BATCH);
    uint64_t before = private_bytes(&server);
    uint64_t most = 0;
    const unsigned n_parts = 20;
    for (unsigned part = 0; part < n_parts; part++) {
        run_clients(&server,
                    (1 + part * (n_queries / n_parts / N_CLIENTS / BATCH)) * N_CLIENTS * BATCH,
                    n_queries / n_parts);
        uint64_t now = private_bytes(&server);
        most = now > most ? now : most;
        if (getenv("CRATEDEX_MEMORY_QUERIES") != NULL)
            printf("%8lu queries: %7.1f MiB more, %.2f of the cache\n",
                   (part + 1) * (n_queries / n_parts), (double)(now - before) / (1 << 20),
                   (double)(now - before) / (double)bytes);
    }
    if ((most - before) * 4 > bytes * 5)
        fail_msg("%" PRIu64 " bytes for a cache of %" PRIu64, most - before, bytes);
    test_server_stop(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cache_bytes_bound_the_process),
    };
    return cmocka_run_group_tests_name("cache_memory", tests, NULL, NULL);
}
