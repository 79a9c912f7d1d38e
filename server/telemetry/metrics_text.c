/* Adds up what was counted, over the slots of all processors, when somebody asks. The cumulative
   counts that Prometheus wants are summed here; the count of a histogram is the sum of its buckets
   and so always fits them, even while other threads record. Figures of different families may be
   some answers apart, as in any scrape. */
#include "server/telemetry/metrics_text.h"

#include "server/telemetry/metrics_counters.h"

#include <stdio.h>

static const char *const cache_state_names[N_CACHE_STATES] = {"hit", "miss", "none"};

/* A route's answers in one format and coding, for the functions that write them. */
struct answer_series {
    const char *route;
    const char *format;
    const char *coding;
    const struct answer_counters *counters; /* in the first slot */
    unsigned n_slots;
    size_t stride; /* of counters from one slot to the next */
};

/* The sum over all slots of a counter of the series, given that of the first; that one where there
   is no series. */
static uint64_t total(const struct answer_series *series, const atomic_uint_fast64_t *counter)
{
    if (series == NULL)
        return metrics_counter_read(counter);
    uint64_t sum = 0;
    for (unsigned slot = 0; slot < series->n_slots; slot++)
        sum += metrics_counter_read(counter + slot * series->stride);
    return sum;
}

typedef void write_series(struct exposition *exposition, const struct answer_series *series);

static void write_each(const struct metrics *metrics, struct exposition *exposition,
                       write_series *write)
{
    static const char *const format_names[N_BODY_FORMATS] = {"json", "msgpack", "plain"};
    for (unsigned route = 0; route < metrics->n_routes; route++)
        for (unsigned format = 0; format < N_BODY_FORMATS; format++)
            for (unsigned coding = 0; coding < N_CONTENT_CODINGS; coding++) {
                const struct answer_series series = {
                    .route = metrics->route_names[route],
                    .format = format_names[format],
                    .coding = content_coding_name((enum content_coding)coding),
                    .counters = &metrics->routes[route].answers[format][coding],
                    .n_slots = metrics->n_slots,
                    .stride = metrics->n_routes * sizeof metrics->routes[0] /
                              sizeof(atomic_uint_fast64_t),
                };
                write(exposition, &series);
            }
}

static void end_labels(struct exposition *exposition, const struct answer_series *series)
{
    exposition_label(exposition, "encoding", series->format);
    exposition_label(exposition, "coding", series->coding);
}

static void write_requests(struct exposition *exposition, const struct answer_series *series)
{
    for (size_t i = 0; i < METRICS_N_STATUSES; i++) {
        uint64_t n_answers = total(series, &series->counters->statuses[i]);
        char status[8];
        if (n_answers == 0)
            continue;
        snprintf(status, sizeof status, "%03u", (unsigned)metrics_statuses[i]);
        exposition_sample(exposition, "_total");
        exposition_label(exposition, "route", series->route);
        exposition_label(exposition, "status", status);
        end_labels(exposition, series);
        exposition_integer(exposition, n_answers);
    }
}

static void write_body_bytes(struct exposition *exposition, const struct answer_series *series)
{
    uint64_t n_bytes = total(series, &series->counters->n_body_bytes);
    if (n_bytes == 0)
        return;
    exposition_sample(exposition, "_total");
    exposition_label(exposition, "route", series->route);
    end_labels(exposition, series);
    exposition_integer(exposition, n_bytes);
}

/* The labels that tell a histogram from the others of its family; NULL is left out. */
struct histogram_labels {
    const char *route;
    const char *arm;
    enum cache_state cache_state;
    const struct answer_series *series; /* for encoding and coding; NULL: there is one slot only */
};

static void begin_histogram_sample(struct exposition *exposition, const char *suffix,
                                   const struct histogram_labels *labels)
{
    exposition_sample(exposition, suffix);
    if (labels->route != NULL)
        exposition_label(exposition, "route", labels->route);
    if (labels->arm != NULL)
        exposition_label(exposition, "arm", labels->arm);
    exposition_label(exposition, "cache", cache_state_names[labels->cache_state]);
    if (labels->series != NULL)
        end_labels(exposition, labels->series);
}

/* Nothing, where nothing was observed. */
static void write_histogram(struct exposition *exposition, const struct histogram *histogram,
                            const struct histogram_labels *labels)
{
    uint64_t buckets[METRICS_N_BOUNDS + 1];
    uint64_t count = 0;
    for (size_t i = 0; i <= METRICS_N_BOUNDS; i++) {
        buckets[i] = total(labels->series, &histogram->buckets[i]);
        count += buckets[i];
    }
    if (count == 0)
        return;
    uint64_t cumulative = 0;
    for (size_t i = 0; i <= METRICS_N_BOUNDS; i++) {
        cumulative += buckets[i];
        begin_histogram_sample(exposition, "_bucket", labels);
        exposition_label(exposition, "le",
                         i < METRICS_N_BOUNDS ? metrics_bounds[i].seconds : "+Inf");
        exposition_integer(exposition, cumulative);
    }
    uint64_t nanoseconds = total(labels->series, &histogram->nanoseconds);
    begin_histogram_sample(exposition, "_sum", labels);
    exposition_seconds(exposition, (int64_t)(nanoseconds / METRICS_NANOSECONDS),
                       (uint32_t)(nanoseconds % METRICS_NANOSECONDS));
    begin_histogram_sample(exposition, "_count", labels);
    exposition_integer(exposition, count);
}

