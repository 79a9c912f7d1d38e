/* A block of relaxed atomic counters for every route, body format and content coding, and all of these once for
   each processor (cpu_slot.h): what threads count at every request is seldom on a cache line that they share,
   on up to 16 processors and without an experiment, whose arms have one block together. The slots lie one behind the other and are added up when the text is written. A status that
   the server sends has a counter of its own (an index, found among the frequent ones first), a
   latency falls into one bucket; the cumulative counts that Prometheus wants are summed when the
   text is written, so that recording is four additions, whatever the histogram's size. The count of
   a histogram is the sum of its buckets and so always fits them, even while other threads record.
   Figures of different families may be some answers apart, as in any scrape. */
#include "server/telemetry/metrics.h"

#include "server/telemetry/cpu_slot.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define NANOSECONDS 1000000000

/* What the server sends, most frequent first; the last takes all others. */
static const unsigned short statuses[] = {200, 304, 404, 302, 400, 406, 412, 403, 405,
                                          204, 414, 431, 413, 500, 501, 503, 0};
#define N_STATUSES (sizeof statuses / sizeof statuses[0])

/* Seconds in the canonical form of OpenMetrics, so that both formats give a series the same name.
   */
static const struct {
    uint64_t nanoseconds;
    const char *seconds;
} bucket_bounds[] = {
    {10000, "1e-05"},    {25000, "2.5e-05"},  {50000, "5e-05"},      {100000, "0.0001"},
    {250000, "0.00025"}, {500000, "0.0005"},  {1000000, "0.001"},    {2500000, "0.0025"},
    {5000000, "0.005"},  {10000000, "0.01"},  {25000000, "0.025"},   {50000000, "0.05"},
    {100000000, "0.1"},  {250000000, "0.25"}, {500000000, "0.5"},    {1000000000, "1.0"},
    {2500000000, "2.5"}, {5000000000, "5.0"}, {10000000000, "10.0"},
};

#define N_BOUNDS (sizeof bucket_bounds / sizeof bucket_bounds[0])

static const char *const cache_state_names[N_CACHE_STATES] = {"hit", "miss", "none"};

struct histogram {
    atomic_uint_fast64_t buckets[N_BOUNDS + 1]; /* the last: above every bound */
    atomic_uint_fast64_t nanoseconds;
};

/* The answers of one route in one format and coding. */
struct answer_counters {
    atomic_uint_fast64_t n_body_bytes;
    atomic_uint_fast64_t statuses[N_STATUSES];
    struct histogram histograms[N_CACHE_STATES];
};

/* Of one route in one slot. */
struct route_counters {
    struct answer_counters answers[N_BODY_FORMATS][N_CONTENT_CODINGS];
};

struct metrics {
    atomic_uint_fast64_t n_downloads;
    atomic_uint_fast64_t n_slow_queries;
    atomic_uint_fast64_t n_connections_opened;
    atomic_uint_fast64_t n_connections_ended;
    atomic_uint_fast64_t max_connections;
    struct histogram experiment[N_EXPERIMENT_ARMS][N_CACHE_STATES];
    const char *route_names[METRICS_MAX_ROUTES];
    unsigned n_routes;
    unsigned n_slots;
    struct route_counters routes[]; /* n_routes of each slot */
};

static void add(atomic_uint_fast64_t *counter, uint64_t value)
{
    atomic_fetch_add_explicit(counter, value, memory_order_relaxed);
}

