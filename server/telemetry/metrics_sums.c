/* Counters are read one by one while others count on: sums of one moment may be some requests
   apart, as a scrape's are. */
#include "server/telemetry/metrics_sums.h"

#include <string.h>

static void add_answers(const struct answer_counters *counters, struct metrics_sums *sums)
{
    for (unsigned i = 0; i < METRICS_N_STATUSES; i++) {
        unsigned status_class = metrics_statuses[i] / 100U;
        sums->statuses[status_class < N_STATUS_CLASSES ? status_class : 0] +=
            metrics_counter_read(&counters->statuses[i]);
    }
    sums->n_body_bytes += metrics_counter_read(&counters->n_body_bytes);
    for (unsigned state = 0; state < N_CACHE_STATES; state++)
        for (unsigned i = 0; i <= METRICS_N_BOUNDS; i++)
            sums->latencies[state][i] +=
                metrics_counter_read(&counters->histograms[state].buckets[i]);
}

void metrics_sum(const struct metrics *metrics, struct metrics_sums *sums)
{
    memset(sums, 0, sizeof *sums);
    for (unsigned i = 0; i < metrics->n_slots * metrics->n_routes; i++) {
        if (metrics->is_left_out[i % metrics->n_routes])
            continue;
        for (unsigned format = 0; format < N_BODY_FORMATS; format++)
            for (unsigned coding = 0; coding < N_CONTENT_CODINGS; coding++)
                add_answers(&metrics->routes[i].answers[format][coding], sums);
    }
    uint64_t n_ended = metrics_counter_read(&metrics->n_connections_ended);
    sums->n_connections_opened = metrics_counter_read(&metrics->n_connections_opened);
    sums->n_connections =
        sums->n_connections_opened > n_ended ? sums->n_connections_opened - n_ended : 0;
    sums->max_connections = metrics_counter_read(&metrics->max_connections);
    sums->n_slow_queries = metrics_counter_read(&metrics->n_slow_queries);
    sums->n_late_requests = metrics_counter_read(&metrics->n_late_requests);
}
