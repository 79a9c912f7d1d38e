/* The two formats differ in what a family is called (a counter's `_total` belongs to its name in
   the one, to its samples in the other; infos are gauges in the one) and in how the text ends.
   Samples are the same to the byte, so that a change of the format renames no series. Numbers are
   written from integers, without the locale's decimal point. */
#include "server/telemetry/exposition.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *exposition_media_type(enum exposition_format format)
{
    return format == EXPOSITION_OPENMETRICS
               ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
               : "text/plain; version=0.0.4";
}

static void write_bytes(struct exposition *exposition, const char *bytes, size_t size)
{
    if (!exposition->failed && size > 0)
        exposition->failed = msgpack_sbuffer_write(exposition->out, bytes, size) != 0;
}

static void write_text(struct exposition *exposition, const char *text)
{
    write_bytes(exposition, text, strlen(text));
}

void exposition_init(struct exposition *exposition, enum exposition_format format,
                     msgpack_sbuffer *out)
{
    *exposition = (struct exposition){.out = out, .format = format};
}

static void write_family_line(struct exposition *exposition, const char *keyword, const char *name,
                              const char *suffix, const char *text)
{
    const char *const parts[] = {"# ", keyword, " ", name, suffix, " ", text, "\n"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        write_text(exposition, parts[i]);
}

void exposition_family(struct exposition *exposition, const char *name, enum metric_type type,
                       const char *help)
{
    static const char *const open_types[] = {
        [METRIC_COUNTER] = "counter",
        [METRIC_GAUGE] = "gauge",
        [METRIC_HISTOGRAM] = "histogram",
        [METRIC_INFO] = "info",
    };
    bool is_open = exposition->format == EXPOSITION_OPENMETRICS;
    const char *type_name = open_types[type];
    const char *suffix = "";
    if (!is_open && type == METRIC_COUNTER)
        suffix = "_total";
    if (!is_open && type == METRIC_INFO) {
        suffix = "_info";
        type_name = open_types[METRIC_GAUGE];
    }
    exposition->family = name;
    write_family_line(exposition, "HELP", name, suffix, help);
    write_family_line(exposition, "TYPE", name, suffix, type_name);
}

void exposition_sample(struct exposition *exposition, const char *suffix)
{
    exposition->has_labels = false;
    write_text(exposition, exposition->family);
    write_text(exposition, suffix);
}

void exposition_label(struct exposition *exposition, const char *name, const char *value)
{
    write_text(exposition, exposition->has_labels ? "," : "{");
    exposition->has_labels = true;
    write_text(exposition, name);
    write_text(exposition, "=\"");
    for (;;) {
        size_t n_plain = strcspn(value, "\\\"\n");
        write_bytes(exposition, value, n_plain);
        value += n_plain;
        if (*value == '\0')
            break;
        write_text(exposition, *value == '\n' ? "\\n" : *value == '"' ? "\\\"" : "\\\\");
        value++;
    }
    write_text(exposition, "\"");
}

static void write_value(struct exposition *exposition, const char *value)
{
    write_text(exposition, exposition->has_labels ? "} " : " ");
    write_text(exposition, value);
    write_text(exposition, "\n");
}

void exposition_integer(struct exposition *exposition, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, value);
    write_value(exposition, text);
}

void exposition_seconds(struct exposition *exposition, int64_t seconds, uint32_t nanoseconds)
{
    char text[40];
    snprintf(text, sizeof text, "%" PRId64 ".%09" PRIu32, seconds, nanoseconds);
    write_value(exposition, text);
}

void exposition_counter(struct exposition *exposition, const char *name, const char *help,
                        uint64_t value)
{
    exposition_family(exposition, name, METRIC_COUNTER, help);
    exposition_sample(exposition, "_total");
    exposition_integer(exposition, value);
}

void exposition_gauge(struct exposition *exposition, const char *name, const char *help,
                      uint64_t value)
{
    exposition_family(exposition, name, METRIC_GAUGE, help);
    exposition_sample(exposition, "");
    exposition_integer(exposition, value);
}

int exposition_finish(struct exposition *exposition)
{
    if (exposition->format == EXPOSITION_OPENMETRICS)
        write_text(exposition, "# EOF\n");
    return exposition->failed ? -1 : 0;
}
