/* The index that a server has open is written over, again and again, while clients ask for what no
   cache has: every answer is wholly that of the one index or of the other, or 503. */
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

/* Without a cache every answer needs the file. */
static void sends_nothing_wrong_under_load(void **state)
{
    struct served_file file;
    struct two_indexes indexes;
    struct load load = {0};
    pthread_t threads[N_CLIENTS];
    (void)state;
    two_indexes_make(&indexes);
    served_file_make(&file);
    served_file_start(&file, (const char *const[]){"--threads", "2", "--cache-bytes", "0", NULL});
    keep_expected(&file, load.expected[0]);
    change_to(&file, &indexes.other);
    keep_expected(&file, load.expected[1]);
    load.url = file.http.server.url;
    for (int i = 0; i < N_CLIENTS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_all_the_time, &load), 0);
    for (unsigned change = 0; change < N_CHANGES; change++) {
        const struct index_bytes *index = change % 2 == 0 ? &indexes.sample : &indexes.other;
        if (change % 3 == 0)
            assert_int_equal(truncate(file.path, (off_t)index->size / 3), 0);
        change_to(&file, index);
        unsigned n_right = atomic_load(&load.n_right);
        while (atomic_load(&load.n_right) < n_right + 20 && atomic_load(&load.n_wrong) == 0)
            assert_int_equal(http_fixture_status(&file.http, "/healthz"), 200);
    }
    atomic_store(&load.is_over, true);
    for (int i = 0; i < N_CLIENTS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&load.n_wrong), 0);
    assert_true(atomic_load(&load.n_right) > 0 && atomic_load(&load.n_refused) > 0);
    for (size_t i = 0; i < 2 * N_TARGETS; i++)
        free(load.expected[i / N_TARGETS][i % N_TARGETS]);
    served_file_end(&file);
    two_indexes_free(&indexes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sends_nothing_wrong_under_load)};
    return cmocka_run_group_tests_name("replaced_under_load", tests, NULL, NULL);
}
