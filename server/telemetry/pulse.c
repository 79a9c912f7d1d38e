/* A ring of beats, each with all that had been counted until then: what happened in a span is the
   difference of two, whichever were missed between. One thread writes, any may read. */
#include "server/telemetry/pulse.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct pulse {
    double started;
    pthread_mutex_t mutex;
    uint64_t n; /* beats, those that were overwritten included */
    struct pulse_beat beats[PULSE_MAX_BEATS];
};

struct pulse *pulse_create(double now, struct error *error)
{
    struct pulse *pulse = calloc(1, sizeof *pulse);
    if (pulse == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    pthread_mutex_init(&pulse->mutex, NULL);
    pulse->started = now;
    return pulse;
}

double pulse_started(const struct pulse *pulse)
{
    return pulse->started;
}

void pulse_destroy(struct pulse *pulse)
{
    if (pulse == NULL)
        return;
    pthread_mutex_destroy(&pulse->mutex);
    free(pulse);
}

void pulse_take(struct pulse *pulse, const struct metrics *metrics, double now)
{
    struct metrics_sums sums;
    metrics_sum(metrics, &sums);
    pthread_mutex_lock(&pulse->mutex);
    struct pulse_beat *beat = &pulse->beats[pulse->n++ % PULSE_MAX_BEATS];
    beat->at = now;
    beat->n_connections = sums.n_connections;
    memcpy(beat->latencies, sums.latencies, sizeof beat->latencies);
    pthread_mutex_unlock(&pulse->mutex);
}

size_t pulse_read(struct pulse *pulse, struct pulse_beat *beats, size_t n)
{
    pthread_mutex_lock(&pulse->mutex);
    const size_t n_kept = pulse->n < PULSE_MAX_BEATS ? (size_t)pulse->n : PULSE_MAX_BEATS;
    n = n < n_kept ? n : n_kept;
    for (size_t i = 0; i < n; i++)
        beats[i] = pulse->beats[(pulse->n - n + i) % PULSE_MAX_BEATS];
    pthread_mutex_unlock(&pulse->mutex);
    return n;
}

uint64_t pulse_n_answers(const struct pulse_beat *beat, enum cache_state state)
{
    uint64_t n = 0;
    for (unsigned i = 0; i <= METRICS_N_BOUNDS; i++)
        n += beat->latencies[state][i];
    return n;
}
