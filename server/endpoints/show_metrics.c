/* GET /metrics: what the server counts, and the figures of cache, index, program and process, in
   OpenMetrics where Accept names it, else in Prometheus' own text format. */
#include "server/cache/cache.h"
#include "server/endpoints/endpoint.h"
#include "server/http/negotiation.h"
#include "server/http/response_headers.h"
#include "server/service/index_watch.h"
#include "server/telemetry/access_log.h"
#include "server/telemetry/exposition.h"
#include "server/telemetry/log_sink.h"
#include "server/telemetry/metrics_text.h"
#include "server/telemetry/process_figures.h"

#include <cratedex/index_format.h>
#include <cratedex/timestamp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct exposition_parameters {
    enum exposition_format format;
};
ENDPOINT_PARAMETERS_FIT(struct exposition_parameters);

static int prepare(const struct question *question, void *parameters, struct failure *failure)
{
    (void)failure;
    struct exposition_parameters *wanted = parameters;
    wanted->format = accept_prefers_openmetrics(question->request->fields.accept)
                         ? EXPOSITION_OPENMETRICS
                         : EXPOSITION_PROMETHEUS;
    return 0;
}

/* A family of the cache: one sample a shard, the member of its statistics at `offset`. */
static const struct {
    const char *name;
    enum metric_type type;
    const char *help;
    size_t offset;
} cache_families[] = {
    {"cratedex_cache_entries", METRIC_GAUGE, "Answers in the result cache, by shard.",
     offsetof(struct cache_statistics, n_entries)},
    {"cratedex_cache_bytes", METRIC_GAUGE, "Bytes that the result cache holds, by shard.",
     offsetof(struct cache_statistics, n_bytes)},
    {"cratedex_cache_hits", METRIC_COUNTER,
     "Lookups that were answered from the result cache, by shard.",
     offsetof(struct cache_statistics, n_hits)},
    {"cratedex_cache_misses", METRIC_COUNTER, "Lookups that had to be computed, by shard.",
     offsetof(struct cache_statistics, n_misses)},
    {"cratedex_cache_waits", METRIC_COUNTER,
     "Hits that waited for another request's computation, by shard.",
     offsetof(struct cache_statistics, n_waits)},
    {"cratedex_cache_evictions", METRIC_COUNTER,
     "Entries pushed out of the result cache, by shard.",
     offsetof(struct cache_statistics, n_evictions)},
};
#define N_CACHE_FAMILIES (sizeof cache_families / sizeof cache_families[0])

static void write_cache(struct cache *cache, struct exposition *exposition)
{
    struct cache_statistics shards[CACHE_MAX_SHARDS];
    unsigned n_shards = cache_n_shards(cache);
    uint64_t max_bytes = 0;
    for (unsigned i = 0; i < n_shards; i++) {
        cache_read_shard_statistics(cache, i, &shards[i]);
        max_bytes = shards[i].max_bytes;
    }
    for (size_t family = 0; family < N_CACHE_FAMILIES; family++) {
        enum metric_type type = cache_families[family].type;
        exposition_family(exposition, cache_families[family].name, type,
                          cache_families[family].help);
        for (unsigned i = 0; i < n_shards; i++) {
            char shard[16];
            uint64_t value;
            memcpy(&value, (const char *)&shards[i] + cache_families[family].offset, sizeof value);
            snprintf(shard, sizeof shard, "%u", i);
            exposition_sample(exposition, type == METRIC_COUNTER ? "_total" : "");
            exposition_label(exposition, "shard", shard);
            exposition_integer(exposition, value);
        }
    }
    exposition_gauge(exposition, "cratedex_cache_max_bytes",
                     "Bytes that the result cache may hold, all shards.", max_bytes);
}

#define MAX_LOGS 3

/* A family of the logs that there are, of which `offset` tells the figure. */
static void write_log_family(struct log_sink *const *logs, struct exposition *exposition,
                             const char *name, const char *help, size_t offset)
{
    exposition_family(exposition, name, METRIC_COUNTER, help);
    for (unsigned i = 0; i < MAX_LOGS; i++) {
        struct log_sink_figures figures;
        uint64_t value;
        if (logs[i] == NULL)
            continue;
        log_sink_read_figures(logs[i], &figures);
        memcpy(&value, (const char *)&figures + offset, sizeof value);
        exposition_sample(exposition, "_total");
        exposition_label(exposition, "log", log_sink_name(logs[i]));
        exposition_integer(exposition, value);
    }
}

static void write_logs(const struct service *service, struct exposition *exposition)
{
    bool has_slow_query_log = service->slow_query_log != service->error_log;
    struct log_sink *const logs[MAX_LOGS] = {access_log_sink(service->access_log),
                                             has_slow_query_log ? service->slow_query_log : NULL,
                                             service->error_log};
    write_log_family(logs, exposition, "cratedex_log_dropped_lines",
                     "Lines that were lost: nobody read them in time, or a write failed.",
                     offsetof(struct log_sink_figures, n_dropped_lines));
    write_log_family(logs, exposition, "cratedex_log_failed_writes",
                     "Writes of a log that failed: full disk, closed pipe and the like.",
                     offsetof(struct log_sink_figures, n_failed_writes));
}

