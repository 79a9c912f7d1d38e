/* Asks an HTTP server over keep-alive connections, from one thread, and takes the times. */
#ifndef CRATEDEX_TESTS_BENCH_BENCH_LOAD_H
#define CRATEDEX_TESTS_BENCH_BENCH_LOAD_H

#include "tests/bench/bench_statistics.h"

#include <cratedex/error.h>
#include <msgpack/sbuffer.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOAD_MAX_CONNECTIONS 64

/* Whole requests (head, no body) that are sent in turn. */
struct load_request {
    const char *bytes;
    size_t size;
};

struct load_plan {
    uint16_t port; /* on 127.0.0.1 */
    const struct load_request *requests;
    size_t n_requests;
    unsigned n_connections; /* at most LOAD_MAX_CONNECTIONS */
    double rate; /* requests a second, sent whatever the answers do; 0: each connection asks
                               again as soon as it was answered */
    double seconds;
    uint64_t n_to_send; /* the run ends when as many were answered; 0: with the time */
};

struct load_result {
    uint64_t n_answers; /* within the time */
    double seconds;
    /* From when a request was to be sent until its answer was there, so that one that had to wait for a
       connection counts its waiting (what coordinated omission leaves out). All zero without a rate. */
    struct statistics latency;
    double share_in_time; /* of the requests of a rate: answered before the time was over */
};

/* Runs the plan. What was due within the time is still sent and answered after it, for at most twice as
   long. Returns 0, or -1 and why: also for an answer that is not 200 or has no Content-Length, and for a
   connection that ends. */
int load_run(const struct load_plan *plan, struct load_result *result, struct error *error);

/* Asks one request on a connection of its own and appends the body of the answer. */
int load_fetch(uint16_t port, const struct load_request *request, msgpack_sbuffer *body,
               struct error *error);

#endif
