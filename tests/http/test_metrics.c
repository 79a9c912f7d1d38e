/* GET /metrics of a server that works: what requests do to its figures, and its formats. */
#include "tests/support/folder.h"
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"
#include "tests/support/metrics_sample.h"
#include "tests/support/program.h"

#include <cratedex/index_format.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))
#define PROMTOOL "/usr/bin/promtool"

static void get(void **state, const char *target, const char *headers)
{
    struct http_response response;
    http_get(client_of(state), target, headers, &response);
    http_response_free(&response);
}

static void counts_requests_and_cache(void **state)
{
    static const char requests[] = "cratedex_http_requests_total";
    static const char answers[] = "cratedex_http_request_duration_seconds_count";
    static const struct {
        const char *name;
        const char *labels;
        double growth; /* by the requests below */
    } samples[] = {
        {requests, "route=\"crates\",status=\"200\"", 5},
        {requests, "route=\"crates\",status=\"400\"", 1},
        {requests, "route=\"other\",status=\"404\",encoding=\"json\",coding=\"identity\"", 1},
        {requests, "route=\"crates\",status=\"200\",encoding=\"json\",coding=\"identity\"", 3},
        {requests, "route=\"crates\",status=\"200\",encoding=\"json\",coding=\"br\"", 1},
        {requests, "route=\"crates\",status=\"200\",encoding=\"msgpack\",coding=\"identity\"", 1},
        {answers, "route=\"crates\",cache=\"hit\"", 3},
        {answers, "route=\"crates\",cache=\"miss\",encoding=\"json\"", 1},
        {answers, "route=\"crates\",cache=\"miss\",encoding=\"msgpack\"", 1},
        {requests, "route=\"version_download\",status=\"302\",encoding=\"plain\"", 1},
        {requests, "route=\"sparse_index\",status=\"200\",encoding=\"plain\",coding=\"identity\"",
         1},
        {"cratedex_cache_hits_total", "", 3},
        {"cratedex_cache_misses_total", "", 4},
        {"cratedex_cache_entries", "", 4},
        {"cratedex_downloads_counted_total", "", 0},
    };
    static const struct {
        const char *target;
        const char *headers;
    } asked[] = {
        {"/api/v1/crates?q=serde", NULL},
        {"/api/v1/crates?q=serde", NULL},
        {"/api/v1/crates?q=serde", NULL},
        {"/api/v1/crates?q=serde", "Accept-Encoding: br\n"},
        {"/api/v1/crates?q=serde", "Accept: application/msgpack\n"},
        {"/api/v1/crates?page=0", NULL},
        {"/nowhere", NULL},
        {"/api/v1/crates/serde/1.0.228/download", NULL},
        {"/index/se/rd/serde", NULL},
    };
    double before[N_ELEMENTS(samples)] = {0};
    for (size_t i = 0; i < N_ELEMENTS(samples); i++)
        before[i] = metrics_sample(client_of(state), samples[i].name, samples[i].labels);
    double bytes = metrics_sample(client_of(state), "cratedex_cache_bytes", "");
    for (size_t i = 0; i < N_ELEMENTS(asked); i++)
        get(state, asked[i].target, asked[i].headers);
    for (size_t i = 0; i < N_ELEMENTS(samples); i++) {
        double growth =
            metrics_sample(client_of(state), samples[i].name, samples[i].labels) - before[i];
        if (growth != samples[i].growth)
            fail_msg("%s{%s} grew by %g, not %g", samples[i].name, samples[i].labels, growth,
                     samples[i].growth);
    }
    assert_true(metrics_sample(client_of(state), "cratedex_cache_bytes", "") > bytes);
}

static void body_bytes_are_those_that_were_sent(void **state)
{
    static const char labels[] = "route=\"summary\",encoding=\"msgpack\",coding=\"gzip\"";
    struct http_response response;
    double before = metrics_sample(client_of(state), "cratedex_http_response_bytes_total", labels);
    http_get(client_of(state), "/api/v1/summary",
             "Accept: application/msgpack\nAccept-Encoding: gzip\n", &response);
    double after = metrics_sample(client_of(state), "cratedex_http_response_bytes_total", labels);
    assert_true(response.size > 0);
    assert_true(after - before == (double)response.size);
    http_response_free(&response);
}