static void write_index(const struct index *index, struct exposition *exposition)
{
    int64_t microseconds;
    struct index_pages_state pages;
    const char *timestamp = index_dump_timestamp(index);
    index_pages_state(index, &pages);
    exposition_gauge(exposition, "cratedex_index_pages", "Pages of the index file.", pages.n_pages);
    exposition_gauge(exposition, "cratedex_index_pages_checked",
                     "Pages of the index file that were found to have their checksum.",
                     pages.n_checked);
    exposition_gauge(exposition, "cratedex_index_pages_damaged",
                     "Pages of the index file that do not have their checksum.", pages.n_damaged);
    exposition_gauge(exposition, "cratedex_index_crates", "Crates in the index.",
                     index_n_crates(index));
    if (timestamp_parse(timestamp, strlen(timestamp), &microseconds) != 0)
        return;
    exposition_family(exposition, "cratedex_index_dump_timestamp_seconds", METRIC_GAUGE,
                      "When the database dump was made that the index was built from, in seconds "
                      "since 1970.");
    exposition_sample(exposition, "");
    exposition_seconds(exposition, microseconds / 1000000, 0);
}

static void write_seconds(struct exposition *exposition, const char *name, const char *help,
                          double seconds)
{
    int64_t whole = (int64_t)seconds;
    exposition_family(exposition, name, METRIC_GAUGE, help);
    exposition_sample(exposition, "");
    exposition_seconds(exposition, whole, (uint32_t)((seconds - (double)whole) * 1e9));
}

static void write_reloads(const struct index_watch *watch, uint64_t generation,
                          struct exposition *exposition)
{
    struct swap_figures swaps;
    if (watch == NULL)
        return;
    index_watch_read_figures(watch, &swaps);
    exposition_family(exposition, "cratedex_index_reloads", METRIC_COUNTER,
                      "Indexes that took the place of another, and files and requests for a reload "
                      "that were refused.");
    exposition_sample(exposition, "_total");
    exposition_label(exposition, "result", "success");
    exposition_integer(exposition, swaps.n_published);
    exposition_sample(exposition, "_total");
    exposition_label(exposition, "result", "refused");
    exposition_integer(exposition, swaps.n_refused);
    exposition_gauge(exposition, "cratedex_index_last_reload_success",
                     "0: what is at the index's path, or was asked for last, is refused, and the "
                     "index of before is served.",
                     !swaps.last_was_refused);
    write_seconds(exposition, "cratedex_index_last_reload_success_timestamp_seconds",
                  "Since when the index is served, in seconds since 1970.", swaps.last_published);
    write_seconds(exposition, "cratedex_index_last_reload_duration_seconds",
                  "From opening the index that is served until nobody used the one of before; 0: "
                  "it is the first.",
                  swaps.last_seconds);
    exposition_gauge(exposition, "cratedex_index_generation",
                     "Grows with every index that is served; 1 is the first.", generation);
}

static void write_program(struct exposition *exposition)
{
    char index_format[16];
    snprintf(index_format, sizeof index_format, "%d", INDEX_FORMAT_VERSION);
    exposition_family(exposition, "cratedex_build", METRIC_INFO,
                      "The program that runs; always 1.");
    exposition_sample(exposition, "_info");
    exposition_label(exposition, "version", CRATEDEX_VERSION);
    exposition_label(exposition, "libmicrohttpd", MHD_get_version());
    exposition_label(exposition, "index_format", index_format);
    exposition_integer(exposition, 1);
}

static int answer(struct answer_job *job, const void *parameters, struct failure *failure)
{
    const struct exposition_parameters *wanted = parameters;
    const struct service *service = job->service;
    struct exposition exposition;
    struct process_figures process;
    job->head.content_type = exposition_media_type(wanted->format);
    job->head.is_negotiated = true;
    exposition_init(&exposition, wanted->format, job->encoder.out);
    metrics_write(service->metrics, &exposition);
    write_cache(service->cache, &exposition);
    write_logs(service, &exposition);
    write_index(job->snapshot->index, &exposition);
    write_reloads(service->watch, job->snapshot->generation, &exposition);
    write_program(&exposition);
    if (process_figures_read(&process) == 0)
        process_figures_write(&process, &exposition);
    if (exposition_finish(&exposition) == 0)
        return 0;
    return failure_set(failure, 500, "out of memory");
}

const struct endpoint metrics_endpoint = {
    .path = "/metrics",
    .name = "metrics",
    .audience = ENDPOINT_FOR_OPERATORS,
    .cache_control = RESPONSE_NO_STORE,
    .plain_type = "text/plain; version=0.0.4",
    .needs_no_index = true,
    .prepare = prepare,
    .answer = answer,
};
