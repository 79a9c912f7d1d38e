/* One block of relaxed atomic counters a route. A status has a counter of its own (an index, not a
   search), a latency falls into one bucket; the cumulative counts that Prometheus wants are summed
   when the text is written, so that recording is four additions, whatever the histogram's size. The
   count of a histogram is the sum of its buckets and so always fits them, even while other threads
   record. Figures of different families may be some answers apart, as in any scrape.

   The text is the exposition format 0.0.4. Numbers are written without the locale's decimal point:
   bounds as literals, seconds from integers. */
#include "server/metrics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define N_STATUSES 600 /* index 0 takes what is no status */
#define NANOSECONDS 1000000000

static const struct {
    uint64_t nanoseconds;
    const char *seconds;
} bucket_bounds[] = {
    {10000, "0.00001"},  {25000, "0.000025"}, {50000, "0.00005"},  {100000, "0.0001"},
    {250000, "0.00025"}, {500000, "0.0005"},  {1000000, "0.001"},  {2500000, "0.0025"},
    {5000000, "0.005"},  {10000000, "0.01"},  {25000000, "0.025"}, {50000000, "0.05"},
    {100000000, "0.1"},  {250000000, "0.25"}, {500000000, "0.5"},  {1000000000, "1"},
    {2500000000, "2.5"}, {5000000000, "5"},   {10000000000, "10"},
};

#define N_BOUNDS (sizeof bucket_bounds / sizeof bucket_bounds[0])

static const char *const cache_state_names[N_CACHE_STATES] = {"hit", "miss", "none"};

struct histogram {
    atomic_uint_fast64_t buckets[N_BOUNDS + 1]; /* the last: above every bound */
    atomic_uint_fast64_t nanoseconds;
};

struct route_metrics {
    const char *name;
    atomic_uint_fast64_t n_body_bytes;
    atomic_uint_fast64_t statuses[N_STATUSES];
    struct histogram histograms[N_CACHE_STATES];
};

