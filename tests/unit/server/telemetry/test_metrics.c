/* The metrics' text, line by line, in both formats. */
#define _GNU_SOURCE /* sched_setaffinity */

#include "server/telemetry/metrics.h"

#include "server/telemetry/cpu_slot.h"
#include "server/telemetry/metrics_text.h"
#include "tests/support/exposition_check.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What record() counts under, beside route and status or cache. */
#define LABELS ",encoding=\"json\",coding=\"identity\""

static const char *const route_names[] = {"/api/v1/crates", "/api/v1/\"odd\\\n", "/metrics"};

static struct metrics *create(void)
{
    struct error error;
    struct metrics *metrics = metrics_create(route_names, 3, &error);
    assert_non_null(metrics);
    return metrics;
}

static void record(struct metrics *metrics, unsigned route, unsigned status,
                   enum cache_state cache_state, double seconds, size_t body_bytes)
{
    const struct outcome outcome = {.route = route,
                                    .status = status,
                                    .cache_state = cache_state,
                                    .format = BODY_JSON,
                                    .coding = CODING_IDENTITY,
                                    .body_bytes = body_bytes};
    metrics_record(metrics, &outcome, seconds);
}

/* The text, NUL-terminated, from malloc. */
static char *text_in(enum exposition_format format, const struct metrics *metrics)
{
    msgpack_sbuffer out;
    struct exposition exposition;
    msgpack_sbuffer_init(&out);
    exposition_init(&exposition, format, &out);
    metrics_write(metrics, &exposition);
    assert_int_equal(exposition_finish(&exposition), 0);
    assert_int_equal(msgpack_sbuffer_write(&out, "", 1), 0);
    return msgpack_sbuffer_release(&out);
}

static char *text_of(const struct metrics *metrics)
{
    return text_in(EXPOSITION_PROMETHEUS, metrics);
}

/* Counts the lines of `text` that are exactly `line`. */
static unsigned count_lines(const char *text, const char *line)
{
    unsigned n_found = 0;
    size_t length = strlen(line);
    for (const char *at = text; at != NULL && *at != '\0';) {
        if (strncmp(at, line, length) == 0 && at[length] == '\n')
            n_found++;
        at = strchr(at, '\n');
        if (at != NULL)
            at++;
    }
    return n_found;
}

static void assert_line(const char *text, const char *line)
{
    if (count_lines(text, line) != 1)
        fail_msg("%u times: %s\nin\n%s", count_lines(text, line), line, text);
}

static void every_line_fits_both_formats(void **state)
{
    (void)state;
    static const enum exposition_format formats[] = {EXPOSITION_PROMETHEUS, EXPOSITION_OPENMETRICS};
    struct metrics *metrics = create();
    record(metrics, 0, 200, CACHE_STATE_HIT, 0.00002, 1000);
    record(metrics, 1, 404, CACHE_STATE_NONE, 3, 50);
    for (size_t i = 0; i < 2; i++) {
        char *text = text_in(formats[i], metrics);
        assert_int_equal(text[strlen(text) - 1], '\n');
        /* 2 statuses, 2 routes' bytes, 2 histograms of 20 buckets, sum and count; slow queries,
           late requests, stale hits and downloads, 2 of warming, 6 of the connections. */
        assert_int_equal(exposition_check(text, formats[i] == EXPOSITION_OPENMETRICS),
                         2 + 2 + 2 * 22 + 12);
        free(text);
    }
    metrics_destroy(metrics);
}

static void a_series_has_one_name_in_both_formats(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "cratedex_http_requests_total{route=\"/metrics\",status=\"200\",encoding=\"json\","
        "coding=\"identity\"} 1",
        "cratedex_http_request_duration_seconds_bucket{route=\"/metrics\",cache=\"hit\","
        "encoding=\"json\",coding=\"identity\",le=\"1e-05\"} 0",
        "cratedex_http_request_duration_seconds_bucket{route=\"/metrics\",cache=\"hit\","
        "encoding=\"json\",coding=\"identity\",le=\"1.0\"} 1",
        "cratedex_slow_queries_total 0",
    };
    struct metrics *metrics = create();
    record(metrics, 2, 200, CACHE_STATE_HIT, 1, 1);
    char *prometheus = text_in(EXPOSITION_PROMETHEUS, metrics);
    char *open = text_in(EXPOSITION_OPENMETRICS, metrics);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_line(prometheus, lines[i]);
        assert_line(open, lines[i]);
    }
    assert_line(prometheus, "# TYPE cratedex_slow_queries_total counter");
    assert_line(open, "# TYPE cratedex_slow_queries counter");
    free(prometheus);
    free(open);
    metrics_destroy(metrics);
}

