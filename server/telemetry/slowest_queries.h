/* The searches and pages of the last minutes that took longest to compute, for those who run the
   server. Whose search it was is not kept, nor its text, but where the slow query log has it. */
#ifndef CRATEDEX_SERVER_SLOWEST_QUERIES_H
#define CRATEDEX_SERVER_SLOWEST_QUERIES_H

#include "server/telemetry/outcome.h"
#include "server/telemetry/trace_parts.h"

#include <cratedex/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slowest_queries;

/* How long one is shown, in seconds, and how many are. */
#define SLOWEST_SECONDS 600
#define SLOWEST_MAX 8

/* A target as sent is cut there. */
#define SLOWEST_MAX_TARGET 160

struct slowest_query {
    double at; /* seconds of monotonic_seconds */
    double seconds;
    struct trace_parts parts;
    unsigned route;
    unsigned status;
    bool has_plan;
    uint32_t n_words;
    uint64_t n_matches;
    uint64_t asked_id;                   /* struct asked_query; 0: nothing was searched for */
    char target[SLOWEST_MAX_TARGET + 1]; /* empty where it is not to be told */
};

/* Takes some 30 KiB. NULL and why. */
struct slowest_queries *slowest_queries_create(struct error *error);

/* NULL is allowed. */
void slowest_queries_destroy(struct slowest_queries *slowest);

/* Looks at one that was computed just now, at `now` of monotonic_seconds. `target` NULL: not to be
   told. Thread-safe, as below. */
void slowest_queries_note(struct slowest_queries *slowest, const struct outcome *outcome,
                          double seconds, const char *target, double now);

/* The slowest of the last SLOWEST_SECONDS, the slowest first; returns how many. */
size_t slowest_queries_read(struct slowest_queries *slowest, double now,
                            struct slowest_query queries[SLOWEST_MAX]);

#endif
