/* The parts of a trace alone, for those who keep them: a trace has a plan as well. */
#include "server/telemetry/trace_parts.h"

#include <math.h>

struct trace_parts trace_parts_of(const struct trace *trace)
{
    if (!trace->has_parts)
        return (struct trace_parts){.is_known = false};
    return (struct trace_parts){
        .is_known = true,
        .search_seconds = trace->search_seconds,
        .assemble_seconds = trace->assemble_seconds,
        .compress_seconds = trace->compress_seconds,
    };
}

void trace_milliseconds_encode(struct encoder *encoder, const char *key, double seconds)
{
    encoder_member_number(encoder, key, round(seconds * 1e9) / 1e6);
}

void trace_parts_encode(const struct trace_parts *parts, struct encoder *encoder)
{
    encoder_key(encoder, "parts");
    if (!parts->is_known) {
        encoder_null(encoder);
        return;
    }
    encoder_object(encoder, 3);
    trace_milliseconds_encode(encoder, "search", parts->search_seconds);
    trace_milliseconds_encode(encoder, "assemble", parts->assemble_seconds);
    trace_milliseconds_encode(encoder, "compress", parts->compress_seconds);
    encoder_end_object(encoder);
}