static void answers_are_counted_by_route_and_status(void **state)
{
    (void)state;
    struct metrics *metrics = create();
    for (int i = 0; i < 3; i++)
        record(metrics, 0, 200, CACHE_STATE_HIT, 0.001, 100);
    record(metrics, 0, 304, CACHE_STATE_HIT, 0.001, 0);
    record(metrics, 2, 200, CACHE_STATE_NONE, 0.001, 5000000000);
    record(metrics, 1, 503, CACHE_STATE_NONE, 0.001, 7);
    record(metrics, 1, 4711, CACHE_STATE_NONE, 0.001, 7);
    record(metrics, 3, 201, CACHE_STATE_NONE, 0.001, 7); /* no such route */
    char *text = text_of(metrics);
    assert_line(text, "cratedex_http_requests_total{route=\"/api/v1/crates\",status=\"200\"" LABELS
                      "} 3");
    assert_line(text, "cratedex_http_requests_total{route=\"/api/v1/crates\",status=\"304\"" LABELS
                      "} 1");
    assert_line(text,
                "cratedex_http_requests_total{route=\"/metrics\",status=\"200\"" LABELS "} 1");
    assert_line(text, "cratedex_http_requests_total{route=\"/api/v1/\\\"odd\\\\\\n\","
                      "status=\"503\"" LABELS "} 1");
    assert_line(text, "cratedex_http_requests_total{route=\"/api/v1/\\\"odd\\\\\\n\","
                      "status=\"000\"" LABELS "} 1");
    assert_line(text, "cratedex_http_response_bytes_total{route=\"/api/v1/crates\"" LABELS "} 300");
    assert_line(text,
                "cratedex_http_response_bytes_total{route=\"/metrics\"" LABELS "} 5000000000");
    assert_null(strstr(text, "status=\"201\""));
    free(text);
    metrics_destroy(metrics);
}

static void answers_are_told_apart_by_encoding_and_coding(void **state)
{
    (void)state;
    static const struct outcome outcomes[] = {
        {.status = 200, .format = BODY_MESSAGEPACK, .coding = CODING_ZSTD, .body_bytes = 10},
        {.status = 200, .format = BODY_MESSAGEPACK, .coding = CODING_ZSTD, .body_bytes = 20},
        {.status = 200, .format = BODY_PLAIN, .coding = CODING_GZIP, .body_bytes = 40},
        {.status = 304, .format = BODY_JSON, .coding = CODING_BROTLI},
    };
    struct metrics *metrics = create();
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++)
        metrics_record(metrics, &outcomes[i], 0.001);
    char *text = text_of(metrics);
    assert_line(text, "cratedex_http_requests_total{route=\"/api/v1/crates\",status=\"200\","
                      "encoding=\"msgpack\",coding=\"zstd\"} 2");
    assert_line(text, "cratedex_http_requests_total{route=\"/api/v1/crates\",status=\"200\","
                      "encoding=\"plain\",coding=\"gzip\"} 1");
    assert_line(text, "cratedex_http_requests_total{route=\"/api/v1/crates\",status=\"304\","
                      "encoding=\"json\",coding=\"br\"} 1");
    assert_line(text, "cratedex_http_response_bytes_total{route=\"/api/v1/crates\","
                      "encoding=\"msgpack\",coding=\"zstd\"} 30");
    assert_line(text, "cratedex_http_request_duration_seconds_count{route=\"/api/v1/crates\","
                      "cache=\"hit\",encoding=\"msgpack\",coding=\"zstd\"} 2");
    free(text);
    metrics_destroy(metrics);
}

