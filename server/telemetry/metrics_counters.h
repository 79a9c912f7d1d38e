/* How the counters lie in memory, for those who count (metrics.c) and those who write what was
   counted (metrics_text.c). */
#ifndef CRATEDEX_SERVER_METRICS_COUNTERS_H
#define CRATEDEX_SERVER_METRICS_COUNTERS_H

#include "server/telemetry/connection_end.h"
#include "server/telemetry/outcome.h"

#include <cratedex/search_filter_list.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define METRICS_NANOSECONDS 1000000000 /* a second */

/* What the server sends, most frequent first; the last, 0, takes all others. */
#define METRICS_N_STATUSES 19
extern const unsigned short metrics_statuses[METRICS_N_STATUSES];

/* The upper bound of a bucket. The seconds have the canonical form of OpenMetrics, so that both
   formats give a series the same name. */
struct metrics_bound {
    uint64_t nanoseconds;
    const char *seconds;
};
#define METRICS_N_BOUNDS 19
extern const struct metrics_bound metrics_bounds[METRICS_N_BOUNDS];

struct histogram {
    atomic_uint_fast64_t buckets[METRICS_N_BOUNDS + 1]; /* the last: above every bound */
    atomic_uint_fast64_t nanoseconds;
};

/* The answers of one route in one format and coding. */
struct answer_counters {
    atomic_uint_fast64_t n_body_bytes;
    atomic_uint_fast64_t statuses[METRICS_N_STATUSES];
    struct histogram histograms[N_CACHE_STATES];
};

/* Of one route in one slot. */
struct route_counters {
    struct answer_counters answers[N_BODY_FORMATS][N_CONTENT_CODINGS];
};

struct metrics {
    atomic_uint_fast64_t n_downloads;
    atomic_uint_fast64_t n_slow_queries;
    atomic_uint_fast64_t n_late_requests;
    atomic_uint_fast64_t n_stale_hits;
    atomic_uint_fast64_t n_warmed;
    atomic_uint_fast64_t warming_nanoseconds;
    atomic_uint_fast64_t n_filtered[N_SEARCH_FILTER_KINDS];
    atomic_uint_fast64_t n_connections_opened;
    atomic_uint_fast64_t n_connections_ended;
    atomic_uint_fast64_t n_connections_cut[N_CONNECTION_ENDS]; /* by the server */
    atomic_uint_fast64_t max_connections;
    struct histogram experiment[N_EXPERIMENT_ARMS][N_CACHE_STATES];
    const char *route_names[OUTCOME_MAX_ROUTES];
    unsigned n_routes;
    bool is_left_out[OUTCOME_MAX_ROUTES]; /* of sums: the operators' own requests */
    unsigned n_slots;
    struct route_counters routes[]; /* n_routes of each slot */
};

static inline uint64_t metrics_counter_read(const atomic_uint_fast64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

#endif
