/* What the status tells of the time that answers took, and of how many there were. */
#ifndef CRATEDEX_SERVER_STATUS_LATENCY_H
#define CRATEDEX_SERVER_STATUS_LATENCY_H

#include "server/telemetry/metrics_sums.h"
#include "server/telemetry/pulse.h"

#include <cratedex/encoder.h>
#include <stddef.h>

/* Answers of a span of time. */
struct span_answers {
    double seconds;
    uint64_t latencies[N_CACHE_STATES][METRICS_N_BOUNDS + 1];
};

/* Since the server was started, `seconds` ago. */
void span_since_start(const struct metrics_sums *sums, double seconds, struct span_answers *span);

/* Of the last `seconds`, or as long as there are beats: from the first in it to the last. */
void span_of_beats(const struct pulse_beat *beats, size_t n, double seconds,
                   struct span_answers *span);

/* Writes one value:

       {"seconds", "per_second", "hit_ratio", "hit": {"count", "p50_us", "p99_us", "buckets": []},
        "miss": {…}}

   `hit_ratio` is of answers that are kept; null without any. Quantiles are read off the buckets of
   metrics_bounds, as if all of a bucket were spread evenly over it; null without answers. */
void span_encode(const struct span_answers *span, struct encoder *encoder);

/* Writes the bounds of the buckets, in microseconds; the last bucket has none. */
void latency_bounds_encode(struct encoder *encoder);

#endif
