/* What became of a request, for metrics and logs. */
#ifndef CRATEDEX_SERVER_OUTCOME_H
#define CRATEDEX_SERVER_OUTCOME_H

#include "server/negotiation.h"

#include <stddef.h>

/* How an answer came about. */
enum cache_state { CACHE_STATE_HIT, CACHE_STATE_MISS, CACHE_STATE_NONE };
#define N_CACHE_STATES 3

/* What the body is written in; redirects, and what has one form only, are plain. */
enum body_format { BODY_JSON, BODY_MESSAGEPACK, BODY_PLAIN };
#define N_BODY_FORMATS 3

struct outcome {
    unsigned route;
    unsigned status;
    enum cache_state cache_state;
    enum body_format format;
    enum content_coding coding;
    size_t body_bytes; /* 0 for HEAD and 304 */
};

#endif