struct metrics {
    struct timespec started;
    unsigned n_routes;
    struct route_metrics routes[];
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
    struct metrics *metrics = calloc(1, sizeof *metrics + n_routes * sizeof metrics->routes[0]);
    if (metrics == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    clock_gettime(CLOCK_REALTIME, &metrics->started);
    metrics->n_routes = n_routes;
    for (unsigned i = 0; i < n_routes; i++)
        metrics->routes[i].name = route_names[i];
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

void metrics_record(struct metrics *metrics, unsigned route, unsigned status,
                    enum cache_state cache_state, double seconds, uint64_t body_bytes)
{
    if (route >= metrics->n_routes)
        return;
    struct route_metrics *counters = &metrics->routes[route];
    struct histogram *histogram = &counters->histograms[cache_state];
    uint64_t nanoseconds = to_nanoseconds(seconds);
    size_t bucket = 0;
    while (bucket < N_BOUNDS && nanoseconds > bucket_bounds[bucket].nanoseconds)
        bucket++;
    add(&counters->statuses[status < N_STATUSES ? status : 0], 1);
    add(&counters->n_body_bytes, body_bytes);
    add(&histogram->buckets[bucket], 1);
    add(&histogram->nanoseconds, nanoseconds);
}

/* The text so far; `failed` when memory ran out, after which nothing more is written. */
struct exposition {
    msgpack_sbuffer *out;
    bool failed;
};

static void write_bytes(struct exposition *exposition, const char *bytes, size_t size)
{
    if (!exposition->failed && size > 0)
        exposition->failed = msgpack_sbuffer_write(exposition->out, bytes, size) != 0;
}

/* Only for texts that are short: names of routes go through write_label. */
static void write_format(struct exposition *exposition, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void write_format(struct exposition *exposition, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof text)
        exposition->failed = true;
    else
        write_bytes(exposition, text, (size_t)length);
}

static void write_family(struct exposition *exposition, const char *name, const char *type,
                         const char *help)
{
    write_format(exposition, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A sample without labels, and its family. */
static void write_single(struct exposition *exposition, const char *name, const char *type,
                         const char *help, uint64_t value)
{
    write_family(exposition, name, type, help);
    write_format(exposition, "%s %" PRIu64 "\n", name, value);
}

/* A label's value in quotes, with the three escapes of the format. */
static void write_label(struct exposition *exposition, const char *value)
{
    write_bytes(exposition, "\"", 1);
    for (;;) {
        size_t n_plain = strcspn(value, "\\\"\n");
        write_bytes(exposition, value, n_plain);
        value += n_plain;
        if (*value == '\0')
            break;
        write_bytes(exposition, *value == '\n' ? "\\n" : *value == '"' ? "\\\"" : "\\\\", 2);
        value++;
    }
    write_bytes(exposition, "\"", 1);
}

/* Begins a sample of a route: `name{route="…"`. */
static void write_route(struct exposition *exposition, const char *name,
                        const struct route_metrics *route)
{
    write_format(exposition, "%s{route=", name);
    write_label(exposition, route->name);
}

static void write_requests(struct exposition *exposition, const struct metrics *metrics)
{
    static const char name[] = "cratedex_http_requests_total";
    write_family(exposition, name, "counter", "Answers by route and status.");
    for (unsigned i = 0; i < metrics->n_routes; i++) {
        for (unsigned status = 0; status < N_STATUSES; status++) {
            uint64_t n_answers = read_counter(&metrics->routes[i].statuses[status]);
            if (n_answers == 0)
                continue;
            write_route(exposition, name, &metrics->routes[i]);
            write_format(exposition, ",status=\"%03u\"} %" PRIu64 "\n", status, n_answers);
        }
    }
}

static void write_histogram(struct exposition *exposition, const struct route_metrics *route,
                            enum cache_state state)
{
    const struct histogram *histogram = &route->histograms[state];
    const char *state_name = cache_state_names[state];
    uint64_t buckets[N_BOUNDS + 1];
    uint64_t count = 0;
    for (size_t i = 0; i <= N_BOUNDS; i++) {
        buckets[i] = read_counter(&histogram->buckets[i]);
        count += buckets[i];
    }
    if (count == 0)
        return;
    uint64_t cumulative = 0;
    for (size_t i = 0; i <= N_BOUNDS; i++) {
        cumulative += buckets[i];
        write_route(exposition, "cratedex_http_request_duration_seconds_bucket", route);
        write_format(exposition, ",cache=\"%s\",le=\"%s\"} %" PRIu64 "\n", state_name,
                     i < N_BOUNDS ? bucket_bounds[i].seconds : "+Inf", cumulative);
    }
    uint64_t nanoseconds = read_counter(&histogram->nanoseconds);
    write_route(exposition, "cratedex_http_request_duration_seconds_sum", route);
    write_format(exposition, ",cache=\"%s\"} %" PRIu64 ".%09" PRIu64 "\n", state_name,
                 nanoseconds / NANOSECONDS, nanoseconds % NANOSECONDS);
    write_route(exposition, "cratedex_http_request_duration_seconds_count", route);
    write_format(exposition, ",cache=\"%s\"} %" PRIu64 "\n", state_name, count);
}

static void write_durations(struct exposition *exposition, const struct metrics *metrics)
{
    write_family(exposition, "cratedex_http_request_duration_seconds", "histogram",
                 "Time from the whole request to the queued answer, by route and cache state.");
    for (unsigned i = 0; i < metrics->n_routes; i++)
        for (int state = 0; state < N_CACHE_STATES; state++)
            write_histogram(exposition, &metrics->routes[i], (enum cache_state)state);
}

static void write_body_bytes(struct exposition *exposition, const struct metrics *metrics)
{
    static const char name[] = "cratedex_http_response_bytes_total";
    write_family(exposition, name, "counter", "Bytes of answers' bodies by route, as sent.");
    for (unsigned i = 0; i < metrics->n_routes; i++) {
        write_route(exposition, name, &metrics->routes[i]);
        write_format(exposition, "} %" PRIu64 "\n", read_counter(&metrics->routes[i].n_body_bytes));
    }
}

static void write_cache(struct exposition *exposition, const struct cache_statistics *cache)
{
    write_single(exposition, "cratedex_cache_entries", "gauge", "Answers in the result cache.",
                 cache->n_entries);
    write_single(exposition, "cratedex_cache_bytes", "gauge", "Bytes the result cache holds.",
                 cache->n_bytes);
    write_single(exposition, "cratedex_cache_max_bytes", "gauge",
                 "Bytes the result cache may hold.", cache->max_bytes);
    write_single(exposition, "cratedex_cache_hits_total", "counter",
                 "Lookups that were answered from the result cache.", cache->n_hits);
    write_single(exposition, "cratedex_cache_misses_total", "counter",
                 "Lookups that had to be computed.", cache->n_misses);
    write_single(exposition, "cratedex_cache_waits_total", "counter",
                 "Hits that waited for another request's computation.", cache->n_waits);
    write_single(exposition, "cratedex_cache_evictions_total", "counter",
                 "Entries pushed out of the result cache.", cache->n_evictions);
}

int metrics_write(const struct metrics *metrics, const struct cache_statistics *cache,
                  uint64_t n_crates, msgpack_sbuffer *out)
{
    struct exposition exposition = {out, false};
    write_requests(&exposition, metrics);
    write_durations(&exposition, metrics);
    write_body_bytes(&exposition, metrics);
    write_cache(&exposition, cache);
    write_single(&exposition, "cratedex_index_crates", "gauge", "Crates in the index.", n_crates);
    write_family(&exposition, "cratedex_build_info", "gauge", "The program that runs; always 1.");
    write_format(&exposition, "cratedex_build_info{version=");
    write_label(&exposition, CRATEDEX_VERSION);
    write_format(&exposition, "} 1\n");
    write_family(&exposition, "process_start_time_seconds", "gauge",
                 "When the process started, in seconds since 1970.");
    write_format(&exposition, "process_start_time_seconds %jd.%03ld\n",
                 (intmax_t)metrics->started.tv_sec, metrics->started.tv_nsec / 1000000);
    return exposition.failed ? -1 : 0;
}