static void the_arms_of_an_experiment_are_timed(void **state)
{
    (void)state;
    static const struct outcome outcomes[] = {
        {.status = 200, .cache_state = CACHE_STATE_MISS, .arm = EXPERIMENT_A},
        {.status = 200, .cache_state = CACHE_STATE_HIT, .arm = EXPERIMENT_B},
        {.status = 200, .cache_state = CACHE_STATE_HIT, .arm = EXPERIMENT_B},
        {.status = 200, .cache_state = CACHE_STATE_HIT, .arm = EXPERIMENT_NONE},
    };
    struct metrics *metrics = create();
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++)
        metrics_record(metrics, &outcomes[i], 0.001);
    char *text = text_of(metrics);
    assert_line(text,
                "cratedex_experiment_request_duration_seconds_count{arm=\"a\",cache=\"miss\"} 1");
    assert_line(text,
                "cratedex_experiment_request_duration_seconds_count{arm=\"b\",cache=\"hit\"} 2");
    assert_line(text, "cratedex_experiment_request_duration_seconds_sum{arm=\"b\",cache=\"hit\"} "
                      "0.002000000");
    assert_null(strstr(text, "arm=\"a\",cache=\"hit\""));
    assert_line(text, "cratedex_http_requests_total{route=\"/api/v1/crates\",status=\"200\"" LABELS
                      "} 4");
    free(text);
    metrics_destroy(metrics);
}

static void events_and_connections_are_counted(void **state)
{
    (void)state;
    struct metrics *metrics = create();
    for (int i = 0; i < 3; i++)
        metrics_count_connection(metrics);
    metrics_end_connection(metrics);
    metrics_limit_connections(metrics, 1024);
    metrics_count_download(metrics);
    for (int i = 0; i < 4; i++)
        metrics_count_slow_query(metrics);
    char *text = text_of(metrics);
    assert_line(text, "cratedex_http_connections 2");
    assert_line(text, "cratedex_http_connections_limit 1024");
    assert_line(text, "cratedex_http_connections_opened_total 3");
    assert_line(text, "cratedex_downloads_counted_total 1");
    assert_line(text, "cratedex_slow_queries_total 4");
    free(text);
    metrics_destroy(metrics);
}

/* Reads the buckets of the first route's misses in the order in which they come; returns how
   many. */
static size_t read_buckets(const char *text, double *bounds, unsigned long *counts, size_t capacity)
{
    static const char prefix[] = "cratedex_http_request_duration_seconds_bucket"
                                 "{route=\"/api/v1/crates\",cache=\"miss\"" LABELS ",le=\"";
    size_t n_buckets = 0;
    for (const char *at = strstr(text, prefix); at != NULL; at = strstr(at, prefix)) {
        at += sizeof prefix - 1;
        assert_true(n_buckets < capacity);
        char *end;
        bounds[n_buckets] = strtod(at, &end); /* knows +Inf */
        assert_memory_equal(end, "\"} ", 3);
        counts[n_buckets++] = strtoul(end + 3, &end, 10);
        assert_int_equal(*end, '\n');
    }
    return n_buckets;
}

static void buckets_are_cumulative_and_agree_with_the_count(void **state)
{
    (void)state;
    static const double seconds[] = {0,     -1,     0.000005, 0.00001, 0.0000101, 0.0003,
                                     0.001, 0.0011, 0.049,    0.05,    0.051,     1,
                                     9.99,  10,     10.001,   250,     1e300};
    const size_t n_answers = sizeof seconds / sizeof seconds[0];
    struct metrics *metrics = create();
    for (size_t i = 0; i < n_answers; i++)
        record(metrics, 0, 200, CACHE_STATE_MISS, seconds[i], 1);
    record(metrics, 0, 200, CACHE_STATE_HIT, 0.002, 1);
    char *text = text_of(metrics);

    double bounds[64] = {0};
    unsigned long counts[64] = {0};
    size_t n_buckets = read_buckets(text, bounds, counts, 64);
    assert_int_equal(n_buckets, 20);
    assert_true(bounds[0] <= 0.00001 && bounds[n_buckets - 2] >= 10);
    assert_true(bounds[n_buckets - 1] > 1e308);
    for (size_t i = 0; i < n_buckets; i++) {
        assert_true(i == 0 || bounds[i] > bounds[i - 1]);
        unsigned long n_below = 0;
        for (size_t j = 0; j < n_answers; j++)
            n_below += seconds[j] <= bounds[i];
        assert_int_equal(counts[i], n_below);
    }
    assert_line(text, "cratedex_http_request_duration_seconds_count"
                      "{route=\"/api/v1/crates\",cache=\"miss\"" LABELS "} 17");
    assert_line(text, "cratedex_http_request_duration_seconds_count"
                      "{route=\"/api/v1/crates\",cache=\"hit\"" LABELS "} 1");
    assert_line(text, "cratedex_http_request_duration_seconds_sum"
                      "{route=\"/api/v1/crates\",cache=\"hit\"" LABELS "} 0.002000000");
    assert_null(strstr(text, "cache=\"none\""));
    free(text);
    metrics_destroy(metrics);
}

