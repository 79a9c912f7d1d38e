/* A line for every answer that took long: when, which, where the time went, and what the search
   did. */
#ifndef CRATEDEX_SERVER_SLOW_QUERY_LOG_H
#define CRATEDEX_SERVER_SLOW_QUERY_LOG_H

#include "server/telemetry/outcome.h"

#include <cratedex/index_file.h>
#include <time.h>

struct log_sink;

/* A slow answer. Text is borrowed for the call; NULL is written as null. */
struct slow_query {
    struct timespec time; /* of the answer, CLOCK_REALTIME */
    const char *request_id;
    const char *method;
    const char *target; /* as sent: any bytes */
    double seconds;
    const struct outcome *outcome;
    const struct index *index;
};

/* Longer targets are cut. */
#define SLOW_QUERY_MAX_TARGET_BYTES 2048

/* Writes one line of JSON to the sink, in one call:

       {"event": "slow_query", "time", "request_id", "method", "target", "status", "cache",
       "experiment",
        "milliseconds", "parts": {"search", "assemble", "compress"}, "plan"}

   `parts` (milliseconds) is null where the answer was made before, or is never kept; `plan`
   (cratedex/query_plan.h) is null where nothing was searched. Bytes of the target that are no
   printable ASCII are percent-encoded. What cannot be written is lost. Thread-safe. */
void slow_query_log_write(struct log_sink *sink, const struct slow_query *query);

#endif
