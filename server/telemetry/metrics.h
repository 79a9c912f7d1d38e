/* Counters and latency histograms. Every figure is a relaxed atomic: recording takes no lock and
   allocates nothing.

   GET /metrics exposes (in brackets the labels):

       cratedex_http_requests_total{route,status,encoding,coding}
       cratedex_http_response_bytes_total{route,encoding,coding}   bodies, as sent
       cratedex_http_request_duration_seconds{route,cache,encoding,coding} histogram, 10 µs to 10 s:
       from
                                                        the whole request to the queued answer
       cratedex_experiment_request_duration_seconds{arm,cache} likewise, of the answers that depend
       on the arm
       cratedex_filtered_searches_total{filter}   searches and lists that were computed, by the
                                                  name of each filter (search_filters.h)
       cratedex_slow_queries_total answers that took as long as --slow-query-ms
       cratedex_stale_hits_total hits of the index before, within --freshness
       cratedex_late_requests_total those that waited for as long as --max-wait-ms: 503
       cratedex_log_dropped_lines_total{log}, cratedex_log_failed_writes_total{log} log: access,
       slow_query (where it has a file of its own), error
       cratedex_warmed_answers_total, cratedex_warming_seconds_total   before a new index is served
       cratedex_downloads_counted_total cratedex_http_connections, cratedex_http_connections_limit,
       cratedex_http_connections_opened_total
       cratedex_http_connections_ended_total{reason} those that the server ended before the client;
       all of these are clients', and never of the admin address
       cratedex_cache_{entries,bytes}{shard},
       cratedex_cache_max_bytes cratedex_cache_{hits,misses,waits,evictions}_total{shard} waits:
       hits that waited for another
                                                        request's computation
       cratedex_index_crates, cratedex_index_dump_timestamp_seconds
       cratedex_index_reloads_total{result} result: success, refused
       cratedex_index_last_reload_success, cratedex_index_last_reload_success_timestamp_seconds,
       cratedex_index_last_reload_duration_seconds, cratedex_index_generation
       cratedex_index_pages, cratedex_index_pages_checked, cratedex_index_pages_damaged
       cratedex_build_info{version,libmicrohttpd,index_format}
       process_cpu_seconds_total, process_resident_memory_bytes, process_virtual_memory_bytes,
       process_open_fds, process_max_fds, process_start_time_seconds   where /proc tells them

   `reason` is deadline (the client took too long), full (another needed the place) or address (too
   many from one). `encoding` is json, msgpack or plain; `coding` identity, gzip, br or zstd;
   `cache` hit, miss or none; `status` of what the server does not send is 000.

   Only what occurred is exposed, so that the number of series depends on what clients ask for, but
   has a bound. A route with both encodings has 18 histograms at most (2 encodings × 4 codings × hit
   and miss; 2 for errors), a plain one 10, each of 22 series. A handful of statuses and the bytes
   are about 40 and 10 series more: 450 a route, 16,000 over all 36. A server that browsers and
   cargo use has some 2,000. The cache has 6 series a shard (64 at most), an experiment 88, filters
   18, all else 33. */
#ifndef CRATEDEX_SERVER_METRICS_H
#define CRATEDEX_SERVER_METRICS_H

#include "server/telemetry/connection_end.h"
#include "server/telemetry/outcome.h"

#include <cratedex/error.h>
#include <stddef.h>
#include <stdint.h>

struct metrics;

/* `route_names` (at most OUTCOME_MAX_ROUTES, must outlive the metrics) are the `route` labels.
   Returns NULL and says why. */
struct metrics *metrics_create(const char *const *route_names, unsigned n_routes,
                               struct error *error);
void metrics_destroy(struct metrics *metrics);

/* The answers of that route are for operators: they are told with all others, and are no part of
   sums (metrics_sums.h). Before anything is counted. */
void metrics_leave_out(struct metrics *metrics, unsigned route);

/* The label of a route; NULL where it was not declared. */
const char *metrics_route_name(const struct metrics *metrics, unsigned route);

/* Counts one finished answer. `seconds` is the time from the whole request to the queued answer. A
   route that was not declared is not counted. Thread-safe, as all below. */
void metrics_record(struct metrics *metrics, const struct outcome *outcome, double seconds);

/* Count one event each. */
void metrics_count_download(struct metrics *metrics);
void metrics_count_slow_query(struct metrics *metrics);
/* A request that has waited for too long was answered by 503. */
void metrics_count_late_request(struct metrics *metrics);
/* A request was answered, as a hit, by the answer of the index before. */
void metrics_count_stale_hit(struct metrics *metrics);
/* Answers that were made before anybody asked for them, and how long that took. */
void metrics_record_warming(struct metrics *metrics, size_t n_answers, double seconds);
void metrics_count_connection(struct metrics *metrics);
/* A connection that was counted has ended. */
void metrics_end_connection(struct metrics *metrics);

/* The server ended a connection. */
void metrics_count_ended_connection(struct metrics *metrics, enum connection_end reason);

/* How many connections there may be at once. */
void metrics_limit_connections(struct metrics *metrics, unsigned limit);

#endif
