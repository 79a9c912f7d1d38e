/* A server of a file that lost bits: no wrong byte leaves it. What needs a damaged page gets 500,
   all else what the whole file says, and whoever runs the server is told. Each case has a server
   and a copy of the sample of its own, of which every leaf of one table has a bit changed. */
#include "tests/support/metrics_sample.h"
#include "tests/support/served_file.h"
#include "tests/support/sql.h"

#include <cratedex/index_format.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define WAIT_SECONDS 60

static const char *const targets[] = {
    "/api/v1/crates?q=serde",
    "/api/v1/crates?sort=downloads&per_page=3",
    "/api/v1/crates/serde",
    "/api/v1/crates/rand/versions",
    "/api/v1/crates/serde/1.0.228/dependencies",
    "/api/v1/crates/serde/downloads",
    "/api/v1/crates/libc/owners",
    "/api/v1/crates/libc/reverse_dependencies",
    "/api/v1/summary",
    "/api/v1/keywords?sort=alpha",
    "/api/v1/keywords?sort=crates",
    "/index/se/rd/serde",
};
#define N_TARGETS (sizeof targets / sizeof *targets)

/* The status of the answer, and its body, which the caller frees. */
static unsigned get(struct http_client *client, const char *target, char **body)
{
    struct http_response response;
    http_get(client, target, "", &response);
    unsigned status = (unsigned)response.status;
    *body = strdup(response.body);
    assert_non_null(*body);
    http_response_free(&response);
    return status;
}

/* Changes a bit somewhere in each leaf of the table. */
static void damage(const char *path, const char *table)
{
    char query[128];
    size_t size;
    snprintf(query, sizeof query,
             "SELECT pageno FROM dbstat WHERE name = '%s' AND pagetype <> 'internal'", table);
    char *pages = sql_text(path, query);
    char *bytes = file_read(path, &size);
    unsigned n = 0;
    for (char *page = strtok(pages, "\n"); page != NULL; page = strtok(NULL, "\n"), n++)
        bytes[(strtoul(page, NULL, 10) - 1) * INDEX_PAGE_BYTES + 977 * n % INDEX_PAGE_BYTES] ^= 4;
    assert_true(n > 0);
    file_write(path, bytes, size);
    free(bytes);
    free(pages);
}

static void begin(struct served_file *file, const char *table)
{
    served_file_make(file);
    if (table != NULL)
        damage(file->path, table);
    served_file_start(file, (const char *const[]){"--threads", "1", NULL});
}

/* Waits until the background pass has looked at every page. */
static void wait_for_all_pages(const struct served_file *file)
{
    const struct timespec moment = {.tv_nsec = 2000000};
    time_t latest = time(NULL) + WAIT_SECONDS;
    struct http_client *client = file->http.client;
    while (metrics_sample(client, "cratedex_index_pages_checked", "") +
               metrics_sample(client, "cratedex_index_pages_damaged", "") <
           metrics_sample(client, "cratedex_index_pages", "")) {
        if (time(NULL) > latest)
            fail_msg("not all pages were looked at");
        nanosleep(&moment, NULL);
    }
}

static int ask_whole_file(void **state)
{
    static char *expected[N_TARGETS];
    struct served_file file;
    char *body;
    begin(&file, NULL);
    for (size_t i = 0; i < N_TARGETS; i++)
        assert_int_equal(get(file.http.client, targets[i], &expected[i]), 200);
    wait_for_all_pages(&file);
    assert_true(metrics_sample(file.http.client, "cratedex_index_pages_damaged", "") == 0);
    assert_true(metrics_sample(file.http.client, "cratedex_index_pages", "") > 100);
    assert_int_equal(get(file.http.client, "/readyz", &body), 200);
    free(body);
    served_file_end(&file);
    *state = expected;
    return 0;
}

static int forget_answers(void **state)
{
    char **expected = *state;
    for (size_t i = 0; i < N_TARGETS; i++)
        free(expected[i]);
    return 0;
}

static void no_wrong_byte_leaves(void **state)
{
    static const char *const tables[] = {
        "documents",          "versions",     "dependencies",
        "version_downloads",

        "crate_owners",       "pages",        "keywords",
        "keywords_by_crates", "sparse_index", "reverse_dependencies",
    };
    char *const *expected = *state;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        struct served_file file;
        char *body;
        unsigned n_failed = 0;
        begin(&file, tables[i]);
        for (size_t j = 0; j < N_TARGETS; j++) {
            unsigned status = get(file.http.client, targets[j], &body);
            if (status == 500)
                n_failed++;
            else if (status != 200 || strcmp(body, expected[j]) != 0)
                fail_msg("%s without %s: %u, %s", targets[j], tables[i], status, body);
            free(body);
        }
        if (n_failed == 0)
            fail_msg("nothing needs the table %s", tables[i]);
        assert_int_equal(get(file.http.client, "/readyz", &body), 503);
        assert_non_null(strstr(body, "the index file is damaged: "));
        free(body);
        assert_true(metrics_sample(file.http.client, "cratedex_index_pages_damaged", "") > 0);
        served_file_await_said(&file, "live.cdx is damaged: page ", 1);
        served_file_await_said(&file, "restore it or build it again", 1);
        served_file_end(&file);
    }
}

/* Before anybody asks for it. */
static void damage_is_found_in_the_background(void **state)
{
    struct served_file file;
    char *body;
    (void)state;
    begin(&file, "documents");
    wait_for_all_pages(&file);
    assert_true(metrics_sample(file.http.client, "cratedex_index_pages_damaged", "") > 10);
    served_file_await_said(&file, "live.cdx is damaged: ", 1);
    served_file_await_said(&file, " of its pages so far, page ", 1);
    assert_int_equal(get(file.http.client, "/readyz", &body), 503);
    free(body);
    served_file_end(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_wrong_byte_leaves),
        cmocka_unit_test(damage_is_found_in_the_background),
    };
    return cmocka_run_group_tests(tests, ask_whole_file, forget_answers);
}