/* What was counted on one processor and on another is one figure. */
static void adds_up_all_processors(void **state)
{
    (void)state;
    cpu_set_t allowed;
    assert_int_equal(sched_getaffinity(0, sizeof allowed, &allowed), 0);
    struct metrics *metrics = create();
    unsigned n_answers = 0;
    for (size_t processor = 0; processor < CPU_SETSIZE; processor++) {
        if (!CPU_ISSET(processor, &allowed))
            continue;
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(processor, &one);
        assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
        assert_int_equal(cpu_slot(CPU_MAX_SLOTS), processor % CPU_MAX_SLOTS);
        assert_true(cpu_slot(cpu_n_slots()) < cpu_n_slots());
        record(metrics, 2, 200, CACHE_STATE_HIT, 0.0005, 2);
        n_answers++;
    }
    assert_int_equal(sched_setaffinity(0, sizeof allowed, &allowed), 0);
    char line[128];
    char *text = text_of(metrics);
    snprintf(line, sizeof line,
             "cratedex_http_requests_total{route=\"/metrics\",status=\"200\"" LABELS "} %u",
             n_answers);
    assert_line(text, line);
    snprintf(line, sizeof line,
             "cratedex_http_response_bytes_total{route=\"/metrics\"" LABELS "} %u", 2 * n_answers);
    assert_line(text, line);
    free(text);
    metrics_destroy(metrics);
}

#define N_THREADS 4
#define N_ANSWERS_EACH 20000

static void *record_many(void *metrics)
{
    for (unsigned i = 0; i < N_ANSWERS_EACH; i++)
        record(metrics, i % 3, 200, CACHE_STATE_HIT, 0.0005, 2);
    return NULL;
}

static void threads_lose_nothing(void **state)
{
    (void)state;
    struct metrics *metrics = create();
    pthread_t threads[N_THREADS];
    for (int i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, record_many, metrics), 0);
    free(text_of(metrics)); /* reading meanwhile is allowed */
    for (int i = 0; i < N_THREADS; i++)
        pthread_join(threads[i], NULL);
    char *text = text_of(metrics);
    /* 6,667 of 20,000 for the first two routes; times 4, times 2 bytes, times half a
       millisecond. */
    assert_line(text, "cratedex_http_requests_total{route=\"/api/v1/crates\",status=\"200\"" LABELS
                      "} 26668");
    assert_line(text,
                "cratedex_http_requests_total{route=\"/metrics\",status=\"200\"" LABELS "} 26664");
    assert_line(text,
                "cratedex_http_response_bytes_total{route=\"/api/v1/crates\"" LABELS "} 53336");
    assert_line(text, "cratedex_http_request_duration_seconds_sum"
                      "{route=\"/api/v1/crates\",cache=\"hit\"" LABELS "} 13.334000000");
    free(text);
    metrics_destroy(metrics);
}

static void too_many_routes_are_refused(void **state)
{
    (void)state;
    const char *names[OUTCOME_MAX_ROUTES + 1];
    for (size_t i = 0; i <= OUTCOME_MAX_ROUTES; i++)
        names[i] = "/";
    struct error error = {.message = ""};
    assert_null(metrics_create(names, OUTCOME_MAX_ROUTES + 1, &error));
    assert_non_null(strstr(error.message, "routes"));
    struct metrics *metrics = metrics_create(names, OUTCOME_MAX_ROUTES, &error);
    assert_non_null(metrics);
    record(metrics, OUTCOME_MAX_ROUTES - 1, 200, CACHE_STATE_MISS, 1, 1);
    metrics_destroy(metrics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_fits_both_formats),
        cmocka_unit_test(a_series_has_one_name_in_both_formats),
        cmocka_unit_test(answers_are_counted_by_route_and_status),
        cmocka_unit_test(answers_are_told_apart_by_encoding_and_coding),
        cmocka_unit_test(the_arms_of_an_experiment_are_timed),
        cmocka_unit_test(events_and_connections_are_counted),
        cmocka_unit_test(buckets_are_cumulative_and_agree_with_the_count),
        cmocka_unit_test(adds_up_all_processors),
        cmocka_unit_test(threads_lose_nothing),
        cmocka_unit_test(too_many_routes_are_refused),
    };
    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