static void tells_of_index_cache_and_process(void **state)
{
    struct http_client *client = client_of(state);
    double now = (double)time(NULL);
    assert_true(metrics_sample(client, "cratedex_index_crates", "") == 329);
    /* 2026-11-01T02:00:00Z */
    assert_true(metrics_sample(client, "cratedex_index_dump_timestamp_seconds", "") == 1793498400);
    assert_true(metrics_sample(client, "cratedex_cache_max_bytes", "") == 256.0 * 1024 * 1024);
    char build[64];
    snprintf(build, sizeof build, "version=\"" CRATEDEX_VERSION "\",index_format=\"%d\"",
             INDEX_FORMAT_VERSION);
    assert_true(metrics_sample(client, "cratedex_build_info", build) == 1);
    assert_true(metrics_sample(client, "process_resident_memory_bytes", "") > 1e6);
    assert_true(metrics_sample(client, "process_open_fds", "") >= 5);
    assert_true(metrics_sample(client, "process_start_time_seconds", "") > now - 3600);
    assert_true(metrics_sample(client, "process_start_time_seconds", "") < now + 2);
    assert_true(metrics_sample(client, "cratedex_http_connections_limit", "") >= 256);
}

/* Waits until the figure is `expected`: the server sees a connection's end a moment after the
   client. */
static void assert_becomes(struct http_client *client, const char *name, double expected)
{
    const time_t start = time(NULL);
    while (metrics_sample(client, name, "") != expected)
        assert_true(time(NULL) < start + 10);
}

static void open_connections_are_counted(void **state)
{
    const struct http_fixture *fixture = *state;
    double opened = metrics_sample(fixture->client, "cratedex_http_connections_opened_total", "");
    assert_becomes(fixture->client, "cratedex_http_connections", 1);
    int descriptor = test_server_connect(&fixture->server);
    assert_true(descriptor >= 0);
    assert_becomes(fixture->client, "cratedex_http_connections", 2);
    close(descriptor);
    assert_becomes(fixture->client, "cratedex_http_connections", 1);
    assert_true(metrics_sample(fixture->client, "cratedex_http_connections_opened_total", "") ==
                opened + 1);
}

static void speaks_openmetrics_where_asked(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = "/metrics"},
         .status = 200,
         .headers = {"Content-Type: text/plain; version=0.0.4", "Vary: Accept",
                     "Cache-Control: no-store"}},
        {.request = {.target = "/metrics",
                     .headers = "Accept: application/openmetrics-text;version=1.0.0,"
                                "text/plain;version=0.0.4;q=0.5,*/*;q=0.1\n"},
         .status = 200,
         .headers = {"Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8",
                     "Vary: Accept", "Cache-Control: no-store"}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
    static const char end[] = "\n# EOF\n";
    struct http_response response;
    http_get(client_of(state), "/metrics", "Accept: application/openmetrics-text\n", &response);
    assert_true(response.size > sizeof end);
    assert_string_equal(response.body + response.size - strlen(end), end);
    assert_non_null(strstr(response.body, "\n# TYPE cratedex_http_requests counter\n"));
    assert_non_null(strstr(response.body, "\n# TYPE cratedex_build info\n"));
    http_response_free(&response);
    http_get(client_of(state), "/metrics", NULL, &response);
    assert_null(strstr(response.body, "# EOF"));
    assert_non_null(strstr(response.body, "\n# TYPE cratedex_http_requests_total counter\n"));
    assert_non_null(strstr(response.body, "\n# TYPE cratedex_build_info gauge\n"));
    http_response_free(&response);
}

/* Prometheus' own checker reads the text and holds it against its rules of good style. */
static void promtool_finds_nothing(void **state)
{
    static const char *const arguments[] = {PROMTOOL, "check", "metrics", NULL};
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];
    struct http_response response;
    struct program_run run;
    if (access(PROMTOOL, X_OK) != 0) {
        print_message("skipped: there is no " PROMTOOL " (Debian's prometheus)\n");
        skip();
    }
    get(state, "/api/v1/crates?q=json", "Accept-Encoding: zstd\n");
    http_get(client_of(state), "/metrics", NULL, &response);
    folder_make(folder);
    folder_join(path, folder, "metrics");
    file_write(path, response.body, response.size);
    const struct program_options options = {.arguments = arguments, .input_path = path};
    program_run(&options, &run);
    if (run.status != 0 || run.out_length + run.error_length > 0)
        fail_msg("promtool ended with %d:\n%s%s", run.status, run.out, run.error_out);
    program_run_free(&run);
    folder_remove(folder);
    http_response_free(&response);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_requests_and_cache),
        cmocka_unit_test(body_bytes_are_those_that_were_sent),
        cmocka_unit_test(tells_of_index_cache_and_process),
        cmocka_unit_test(open_connections_are_counted),
        cmocka_unit_test(speaks_openmetrics_where_asked),
        cmocka_unit_test(promtool_finds_nothing),
    };
    return cmocka_run_group_tests_name("metrics over HTTP", tests, http_fixture_start,
                                       http_fixture_stop);
}
