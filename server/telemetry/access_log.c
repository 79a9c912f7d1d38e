/* A line is formatted on the stack and given to the sink (log_sink.h), which gathers, writes, and
   drops where nobody reads.

   What clients send is escaped byte by byte: JSON gets \u00XX (bytes above 127 read as Latin-1),
   the combined format \xXX as httpd writes it. Every line is plain ASCII. */
#include "server/telemetry/access_log.h"

#include "server/telemetry/log_sink.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GATHER_BYTES 65536
#define MAX_TARGET_BYTES 8192
#define MAX_FIELD_BYTES 1024
#define MAX_LINE_BYTES (MAX_TARGET_BYTES + 5 * MAX_FIELD_BYTES)

struct access_log {
    enum access_log_format format;
    struct log_sink *sink;
};

struct line {
    bool is_json;
    size_t length;
    char text[MAX_LINE_BYTES];
};

static void append(struct line *line, const char *text, size_t length)
{
    if (length > sizeof line->text - line->length)
        length = sizeof line->text - line->length;
    memcpy(line->text + line->length, text, length);
    line->length += length;
}

static void append_text(struct line *line, const char *text)
{
    append(line, text, strlen(text));
}

/* At most `max` bytes, cut between characters. */
static void append_escaped(struct line *line, const char *text, size_t max)
{
    size_t end = line->length + max;
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        char escaped[8];
        size_t length = 1;
        escaped[0] = *text;
        if (byte == '"' || byte == '\\') {
            escaped[0] = '\\';
            escaped[1] = *text;
            length = 2;
        } else if (byte < 0x20 || byte > 0x7e) {
            length = (size_t)snprintf(escaped, sizeof escaped,
                                      line->is_json ? "\\u%04x" : "\\x%02x", byte);
        }
        if (line->length + length > end)
            return;
        append(line, escaped, length);
    }
}

static void append_quoted(struct line *line, const char *text, size_t max)
{
    if (text == NULL) {
        append_text(line, line->is_json ? "null" : "\"-\"");
        return;
    }
    append_text(line, "\"");
    append_escaped(line, text, max);
    append_text(line, "\"");
}

static const char *cache_state_name(enum cache_state state)
{
    switch (state) {
    case CACHE_STATE_HIT:
        return "\"hit\"";
    case CACHE_STATE_MISS:
        return "\"miss\"";
    default:
        return "null";
    }
}

static void format_json(struct line *line, const struct access_record *record,
                        const struct tm *time)
{
    char text[256];
    size_t length = strftime(text, sizeof text, "{\"time\":\"%Y-%m-%dT%H:%M:%S", time);
    append(line, text, length);
    snprintf(text, sizeof text, ".%03ldZ\",\"address\":", record->time.tv_nsec / 1000000);
    append_text(line, text);
    append_quoted(line, record->address, MAX_FIELD_BYTES);
    append_text(line, ",\"method\":");
    append_quoted(line, record->method, MAX_FIELD_BYTES / 2);
    append_text(line, ",\"target\":");
    append_quoted(line, record->target, MAX_TARGET_BYTES);
    snprintf(text, sizeof text,
             ",\"status\":%u,\"bytes\":%llu,\"milliseconds\":%.3f,\"cache\":%s,\"referer\":",
             record->status, (unsigned long long)record->body_bytes, record->seconds * 1e3,
             cache_state_name(record->cache_state));
    append_text(line, text);
    append_quoted(line, record->referer, MAX_FIELD_BYTES);
    append_text(line, ",\"user_agent\":");
    append_quoted(line, record->user_agent, MAX_FIELD_BYTES);
    append_text(line, ",\"request_id\":");
    append_quoted(line, record->request_id, MAX_FIELD_BYTES);
    append_text(line, ",\"experiment\":");
    append_quoted(line, experiment_arm_name(record->arm), MAX_FIELD_BYTES);
    append_text(line, "}\n");
}

static const char *or_hyphen(const char *text)
{
    return text != NULL ? text : "-";
}

static void format_combined(struct line *line, const struct access_record *record,
                            const struct tm *time)
{
    char text[256];
    append_text(line, or_hyphen(record->address));
    size_t length = strftime(text, sizeof text, " - - [%d/%b/%Y:%H:%M:%S +0000] \"", time);
    append(line, text, length);
    append_escaped(line, or_hyphen(record->method), MAX_FIELD_BYTES / 2);
    append_text(line, " ");
    append_escaped(line, or_hyphen(record->target), MAX_TARGET_BYTES);
    append_text(line, " ");
    append_escaped(line, or_hyphen(record->version), MAX_FIELD_BYTES / 2);
    snprintf(text, sizeof text, "\" %u %llu ", record->status,
             (unsigned long long)record->body_bytes);
    append_text(line, text);
    append_quoted(line, record->referer, MAX_FIELD_BYTES);
    append_text(line, " ");
    append_quoted(line, record->user_agent, MAX_FIELD_BYTES);
    append_text(line, "\n");
}

struct access_log *access_log_create(enum access_log_format format, int descriptor,
                                     struct error *error)
{
    struct access_log *log = malloc(sizeof *log);
    if (log == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    log->format = format;
    log->sink = log_sink_open("access", descriptor, GATHER_BYTES, stderr, error);
    if (log->sink != NULL)
        return log;
    free(log);
    return NULL;
}

struct log_sink *access_log_sink(const struct access_log *log)
{
    return log != NULL ? log->sink : NULL;
}

void access_log_flush(struct access_log *log)
{
    if (log != NULL)
        log_sink_flush(log->sink);
}

void access_log_destroy(struct access_log *log)
{
    if (log == NULL)
        return;
    log_sink_close(log->sink);
    free(log);
}

void access_log_write(struct access_log *log, const struct access_record *record)
{
    if (log == NULL)
        return;
    struct tm time;
    gmtime_r(&record->time.tv_sec, &time);
    struct line line;
    line.is_json = log->format == ACCESS_LOG_JSON;
    line.length = 0;
    if (line.is_json)
        format_json(&line, record, &time);
    else
        format_combined(&line, record, &time);
    log_sink_write(log->sink, line.text, line.length);
}
