/* How the server did in each of the last seconds, so that who looks need not have looked before. */
#ifndef CRATEDEX_SERVER_PULSE_H
#define CRATEDEX_SERVER_PULSE_H

#include "server/telemetry/metrics_sums.h"

#include <cratedex/error.h>
#include <stddef.h>
#include <stdint.h>

struct pulse;

/* So many beats are kept: five minutes of seconds. */
#define PULSE_MAX_BEATS 300

/* What had been counted at a moment. */
struct pulse_beat {
    double at;                                                /* seconds of monotonic_seconds */
    uint64_t latencies[N_CACHE_STATES][METRICS_N_BOUNDS + 1]; /* as struct metrics_sums */
    uint64_t n_connections;
};

/* Takes 150 KiB, as they are used. Returns NULL and why. */
struct pulse *pulse_create(double now, struct error *error);

/* The `now` of that. */
double pulse_started(const struct pulse *pulse);

/* NULL is allowed. */
void pulse_destroy(struct pulse *pulse);

/* Reads the metrics; to be called once a second. Thread-safe, as below. */
void pulse_take(struct pulse *pulse, const struct metrics *metrics, double now);

/* Copies the last `n` beats at most, the oldest first; returns how many. */
size_t pulse_read(struct pulse *pulse, struct pulse_beat *beats, size_t n);

/* How many answers of that kind there had been. */
uint64_t pulse_n_answers(const struct pulse_beat *beat, enum cache_state state);

#endif
