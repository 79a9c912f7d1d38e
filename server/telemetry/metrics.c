/* A block of relaxed atomic counters for every route, body format and content coding, and all of
   these once for each processor (cpu_slot.h): what threads count at every request is seldom on a
   cache line that they share, on up to 16 processors and without an experiment, whose arms have one
   block together. The slots lie one behind the other and are added up when the text is written
   (metrics_text.c). A status that the server sends has a counter of its own (an index, found among
   the frequent ones first), a latency falls into one bucket, so that recording is four additions,
   whatever the histogram's size. */
#include "server/telemetry/metrics.h"

#include "server/telemetry/cpu_slot.h"
#include "server/telemetry/metrics_counters.h"

#include <stdlib.h>

static void add(atomic_uint_fast64_t *counter, uint64_t value)
{
    atomic_fetch_add_explicit(counter, value, memory_order_relaxed);
}

struct metrics *metrics_create(const char *const *route_names, unsigned n_routes,
                               struct error *error)
{
    if (n_routes > OUTCOME_MAX_ROUTES) {
        error_set(error, "%u routes are more than the %d that metrics can count", n_routes,
                  OUTCOME_MAX_ROUTES);
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

void metrics_leave_out(struct metrics *metrics, unsigned route)
{
    metrics->is_left_out[route] = true;
}

const char *metrics_route_name(const struct metrics *metrics, unsigned route)
{
    return route < metrics->n_routes ? metrics->route_names[route] : NULL;
}

/* Nanoseconds of a duration; what no clock can have measured counts as none. */
static uint64_t to_nanoseconds(double seconds)
{
    const double longest = 1e9; /* 30 years, far from what 64 bits hold */
    if (!(seconds > 0))
        return 0;
    return (uint64_t)((seconds < longest ? seconds : longest) * METRICS_NANOSECONDS + 0.5);
}

static size_t status_place(unsigned status)
{
    size_t place = 0;
    while (place < METRICS_N_STATUSES - 1 && metrics_statuses[place] != status)
        place++;
    return place;
}

static void observe(struct histogram *histogram, double seconds)
{
    uint64_t nanoseconds = to_nanoseconds(seconds);
    size_t bucket = 0;
    while (bucket < METRICS_N_BOUNDS && nanoseconds > metrics_bounds[bucket].nanoseconds)
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
    for (uint32_t filters = outcome->trace.filters; filters != 0; filters &= filters - 1)
        add(&metrics->n_filtered[__builtin_ctz(filters)], 1);
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

void metrics_count_late_request(struct metrics *metrics)
{
    add(&metrics->n_late_requests, 1);
}

void metrics_count_stale_hit(struct metrics *metrics)
{
    add(&metrics->n_stale_hits, 1);
}

void metrics_record_warming(struct metrics *metrics, size_t n_answers, double seconds)
{
    add(&metrics->n_warmed, n_answers);
    add(&metrics->warming_nanoseconds, (uint64_t)(seconds * METRICS_NANOSECONDS));
}

void metrics_count_connection(struct metrics *metrics)
{
    add(&metrics->n_connections_opened, 1);
}

void metrics_end_connection(struct metrics *metrics)
{
    add(&metrics->n_connections_ended, 1);
}

void metrics_count_ended_connection(struct metrics *metrics, enum connection_end reason)
{
    add(&metrics->n_connections_cut[reason], 1);
}

void metrics_limit_connections(struct metrics *metrics, unsigned limit)
{
    atomic_store_explicit(&metrics->max_connections, limit, memory_order_relaxed);
}