static uint64_t read_counter(const atomic_uint_fast64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

struct metrics *metrics_create(const char *const *route_names, unsigned n_routes,
                               struct error *error)
{
    if (n_routes > METRICS_MAX_ROUTES) {
        error_set(error, "%u routes are more than the %d that metrics can count", n_routes,
                  METRICS_MAX_ROUTES);
        return NULL;
    }
    /* All-zero bytes are valid zero atomics with gcc and clang. */
    unsigned n_slots = cpu_n_slots();
    struct metrics *metrics =
        calloc(1, sizeof *metrics + (size_t)n_slots * n_routes * sizeof metrics->routes[0]);
    if (metrics == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    metrics->n_routes = n_routes;
    metrics->n_slots = n_slots;
    for (unsigned i = 0; i < n_routes; i++)
        metrics->route_names[i] = route_names[i];
    return metrics;
}

void metrics_destroy(struct metrics *metrics)
{
    free(metrics);
}

/* Nanoseconds of a duration; what no clock can have measured counts as none. */
static uint64_t to_nanoseconds(double seconds)
{
    const double longest = 1e9; /* 30 years, far from what 64 bits hold */
    if (!(seconds > 0))
        return 0;
    return (uint64_t)((seconds < longest ? seconds : longest) * NANOSECONDS + 0.5);
}

static size_t status_place(unsigned status)
{
    size_t place = 0;
    while (place < N_STATUSES - 1 && statuses[place] != status)
        place++;
    return place;
}

static void observe(struct histogram *histogram, double seconds)
{
    uint64_t nanoseconds = to_nanoseconds(seconds);
    size_t bucket = 0;
    while (bucket < N_BOUNDS && nanoseconds > bucket_bounds[bucket].nanoseconds)
        bucket++;
    add(&histogram->buckets[bucket], 1);
    add(&histogram->nanoseconds, nanoseconds);
}

void metrics_record(struct metrics *metrics, const struct outcome *outcome, double seconds)
{
    if (outcome->route >= metrics->n_routes)
        return;
    size_t place = (size_t)cpu_slot(metrics->n_slots) * metrics->n_routes + outcome->route;
    struct answer_counters *counters =
        &metrics->routes[place].answers[outcome->format][outcome->coding];
    add(&counters->statuses[status_place(outcome->status)], 1);
    add(&counters->n_body_bytes, outcome->body_bytes);
    observe(&counters->histograms[outcome->cache_state], seconds);
    if (outcome->arm != EXPERIMENT_NONE)
        observe(&metrics->experiment[outcome->arm][outcome->cache_state], seconds);
}

void metrics_count_download(struct metrics *metrics)
{
    add(&metrics->n_downloads, 1);
}

void metrics_count_slow_query(struct metrics *metrics)
{
    add(&metrics->n_slow_queries, 1);
}

void metrics_count_connection(struct metrics *metrics)
{
    add(&metrics->n_connections_opened, 1);
}

void metrics_end_connection(struct metrics *metrics)
{
    add(&metrics->n_connections_ended, 1);
}

void metrics_limit_connections(struct metrics *metrics, unsigned limit)
{
    atomic_store_explicit(&metrics->max_connections, limit, memory_order_relaxed);
}

/* A route's answers in one format and coding, for the functions that write them. */
struct answer_series {
    const char *route;
    const char *format;
    const char *coding;
    const struct answer_counters *counters; /* in the first slot */
    unsigned n_slots;
    size_t stride; /* of counters from one slot to the next */
};

/* The sum over all slots of a counter of the series, given that of the first; that one where there is no
   series. */
static uint64_t total(const struct answer_series *series, const atomic_uint_fast64_t *counter)
{
    if (series == NULL)
        return read_counter(counter);
    uint64_t sum = 0;
    for (unsigned slot = 0; slot < series->n_slots; slot++)
        sum += read_counter(counter + slot * series->stride);
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
    for (size_t i = 0; i < N_STATUSES; i++) {
        uint64_t n_answers = total(series, &series->counters->statuses[i]);
        char status[8];
        if (n_answers == 0)
            continue;
        snprintf(status, sizeof status, "%03u", (unsigned)statuses[i]);
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
    uint64_t buckets[N_BOUNDS + 1];
    uint64_t count = 0;
    for (size_t i = 0; i <= N_BOUNDS; i++) {
        buckets[i] = total(labels->series, &histogram->buckets[i]);
        count += buckets[i];
    }
    if (count == 0)
        return;
    uint64_t cumulative = 0;
    for (size_t i = 0; i <= N_BOUNDS; i++) {
        cumulative += buckets[i];
        begin_histogram_sample(exposition, "_bucket", labels);
        exposition_label(exposition, "le", i < N_BOUNDS ? bucket_bounds[i].seconds : "+Inf");
        exposition_integer(exposition, cumulative);
    }
    uint64_t nanoseconds = total(labels->series, &histogram->nanoseconds);
    begin_histogram_sample(exposition, "_sum", labels);
    exposition_seconds(exposition, (int64_t)(nanoseconds / NANOSECONDS),
                       (uint32_t)(nanoseconds % NANOSECONDS));
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

/* Ends are read first, so that there are never more of them than of connections. */
static void write_connections(const struct metrics *metrics, struct exposition *exposition)
{
    uint64_t n_ended = read_counter(&metrics->n_connections_ended);
    uint64_t n_opened = read_counter(&metrics->n_connections_opened);
    exposition_gauge(exposition, "cratedex_http_connections", "Connections that are open.",
                     n_opened > n_ended ? n_opened - n_ended : 0);
    exposition_gauge(exposition, "cratedex_http_connections_limit",
                     "Connections that may be open at once.",
                     read_counter(&metrics->max_connections));
    exposition_counter(exposition, "cratedex_http_connections_opened",
                       "Connections that were accepted.", n_opened);
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
    exposition_counter(exposition, "cratedex_slow_queries",
                       "Answers that took as long as --slow-query-ms or longer.",
                       read_counter(&metrics->n_slow_queries));
    exposition_counter(exposition, "cratedex_downloads_counted", "Downloads that were counted.",
                       read_counter(&metrics->n_downloads));
    write_connections(metrics, exposition);
}
