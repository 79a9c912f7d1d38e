/* Asks an HTTP server over keep-alive connections, from one thread, and takes the times. */
#ifndef CRATEDEX_TESTS_BENCH_BENCH_LOAD_H
#define CRATEDEX_TESTS_BENCH_BENCH_LOAD_H

#include "tests/bench/bench_response.h"
#include "tests/bench/bench_statistics.h"

#include <cratedex/error.h>
#include <msgpack/sbuffer.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOAD_MAX_CONNECTIONS 4096
#define LOAD_MAX_HEAD 16384

/* Whole requests (head, no body) that are sent in turn. */
struct load_request {
    const char *bytes;
    size_t size;
};

/* An answer, as `answered` is told of it. */
struct load_answer {
    size_t request; /* its number in the plan */
    unsigned status;
    bool is_hit;        /* the server says that it had it in its cache: `X-Cache: hit` */
    uint64_t body_hash; /* XXH64 */
    uint64_t sent;      /* bench_now() when the request was sent, */
    uint64_t received;  /* and when the last byte of the answer was there */
};

struct load_plan {
    uint16_t port; /* on 127.0.0.1 */
    const struct load_request *requests;
    size_t n_requests;
    size_t first; /* the request that is sent first, any number: it counts modulo n_requests */
    unsigned n_connections; /* 1 … LOAD_MAX_CONNECTIONS */
    unsigned status;        /* that every answer must have; 0: 200 */
    unsigned other_status;  /* that an answer may have as well; 0: none */
    double rate; /* requests a second, sent whatever the answers do; 0: each connection asks
                               again as soon as it was answered */
    double seconds;
    /* Processor time of the server so far, in seconds, read when the time begins and when all is
       answered. NULL: not read. */
    double (*server_cpu)(const void *server);
    const void *server;
    uint64_t n_to_send; /* the run ends when as many were answered; 0: with the time */
    /* Is told of every answer, of whatever status, but for the first of each connection; the run
       ends when it returns false. No latencies are kept then. NULL: nobody is. */
    bool (*answered)(void *context, const struct load_answer *answer);
    void *context;
};

struct load_result {
    uint64_t n_answers;  /* within the time */
    uint64_t n_received; /* those after it, too */
    uint64_t n_other;    /* of them, of the other status, which are in no latency */
    double seconds;
    /* With a rate from when a request was to be sent until its answer was there, so that one that
       had to wait for a connection counts its waiting (what coordinated omission leaves out).
       Without one from its sending, which tells how long requests wait for each other in this loop,
       not what a client would see that asks less; of these the first million a second. */
    struct statistics latency;
    double share_in_time; /* of the requests of a rate: answered before the time was over */
    double server_cpu;    /* seconds, for n_received answers */
    double client_cpu;    /* likewise, of this thread */
};

/* Runs the plan. Every connection has been answered once before the time begins. What was due
   within the time is still sent and answered after it: with a rate for at most twice as long,
   without one for 1 s; what is not answered then is left out. An answer that ends its connection is
   followed by a new connection. Returns 0, or -1 and why: also for an answer of another status or
   without Content-Length, and for a connection that ends otherwise. */
int load_run(const struct load_plan *plan, struct load_result *result, struct error *error);

/* Asks one request on a connection of its own and appends the body of the answer, which must be
   200. */
int load_fetch(uint16_t port, const struct load_request *request, msgpack_sbuffer *body,
               struct error *error);

/* The same, but with the head as it came, of whatever status: `bytes` has room for LOAD_MAX_HEAD.
   `body` NULL: it is thrown away. */
int load_fetch_head(uint16_t port, const struct load_request *request, char *bytes,
                    struct response_head *head, msgpack_sbuffer *body, struct error *error);

#endif
