/* Where the time of an answer went, for those who write it. */
#ifndef CRATEDEX_SERVER_TRACE_PARTS_H
#define CRATEDEX_SERVER_TRACE_PARTS_H

#include "server/telemetry/outcome.h"

#include <cratedex/encoder.h>
#include <stdbool.h>

struct trace_parts {
    bool is_known;
    double search_seconds;
    double assemble_seconds;
    double compress_seconds;
};

struct trace_parts trace_parts_of(const struct trace *trace);

/* Writes the member `parts`: {"search", "assemble", "compress"} in milliseconds; null where they
   are not known. */
void trace_parts_encode(const struct trace_parts *parts, struct encoder *encoder);

/* Writes a member: milliseconds, to the nanosecond, as the clock has it. */
void trace_milliseconds_encode(struct encoder *encoder, const char *key, double seconds);

#endif
