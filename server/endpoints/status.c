/* GET /status.json: how the server does, for the page that shows it (status_page.c), which asks
   each second. Figures of one answer may be some requests apart, as in any scrape. */
#include "server/cache/cache.h"
#include "server/endpoints/endpoint.h"
#include "server/endpoints/status_asked.h"
#include "server/endpoints/status_latency.h"
#include "server/http/response_headers.h"
#include "server/parameters/number_parameter.h"
#include "server/service/index_watch.h"
#include "server/service/monotonic.h"
#include "server/telemetry/asked_queries.h"
#include "server/telemetry/process_figures.h"
#include "server/telemetry/pulse.h"

#include <cratedex/timestamp.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RECENT_SECONDS 60.0

struct status_parameters {
    size_t n_beats; /* of the history */
};
ENDPOINT_PARAMETERS_FIT(struct status_parameters);

/* What an answer is made of, all of it read at once. */
struct status {
    double now;   /* monotonic_seconds */
    double clock; /* seconds since 1970 */
    struct metrics_sums sums;
    struct pulse_beat beats[PULSE_MAX_BEATS];
    size_t n_beats;
};

static int prepare(const struct question *question, void *parameters, struct failure *failure)
{
    struct status_parameters *wanted = parameters;
    bool is_given;
    int64_t seconds = 0;
    if (number_parameter(question->request->query, "history", NUMBER_POSITIVE, &is_given, &seconds,
                         failure) != 0)
        return -1;
    wanted->n_beats = seconds < PULSE_MAX_BEATS ? (size_t)seconds + (seconds > 0) : PULSE_MAX_BEATS;
    return 0;
}