static void write_durations(struct exposition *exposition, const struct answer_series *series)
{
    for (int state = 0; state < N_CACHE_STATES; state++) {
        const struct histogram_labels labels = {
            .route = series->route, .cache_state = (enum cache_state)state, .series = series};
        write_histogram(exposition, &series->counters->histograms[state], &labels);
    }
}

static void write_experiment(const struct metrics *metrics, struct exposition *exposition)
{
    exposition_family(exposition, "cratedex_experiment_request_duration_seconds", METRIC_HISTOGRAM,
                      "Time of answers that depend on the experiment's arm, by arm and cache "
                      "state.");
    for (int arm = EXPERIMENT_A; arm < N_EXPERIMENT_ARMS; arm++)
        for (int state = 0; state < N_CACHE_STATES; state++) {
            const struct histogram_labels labels = {
                .arm = experiment_arm_name((enum experiment_arm)arm),
                .cache_state = (enum cache_state)state};
            write_histogram(exposition, &metrics->experiment[arm][state], &labels);
        }
}

static const char *const end_names[N_CONNECTION_ENDS] = {
    [CONNECTION_END_DEADLINE] = "deadline",
    [CONNECTION_END_FULL] = "full",
    [CONNECTION_END_ADDRESS] = "address",
};

/* Ends are read first, so that there are never more of them than of connections. */
static void write_connections(const struct metrics *metrics, struct exposition *exposition)
{
    uint64_t n_ended = metrics_counter_read(&metrics->n_connections_ended);
    uint64_t n_opened = metrics_counter_read(&metrics->n_connections_opened);
    exposition_gauge(exposition, "cratedex_http_connections", "Connections that are open.",
                     n_opened > n_ended ? n_opened - n_ended : 0);
    exposition_gauge(exposition, "cratedex_http_connections_limit",
                     "Connections that may be open at once.",
                     metrics_counter_read(&metrics->max_connections));
    exposition_counter(exposition, "cratedex_http_connections_opened",
                       "Connections that were accepted.", n_opened);
    exposition_family(exposition, "cratedex_http_connections_ended", METRIC_COUNTER,
                      "Connections that the server ended before the client: too slow or idle, "
                      "the least busy of too many, or too many from one address.");
    for (int reason = 0; reason < N_CONNECTION_ENDS; reason++) {
        exposition_sample(exposition, "_total");
        exposition_label(exposition, "reason", end_names[reason]);
        exposition_integer(exposition, metrics_counter_read(&metrics->n_connections_cut[reason]));
    }
}

static void write_filters(const struct metrics *metrics, struct exposition *exposition)
{
    exposition_family(exposition, "cratedex_filtered_searches", METRIC_COUNTER,
                      "Searches and lists that were computed, by what they were narrowed by.");
    for (int kind = 0; kind < N_SEARCH_FILTER_KINDS; kind++) {
        uint64_t n = metrics_counter_read(&metrics->n_filtered[kind]);
        if (n == 0)
            continue;
        exposition_sample(exposition, "_total");
        exposition_label(exposition, "filter", search_filter_name((enum search_filter_kind)kind));
        exposition_integer(exposition, n);
    }
}

static void write_warming(const struct metrics *metrics, struct exposition *exposition)
{
    uint64_t nanoseconds = metrics_counter_read(&metrics->warming_nanoseconds);
    exposition_counter(exposition, "cratedex_warmed_answers",
                       "Answers that were made before a new index was served, for they were asked "
                       "for most.",
                       metrics_counter_read(&metrics->n_warmed));
    exposition_family(exposition, "cratedex_warming_seconds", METRIC_COUNTER,
                      "Time that making them took.");
    exposition_sample(exposition, "_total");
    exposition_seconds(exposition, (int64_t)(nanoseconds / METRICS_NANOSECONDS),
                       (uint32_t)(nanoseconds % METRICS_NANOSECONDS));
}

void metrics_write(const struct metrics *metrics, struct exposition *exposition)
{
    exposition_family(exposition, "cratedex_http_requests", METRIC_COUNTER,
                      "Answers by route, status, encoding and content coding.");
    write_each(metrics, exposition, write_requests);
    exposition_family(exposition, "cratedex_http_response_bytes", METRIC_COUNTER,
                      "Bytes of answers' bodies as sent, by route, encoding and content coding.");
    write_each(metrics, exposition, write_body_bytes);
    exposition_family(exposition, "cratedex_http_request_duration_seconds", METRIC_HISTOGRAM,
                      "Time from the whole request to the queued answer, by route, cache state, "
                      "encoding and content coding.");
    write_each(metrics, exposition, write_durations);
    write_experiment(metrics, exposition);
    write_filters(metrics, exposition);
    exposition_counter(exposition, "cratedex_slow_queries",
                       "Answers that took as long as --slow-query-ms or longer.",
                       metrics_counter_read(&metrics->n_slow_queries));
    exposition_counter(exposition, "cratedex_late_requests",
                       "Requests that waited for as long as --max-wait-ms for others to be "
                       "computed, and got 503.",
                       metrics_counter_read(&metrics->n_late_requests));
    exposition_counter(exposition, "cratedex_stale_hits",
                       "Hits of the result cache that were of the index before, as --freshness "
                       "allows.",
                       metrics_counter_read(&metrics->n_stale_hits));
    exposition_counter(exposition, "cratedex_downloads_counted", "Downloads that were counted.",
                       metrics_counter_read(&metrics->n_downloads));
    write_warming(metrics, exposition);
    write_connections(metrics, exposition);
}
