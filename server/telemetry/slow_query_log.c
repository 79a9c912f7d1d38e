/* A slow answer has time: the line is encoded into memory of its own and written at once, so that
   it is there when somebody looks for it. Lines up to PIPE_BUF do not mix with others in a
   pipe, and in a file that is opened for appending none do. */
#include "server/telemetry/slow_query_log.h"

#include "server/telemetry/log_sink.h"
#include "server/telemetry/trace_parts.h"

#include <cratedex/encoder.h>
#include <cratedex/timestamp.h>

static void encode_target(struct encoder *encoder, const char *target)
{
    static const char digits[] = "0123456789ABCDEF";
    char text[SLOW_QUERY_MAX_TARGET_BYTES];
    size_t length = 0;
    encoder_key(encoder, "target");
    if (target == NULL) {
        encoder_null(encoder);
        return;
    }
    for (; *target != '\0' && length + 3 <= sizeof text; target++) {
        unsigned char byte = (unsigned char)*target;
        if (byte > ' ' && byte <= '~') {
            text[length++] = *target;
        } else {
            text[length++] = '%';
            text[length++] = digits[byte >> 4];
            text[length++] = digits[byte & 15];
        }
    }
    encoder_string(encoder, text, length);
}

static const char *cache_name(enum cache_state state)
{
    static const char *const names[N_CACHE_STATES] = {"hit", "miss", NULL};
    return names[state];
}

static void encode(struct encoder *encoder, const struct slow_query *query)
{
    const struct outcome *outcome = query->outcome;
    const struct trace_parts parts = trace_parts_of(&outcome->trace);
    char time[TIMESTAMP_TEXT_SIZE];
    timestamp_format((int64_t)query->time.tv_sec * 1000000 + query->time.tv_nsec / 1000, time);
    encoder_object(encoder, 11);
    encoder_member_text(encoder, "event", "slow_query");
    encoder_member_text(encoder, "time", time);
    encoder_member_text(encoder, "request_id", query->request_id);
    encoder_member_text(encoder, "method", query->method);
    encode_target(encoder, query->target);
    encoder_member_integer(encoder, "status", outcome->status);
    encoder_member_text(encoder, "cache", cache_name(outcome->cache_state));
    encoder_member_text(encoder, "experiment", experiment_arm_name(outcome->arm));
    trace_milliseconds_encode(encoder, "milliseconds", query->seconds);
    trace_parts_encode(&parts, encoder);
    encoder_key(encoder, "plan");
    if (outcome->trace.has_plan)
        query_plan_encode(&outcome->trace.plan, query->index, encoder);
    else
        encoder_null(encoder);
    encoder_end_object(encoder);
}

void slow_query_log_write(struct log_sink *sink, const struct slow_query *query)
{
    struct encoder encoder;
    msgpack_sbuffer line;
    msgpack_sbuffer_init(&line);
    encoder_init(&encoder, ENCODING_JSON, &line);
    encode(&encoder, query);
    if (encoder_finish(&encoder, NULL) == 0 && msgpack_sbuffer_write(&line, "\n", 1) == 0)
        log_sink_write(sink, line.data, line.size);
    msgpack_sbuffer_destroy(&line);
}
