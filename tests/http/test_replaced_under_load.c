/* The index that a server has open is written over or replaced, again and again, while clients ask:
   every answer is wholly that of the one index or of the other, or, where the file was written over
   and the answer is in no cache, 503. */
#include "tests/support/served_file.h"
#include "tests/support/two_indexes.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define N_CLIENTS 3
#define N_CHANGES 12

static const char *const targets[] = {
    "/api/v1/crates/serde",
    "/api/v1/crates/serde/versions",
    "/api/v1/crates?q=json",
    "/api/v1/crates?sort=downloads&per_page=3",
    "/index/se/rd/serde",
    "/api/v1/summary",
    "/api/v1/crates/serde/7.0.0",
    "/api/v1/crates/serde/owners",
    "/api/v1/crates/json/downloads",
};
#define N_TARGETS (sizeof targets / sizeof *targets)

struct load {
    const char *url;
    char *expected[2][N_TARGETS]; /* status and body, of either index */
    atomic_bool is_over;
    atomic_uint n_right;
    atomic_uint n_refused;
    atomic_uint n_wrong;
};

static char *status_and_body(struct http_client *client, const char *target)
{
    struct http_response response;
    http_get(client, target, "", &response);
    char *text = malloc(response.size + 32);
    assert_non_null(text);
    snprintf(text, response.size + 32, "%ld %s", response.status, response.body);
    http_response_free(&response);
    return text;
}

static void *ask_all_the_time(void *context)
{
    struct load *load = context;
    struct http_client *client = http_client_open(load->url);
    for (size_t i = 0; !atomic_load(&load->is_over); i = (i + 1) % N_TARGETS) {
        char *text = status_and_body(client, targets[i]);
        if (strcmp(text, load->expected[0][i]) == 0 || strcmp(text, load->expected[1][i]) == 0)
            atomic_fetch_add(&load->n_right, 1);
        else if (strncmp(text, "503 ", 4) == 0)
            atomic_fetch_add(&load->n_refused, 1);
        else if (atomic_fetch_add(&load->n_wrong, 1) == 0)
            fprintf(stderr, "%s: %s\n", targets[i], text);
        free(text);
    }
    http_client_close(client);
    return NULL;
}

static void keep_expected(const struct served_file *file, char **expected)
{
    for (size_t i = 0; i < N_TARGETS; i++)
        expected[i] = status_and_body(file->http.client, targets[i]);
}

static void change_to(const struct served_file *file, const struct index_bytes *index)
{
    served_file_overwrite(file, index->bytes, index->size);
    http_fixture_await_readiness(&file->http, 200);
}

/* Renames, and waits until the first target, which must not fail, is answered from that index. */
static void rename_to(const struct served_file *file, const struct load *load,
                      const struct two_indexes *indexes, unsigned number)
{
    const struct index_bytes *index = number == 0 ? &indexes->sample : &indexes->other;
    bool is_there = false;
    file_replace(file->path, index->bytes, index->size);
    while (!is_there) {
        char *text = status_and_body(file->http.client, targets[0]);
        assert_memory_equal(text, "200 ", 4);
        is_there = strcmp(text, load->expected[number][0]) == 0;
        free(text);
    }
}

static void begin(struct served_file *file, struct two_indexes *indexes, struct load *load,
                  const char *const *arguments)
{
    memset(load, 0, sizeof *load);
    two_indexes_make(indexes);
    served_file_make(file);
    served_file_start(file, arguments);
    keep_expected(file, load->expected[0]);
    change_to(file, &indexes->other);
    keep_expected(file, load->expected[1]);
    load->url = file->http.server.url;
}

static void start_clients(struct load *load, pthread_t threads[N_CLIENTS])
{
    for (int i = 0; i < N_CLIENTS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_all_the_time, load), 0);
}

static void end(struct served_file *file, struct two_indexes *indexes, struct load *load,
                const pthread_t threads[N_CLIENTS])
{
    atomic_store(&load->is_over, true);
    for (int i = 0; i < N_CLIENTS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&load->n_wrong), 0);
    assert_true(atomic_load(&load->n_right) > 0);
    for (size_t i = 0; i < 2 * N_TARGETS; i++)
        free(load->expected[i / N_TARGETS][i % N_TARGETS]);
    served_file_end(file);
    two_indexes_free(indexes);
}

static void await_answers(const struct served_file *file, const struct load *load)
{
    unsigned n_right = atomic_load(&load->n_right);
    while (atomic_load(&load->n_right) < n_right + 20 && atomic_load(&load->n_wrong) == 0)
        assert_int_equal(http_fixture_status(&file->http, "/healthz"), 200);
}

/* Nobody who asks is refused, whether the answer is in the cache or not. */
static void fails_nobody_while_it_is_replaced(void **state)
{
    static const char *const sizes[] = {"0", "16M"};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct served_file file;
        struct two_indexes indexes;
        struct load load;
        pthread_t threads[N_CLIENTS];
        begin(&file, &indexes, &load,
              (const char *const[]){"--threads", "2", "--cache-bytes", sizes[i], NULL});
        start_clients(&load, threads);
        for (unsigned change = 0; change < N_CHANGES / 2; change++) {
            rename_to(&file, &load, &indexes, change % 2);
            await_answers(&file, &load);
        }
        assert_int_equal(atomic_load(&load.n_refused), 0);
        end(&file, &indexes, &load, threads);
    }
}

/* Without a cache every answer needs the file. */
static void sends_nothing_wrong_while_it_is_written_over(void **state)
{
    struct served_file file;
    struct two_indexes indexes;
    struct load load;
    pthread_t threads[N_CLIENTS];
    (void)state;
    begin(&file, &indexes, &load,
          (const char *const[]){"--threads", "2", "--cache-bytes", "0", NULL});
    start_clients(&load, threads);
    for (unsigned change = 0; change < N_CHANGES; change++) {
        const struct index_bytes *index = change % 2 == 0 ? &indexes.sample : &indexes.other;
        if (change % 3 == 0)
            assert_int_equal(truncate(file.path, (off_t)index->size / 3), 0);
        change_to(&file, index);
        await_answers(&file, &load);
    }
    assert_true(atomic_load(&load.n_refused) > 0);
    end(&file, &indexes, &load, threads);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fails_nobody_while_it_is_replaced),
        cmocka_unit_test(sends_nothing_wrong_while_it_is_written_over),
    };
    return cmocka_run_group_tests_name("replaced_under_load", tests, NULL, NULL);
}