static double read_clock(void)
{
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void encode_time(struct encoder *encoder, const char *key, double seconds)
{
    char text[TIMESTAMP_TEXT_SIZE];
    timestamp_format((int64_t)seconds * 1000000, text);
    encoder_member_text(encoder, key, text);
}

static void encode_server(struct encoder *encoder, const struct service *service,
                          const struct status *status)
{
    const double uptime = status->now - pulse_started(service->pulse);
    encoder_key(encoder, "server");
    encoder_object(encoder, 4);
    encoder_member_text(encoder, "version", CRATEDEX_VERSION);
    encode_time(encoder, "started", status->clock - uptime);
    encode_time(encoder, "now", status->clock);
    encoder_member_number(encoder, "uptime_seconds", uptime);
    encoder_end_object(encoder);
}

static void encode_requests(struct encoder *encoder, const struct metrics_sums *sums)
{
    static const char *const classes[N_STATUS_CLASSES] = {"other", "1xx", "2xx",
                                                          "3xx",   "4xx", "5xx"};
    uint64_t n = 0;
    for (unsigned i = 0; i < N_STATUS_CLASSES; i++)
        n += sums->statuses[i];
    encoder_key(encoder, "requests");
    encoder_object(encoder, 5);
    encoder_member_integer(encoder, "total", (int64_t)n);
    encoder_key(encoder, "by_status");
    encoder_object(encoder, N_STATUS_CLASSES - 1);
    for (unsigned i = 2; i < N_STATUS_CLASSES; i++)
        encoder_member_integer(encoder, classes[i], (int64_t)sums->statuses[i]);
    encoder_member_integer(encoder, classes[0], (int64_t)(sums->statuses[0] + sums->statuses[1]));
    encoder_end_object(encoder);
    encoder_member_integer(encoder, "body_bytes", (int64_t)sums->n_body_bytes);
    encoder_member_integer(encoder, "slow", (int64_t)sums->n_slow_queries);
    encoder_member_integer(encoder, "late", (int64_t)sums->n_late_requests);
    encoder_end_object(encoder);
}

static void encode_latency(struct encoder *encoder, const struct service *service,
                           const struct status *status)
{
    struct span_answers span;
    encoder_key(encoder, "answers");
    encoder_object(encoder, 3);
    encoder_key(encoder, "bounds_us");
    latency_bounds_encode(encoder);
    encoder_key(encoder, "minute");
    span_of_beats(status->beats, status->n_beats, RECENT_SECONDS, &span);
    span_encode(&span, encoder);
    encoder_key(encoder, "start");
    span_since_start(&status->sums, status->now - pulse_started(service->pulse), &span);
    span_encode(&span, encoder);
    encoder_end_object(encoder);
}

static void encode_connections(struct encoder *encoder, const struct metrics_sums *sums)
{
    encoder_key(encoder, "connections");
    encoder_object(encoder, 3);
    encoder_member_integer(encoder, "open", (int64_t)sums->n_connections);
    encoder_member_integer(encoder, "limit", (int64_t)sums->max_connections);
    encoder_member_integer(encoder, "opened", (int64_t)sums->n_connections_opened);
    encoder_end_object(encoder);
}

static void encode_cache(struct encoder *encoder, struct cache *cache)
{
    struct cache_statistics sum = {.n_entries = 0};
    for (unsigned i = 0; i < cache_n_shards(cache); i++) {
        struct cache_statistics shard;
        cache_read_shard_statistics(cache, i, &shard);
        sum.n_entries += shard.n_entries;
        sum.n_bytes += shard.n_bytes;
        sum.n_evictions += shard.n_evictions;
        sum.max_bytes = shard.max_bytes;
    }
    encoder_key(encoder, "cache");
    encoder_object(encoder, 4);
    encoder_member_integer(encoder, "entries", (int64_t)sum.n_entries);
    encoder_member_integer(encoder, "bytes", (int64_t)sum.n_bytes);
    encoder_member_integer(encoder, "max_bytes", (int64_t)sum.max_bytes);
    encoder_member_integer(encoder, "evictions", (int64_t)sum.n_evictions);
    encoder_end_object(encoder);
}

/* Null where /proc tells nothing. */
static void encode_process(struct encoder *encoder)
{
    struct process_figures figures;
    encoder_key(encoder, "process");
    if (process_figures_read(&figures) != 0) {
        encoder_null(encoder);
        return;
    }
    encoder_object(encoder, 3);
    encoder_member_integer(encoder, "resident_bytes", (int64_t)figures.resident_bytes);
    encoder_member_number(encoder, "cpu_seconds", figures.cpu_seconds);
    encoder_member_integer(encoder, "descriptors", (int64_t)figures.n_descriptors);
    encoder_end_object(encoder);
}

static void encode_swaps(struct encoder *encoder, const struct index_watch *watch, double clock)
{
    struct swap_figures swaps;
    index_watch_read_figures(watch, &swaps);
    encode_time(encoder, "served_since", swaps.last_published);
    encoder_member_number(encoder, "served_seconds", fmax(clock - swaps.last_published, 0));
    encoder_member_integer(encoder, "n_replaced", (int64_t)swaps.n_published);
    encoder_member_integer(encoder, "n_refused", (int64_t)swaps.n_refused);
    encoder_member_boolean(encoder, "last_was_refused", swaps.last_was_refused);
}

static void encode_index(struct encoder *encoder, const struct answer_job *job, double clock)
{
    const struct index *index = job->snapshot->index;
    const char *dump = index_dump_timestamp(index);
    const bool is_watched = job->service->watch != NULL;
    struct index_pages_state pages;
    int64_t microseconds;
    index_pages_state(index, &pages);
    encoder_key(encoder, "index");
    encoder_object(encoder, is_watched ? 13 : 8);
    encoder_member_integer(encoder, "crates", index_n_crates(index));
    encoder_member_text(encoder, "dump", dump);
    encoder_key(encoder, "age_seconds");
    if (timestamp_parse(dump, strlen(dump), &microseconds) == 0)
        encoder_number(encoder, clock - (double)microseconds / 1e6);
    else
        encoder_null(encoder);
    encoder_member_integer(encoder, "generation", (int64_t)job->snapshot->generation);
    encoder_member_boolean(encoder, "is_damaged", pages.n_damaged > 0 || job->snapshot->is_damaged);
    encoder_member_integer(encoder, "pages", pages.n_pages);
    encoder_member_integer(encoder, "pages_checked", pages.n_checked);
    encoder_member_integer(encoder, "pages_damaged", pages.n_damaged);
    if (is_watched)
        encode_swaps(encoder, job->service->watch, clock);
    encoder_end_object(encoder);
}

/* A row a second, the oldest first: when (seconds ago), and since the row before hits, misses and
   other answers; then connections that were open. */
static void encode_history(struct encoder *encoder, const struct status *status, size_t n)
{
    n = n < status->n_beats ? n : status->n_beats;
    encoder_key(encoder, "history");
    encoder_array(encoder, n > 1 ? (uint32_t)(n - 1) : 0);
    for (size_t i = status->n_beats - n + 1; i < status->n_beats; i++) {
        const struct pulse_beat *beat = &status->beats[i];
        encoder_array(encoder, 6);
        encoder_number(encoder, status->now - beat->at);
        encoder_number(encoder, beat->at - beat[-1].at);
        for (unsigned state = 0; state < N_CACHE_STATES; state++)
            encoder_integer(encoder, (int64_t)(pulse_n_answers(beat, (enum cache_state)state) -
                                               pulse_n_answers(beat - 1, (enum cache_state)state)));
        encoder_integer(encoder, (int64_t)beat->n_connections);
        encoder_end_array(encoder);
    }
    encoder_end_array(encoder);
}

static int answer(struct answer_job *job, const void *parameters, struct failure *failure)
{
    const struct status_parameters *wanted = parameters;
    const struct service *service = job->service;
    struct encoder *encoder = &job->encoder;
    struct status *status = malloc(sizeof *status);
    if (status == NULL)
        return failure_set(failure, 500, "out of memory");
    status->now = monotonic_seconds();
    status->clock = read_clock();
    asked_queries_gather(service->asked, status->now);
    metrics_sum(service->metrics, &status->sums);
    status->n_beats = pulse_read(service->pulse, status->beats, PULSE_MAX_BEATS);
    encoder_object(encoder, 10);
    encode_server(encoder, service, status);
    encode_requests(encoder, &status->sums);
    encode_latency(encoder, service, status);
    encode_connections(encoder, &status->sums);
    encode_cache(encoder, service->cache);
    encode_process(encoder);
    encode_index(encoder, job, status->clock);
    status_slowest_encode(service, status->now, encoder);
    status_asked_encode(service, encoder);
    encode_history(encoder, status, wanted->n_beats);
    encoder_end_object(encoder);
    free(status);
    return 0;
}

const struct endpoint status_endpoint = {
    .path = "/status.json",
    .name = "status",
    .audience = ENDPOINT_FOR_STATUS,
    .cache_control = RESPONSE_PRIVATE_NO_STORE,
    .needs_no_index = true,
    .prepare = prepare,
    .answer = answer,
};
