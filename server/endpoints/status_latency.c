/* Beats tell what was counted until then: a span is the difference of two of them, and one that was
   missed in between loses nothing. */
#include "server/endpoints/status_latency.h"

#include <string.h>

#define MICROSECOND 1000.0 /* in nanoseconds */

void span_since_start(const struct metrics_sums *sums, double seconds, struct span_answers *span)
{
    span->seconds = seconds;
    memcpy(span->latencies, sums->latencies, sizeof span->latencies);
}

void span_of_beats(const struct pulse_beat *beats, size_t n, double seconds,
                   struct span_answers *span)
{
    *span = (struct span_answers){.seconds = 0};
    if (n < 2)
        return;
    const struct pulse_beat *last = &beats[n - 1];
    const struct pulse_beat *first = beats;
    while (first < last - 1 && last->at - first->at > seconds)
        first++;
    span->seconds = last->at - first->at;
    for (unsigned state = 0; state < N_CACHE_STATES; state++)
        for (unsigned i = 0; i <= METRICS_N_BOUNDS; i++)
            span->latencies[state][i] = last->latencies[state][i] - first->latencies[state][i];
}

static uint64_t count(const uint64_t buckets[METRICS_N_BOUNDS + 1])
{
    uint64_t n = 0;
    for (unsigned i = 0; i <= METRICS_N_BOUNDS; i++)
        n += buckets[i];
    return n;
}

/* In microseconds; above the last bound that bound. */
static double quantile(const uint64_t buckets[METRICS_N_BOUNDS + 1], double share)
{
    const double wanted = share * (double)count(buckets);
    double below = 0;
    double from = 0;
    for (unsigned i = 0; i < METRICS_N_BOUNDS; i++) {
        const double to = (double)metrics_bounds[i].nanoseconds / MICROSECOND;
        const double in_bucket = (double)buckets[i];
        if (in_bucket > 0 && below + in_bucket >= wanted)
            return from + (to - from) * (wanted - below) / in_bucket;
        below += in_bucket;
        from = to;
    }
    return from;
}

static void encode_quantile(struct encoder *encoder, const char *key,
                            const uint64_t buckets[METRICS_N_BOUNDS + 1], double share)
{
    encoder_key(encoder, key);
    if (count(buckets) > 0)
        encoder_number(encoder, quantile(buckets, share));
    else
        encoder_null(encoder);
}

static void encode_state(struct encoder *encoder, const char *key,
                         const uint64_t buckets[METRICS_N_BOUNDS + 1])
{
    encoder_key(encoder, key);
    encoder_object(encoder, 4);
    encoder_member_integer(encoder, "count", (int64_t)count(buckets));
    encode_quantile(encoder, "p50_us", buckets, 0.5);
    encode_quantile(encoder, "p99_us", buckets, 0.99);
    encoder_key(encoder, "buckets");
    encoder_array(encoder, METRICS_N_BOUNDS + 1);
    for (unsigned i = 0; i <= METRICS_N_BOUNDS; i++)
        encoder_integer(encoder, (int64_t)buckets[i]);
    encoder_end_array(encoder);
    encoder_end_object(encoder);
}

void span_encode(const struct span_answers *span, struct encoder *encoder)
{
    const double n_hits = (double)count(span->latencies[CACHE_STATE_HIT]);
    const double n_misses = (double)count(span->latencies[CACHE_STATE_MISS]);
    const double n_others = (double)count(span->latencies[CACHE_STATE_NONE]);
    encoder_object(encoder, 5);
    encoder_member_number(encoder, "seconds", span->seconds);
    encoder_member_number(encoder, "per_second",
                          span->seconds > 0 ? (n_hits + n_misses + n_others) / span->seconds : 0);
    encoder_key(encoder, "hit_ratio");
    if (n_hits + n_misses > 0)
        encoder_number(encoder, n_hits / (n_hits + n_misses));
    else
        encoder_null(encoder);
    encode_state(encoder, "hit", span->latencies[CACHE_STATE_HIT]);
    encode_state(encoder, "miss", span->latencies[CACHE_STATE_MISS]);
    encoder_end_object(encoder);
}

void latency_bounds_encode(struct encoder *encoder)
{
    encoder_array(encoder, METRICS_N_BOUNDS);
    for (unsigned i = 0; i < METRICS_N_BOUNDS; i++)
        encoder_number(encoder, (double)metrics_bounds[i].nanoseconds / MICROSECOND);
    encoder_end_array(encoder);
}
