/* Counters and latency histograms, in Prometheus' text format. Every figure is a relaxed atomic:
   recording takes no lock and allocates nothing. */
#ifndef CRATEDEX_SERVER_METRICS_H
#define CRATEDEX_SERVER_METRICS_H

#include "server/cache.h"

#include <msgpack/sbuffer.h>
#include <stdint.h>

#define METRICS_MAX_ROUTES 64

/* How an answer came about, the `cache` label. */
enum cache_state { CACHE_STATE_HIT, CACHE_STATE_MISS, CACHE_STATE_NONE };
#define N_CACHE_STATES 3

struct metrics;

/* `route_names` (at most METRICS_MAX_ROUTES, must outlive the metrics) are the `route` labels. */
struct metrics *metrics_create(const char *const *route_names, unsigned n_routes,
                               struct error *error);
void metrics_destroy(struct metrics *metrics);

/* Counts one finished answer. `seconds` is the time from the whole request to the queued answer. A
   route that was not declared is not counted; a status above 599 counts as "000". */
void metrics_record(struct metrics *metrics, unsigned route, unsigned status,
                    enum cache_state cache_state, double seconds, uint64_t body_bytes);

/* Appends the exposition text: cratedex_http_requests_total{route,status},
   cratedex_http_request_duration_seconds{route,cache} (histogram, buckets from 10 µs to 10 s),
   cratedex_http_response_bytes_total{route}, cratedex_cache_{entries,bytes,max_bytes},
   cratedex_cache_{hits,misses,waits,evictions}_total, cratedex_index_crates,
   cratedex_build_info{version}, process_start_time_seconds (when the metrics were created). Statuses
   and histograms that never occurred are left out. Returns 0 or -1 (memory). */
int metrics_write(const struct metrics *metrics, const struct cache_statistics *cache,
                  uint64_t n_crates, msgpack_sbuffer *out);

#endif
