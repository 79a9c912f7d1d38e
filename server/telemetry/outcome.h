/* What became of a request, for metrics and logs. */
#ifndef CRATEDEX_SERVER_OUTCOME_H
#define CRATEDEX_SERVER_OUTCOME_H

#include "server/http/negotiation.h"
#include "server/service/experiment.h"

#include <cratedex/query_plan.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Routes are numbered from 0, below this. */
#define OUTCOME_MAX_ROUTES 64

/* How an answer came about. */
enum cache_state { CACHE_STATE_HIT, CACHE_STATE_MISS, CACHE_STATE_NONE };
#define N_CACHE_STATES 3

/* What the body is written in; redirects, and what has one form only, are plain. */
enum body_format { BODY_JSON, BODY_MESSAGEPACK, BODY_PLAIN };
#define N_BODY_FORMATS 3

/* Where the time of an answer went, as far as it was made now. */
struct trace {
    bool has_parts;
    bool has_plan;    /* only where slow queries are logged */
    uint32_t filters; /* kinds by which a search was narrowed: 1 << enum search_filter_kind */
    double search_seconds;
    double assemble_seconds;
    double compress_seconds;
    struct query_plan plan;
};

struct outcome {
    unsigned route;
    unsigned status;
    enum cache_state cache_state;
    enum body_format format;
    enum content_coding coding;
    enum experiment_arm arm;
    size_t body_bytes; /* 0 for HEAD and 304 */
    bool has_computed; /* the answer, or that there is none */
    bool is_put_off;   /* nothing was answered, for that has to be computed */
    bool is_late;      /* nothing will be computed, for there is no time */
    uint64_t asked_id; /* of the text that was searched for (asked_query.h); 0: none */
    uint64_t ticket;   /* where it is put off: of the reload that it waits for, or 0 */
    struct trace trace;
};

/* An outcome of nothing yet. The plan, which is large, is left as it is. */
static inline void outcome_init(struct outcome *outcome, unsigned route)
{
    outcome->route = route;
    outcome->status = 0;
    outcome->cache_state = CACHE_STATE_NONE;
    outcome->format = BODY_PLAIN;
    outcome->coding = CODING_IDENTITY;
    outcome->arm = EXPERIMENT_NONE;
    outcome->body_bytes = 0;
    outcome->has_computed = false;
    outcome->is_put_off = false;
    outcome->is_late = false;
    outcome->asked_id = 0;
    outcome->trace.has_parts = false;
    outcome->trace.has_plan = false;
    outcome->trace.filters = 0;
}

#endif
