/* The text in which metrics are exposed: Prometheus' format 0.0.4
   (https://prometheus.io/docs/instrumenting/exposition_formats/) or OpenMetrics 1.0
   (https://github.com/OpenObservability/OpenMetrics/blob/main/specification/OpenMetrics.md). The
   same calls give the same samples in both. */
#ifndef CRATEDEX_SERVER_EXPOSITION_H
#define CRATEDEX_SERVER_EXPOSITION_H

#include <msgpack/sbuffer.h>
#include <stdbool.h>
#include <stdint.h>

enum exposition_format { EXPOSITION_PROMETHEUS, EXPOSITION_OPENMETRICS };

/* The media type of a format; static. */
const char *exposition_media_type(enum exposition_format format);

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM, METRIC_INFO };

/* A text that is being written; no member is for callers to touch. Memory failure is remembered and
   reported by exposition_finish. */
struct exposition {
    msgpack_sbuffer *out; /* the caller's */
    enum exposition_format format;
    const char *family;
    bool has_labels; /* of the sample that is being written */
    bool failed;
};

void exposition_init(struct exposition *exposition, enum exposition_format format,
                     msgpack_sbuffer *out);

/* Begins a family, whose samples follow. `name` (static, as `help`, which is a sentence) stands
   without the `_total` of a counter and the `_info` of an info. */
void exposition_family(struct exposition *exposition, const char *name, enum metric_type type,
                       const char *help);

/* Begins a sample of the family: `suffix` is `_total` for counters, `_info` for infos, `_bucket`,
   `_sum` or `_count` for histograms, else empty. Labels follow, then one value. */
void exposition_sample(struct exposition *exposition, const char *suffix);

/* A label; any text. */
void exposition_label(struct exposition *exposition, const char *name, const char *value);

/* The value, which ends the sample. */
void exposition_integer(struct exposition *exposition, uint64_t value);
/* The same in seconds: a whole number and what is behind the point. */
void exposition_seconds(struct exposition *exposition, int64_t seconds, uint32_t nanoseconds);

/* A counter or gauge of one sample without labels, its family included. */
void exposition_counter(struct exposition *exposition, const char *name, const char *help,
                        uint64_t value);
void exposition_gauge(struct exposition *exposition, const char *name, const char *help,
                      uint64_t value);

/* Ends the text. Returns 0, or -1 where memory ran out. */
int exposition_finish(struct exposition *exposition);

#endif
