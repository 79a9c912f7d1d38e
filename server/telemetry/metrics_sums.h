/* What was counted, added up over routes and forms: for those who look at the server as a whole. */
#ifndef CRATEDEX_SERVER_METRICS_SUMS_H
#define CRATEDEX_SERVER_METRICS_SUMS_H

#include "server/telemetry/metrics.h"
#include "server/telemetry/metrics_counters.h"
#include "server/telemetry/outcome.h"

#include <stdint.h>

#define N_STATUS_CLASSES 6 /* 1xx to 5xx by their digit; 0: all others */

struct metrics_sums {
    /* Answers by how long they took: the last is above every bound of metrics_bounds. */
    uint64_t latencies[N_CACHE_STATES][METRICS_N_BOUNDS + 1];
    uint64_t statuses[N_STATUS_CLASSES];
    uint64_t n_body_bytes;
    uint64_t n_connections; /* that are open */
    uint64_t n_connections_opened;
    uint64_t max_connections;
    uint64_t n_slow_queries;
    uint64_t n_late_requests;
};

/* Leaves out the routes of operators (metrics_leave_out). Reads some 10 KiB for each route and
   processor: for once a second, not for each request. Thread-safe. */
void metrics_sum(const struct metrics *metrics, struct metrics_sums *sums);

#endif
