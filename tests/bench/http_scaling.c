/* A hit as far as it runs without a connection: the key of what the client sent, the thread's
   recent hits, the cache's count of it, the prebuilt response, and the metrics
   (server/exchange/responder.c, server/connections/daemon.c). Dozens of times as many hits a second
   as through a socket meet at what threads share, so a lock there, or a counter's cache line that
   goes to and fro, shows here long before it does in a server.

   Each thread is bound to a processor of its own. Virtual processors may be two halves of a real
   one, and then two threads do not double anything: the same threads with nothing in common tell
   what is possible. */
#define _GNU_SOURCE /* pthread_setaffinity_np */
#include "tests/bench/http_scaling.h"

#include "server/answer/answer.h"
#include "server/cache/cache.h"
#include "server/cache/recent_hits.h"
#include "server/telemetry/metrics.h"
#include "tests/bench/bench.h"
#include "tests/support/random.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define CACHE_BYTES ((size_t)64 << 20)
#define N_SHARDS 8
#define N_ANSWERS 256
#define BODY_BYTES 1024
#define RUN_NANOSECONDS 40000000
#define HITS_A_LOOK 64  /* at the clock */
#define MIN_SCALING 1.8 /* hits a second, two threads / one */
#define SEED 20261125

/* What the threads of a server share. */
struct common {
    struct cache *cache;
    struct recent_hits *recent_hits;
    struct metrics *metrics;
};

struct worker {
    pthread_t thread;
    const struct common *common;
    int processor;
    atomic_uint *n_waiting; /* workers that are not ready yet */
    double hits_a_second;   /* 0: it failed */
};

static char targets[N_ANSWERS][32];

static void close_common(struct common *common)
{
    recent_hits_destroy(common->recent_hits);
    if (common->cache != NULL)
        cache_destroy(common->cache);
    metrics_destroy(common->metrics);
}

static int fill(struct cache *cache, const char *target, struct error *error)
{
    static const char bytes[BODY_BYTES];
    const struct answer_head head = {.status = 200, .content_type = "application/json"};
    enum cache_outcome outcome;
    msgpack_sbuffer body;
    msgpack_sbuffer_init(&body);
    struct cache_entry *entry = cache_acquire(cache, target, strlen(target), &outcome);
    if (entry == NULL)
        return error_out_of_memory(error);
    struct answer *answer = msgpack_sbuffer_write(&body, bytes, sizeof bytes) == 0
                                ? answer_create(&head, &body, NULL, NULL, error)
                                : NULL;
    msgpack_sbuffer_destroy(&body);
    if (answer == NULL) {
        cache_abandon(cache, entry);
        return error_out_of_memory(error);
    }
    cache_fill(cache, entry, answer, answer_cost(answer));
    cache_release(cache, entry);
    return 0;
}

static int open_common(struct common *common, struct error *error)
{
    static const char *const routes[] = {"/api/v1/crates"};
    *common = (struct common){.cache = cache_create(CACHE_BYTES, N_SHARDS, answer_free, error),
                              .metrics = metrics_create(routes, 1, error)};
    if (common->cache != NULL)
        common->recent_hits = recent_hits_create(common->cache, CACHE_BYTES, error);
    if (common->recent_hits == NULL || common->metrics == NULL)
        return -1;
    for (int i = 0; i < N_ANSWERS; i++) {
        snprintf(targets[i], sizeof targets[i], "/api/v1/crates?q=word%d", i);
        if (fill(common->cache, targets[i], error) != 0)
            return -1;
    }
    return 0;
}

static void set_target(struct request *request, unsigned number)
{
    request->target = targets[number];
}

/* The thread answers everything once, as after it was asked for the first time. */
static int remember(const struct common *common, struct request *request)
{
    for (unsigned i = 0; i < N_ANSWERS; i++) {
        struct recent_key key;
        struct error error;
        size_t added;
        set_target(request, i);
        recent_key_make(&key, 1, request);
        enum cache_outcome outcome;
        struct cache_entry *entry =
            cache_acquire(common->cache, request->target, strlen(request->target), &outcome);
        if (outcome == CACHE_COMPUTE)
            cache_abandon(common->cache, entry);
        if (outcome != CACHE_HIT)
            return -1;
        const struct recent_hit hit = {
            entry, answer_representation(cache_value(entry), CODING_IDENTITY, &added, &error), 0,
            ENCODING_JSON};
        if (hit.representation != NULL)
            recent_hits_keep(common->recent_hits, &key, &hit);
        cache_release(common->cache, entry);
    }
    return 0;
}

/* Keeps the numbers of those that are remembered: of two that fall on one place the later took
   it. */
static unsigned list_remembered(const struct common *common, struct request *request,
                                unsigned numbers[N_ANSWERS])
{
    unsigned n_numbers = 0;
    for (unsigned i = 0; i < N_ANSWERS; i++) {
        struct recent_key key;
        set_target(request, i);
        recent_key_make(&key, 1, request);
        if (recent_hits_find(common->recent_hits, &key) != NULL)
            numbers[n_numbers++] = i;
    }
    return n_numbers;
}

/* Answers one request. Returns false where it is no hit. */
static bool answer_one(const struct common *common, struct request *request)
{
    struct recent_key key;
    recent_key_make(&key, 1, request);
    const struct recent_hit *hit = recent_hits_find(common->recent_hits, &key);
    if (hit == NULL || representation_hit(hit->representation) == NULL)
        return false;
    struct outcome outcome;
    outcome_init(&outcome, hit->route);
    outcome.status = answer_head(cache_value(hit->entry))->status;
    outcome.cache_state = CACHE_STATE_HIT;
    outcome.format = BODY_JSON;
    outcome.body_bytes = representation_size(hit->representation);
    metrics_record(common->metrics, &outcome, 5e-6);
    return true;
}

static void *work(void *context)
{
    struct worker *worker = context;
    struct request request = {.method = METHOD_GET, .host = "localhost", .scheme = "http"};
    uint64_t seed = 88172645463325252u + (uint64_t)worker->processor;
    unsigned numbers[N_ANSWERS];
    unsigned n_numbers = 0;
    if (remember(worker->common, &request) == 0)
        n_numbers = list_remembered(worker->common, &request, numbers);
    bool is_ready = n_numbers > 0;
    atomic_fetch_sub(worker->n_waiting, 1);
    while (atomic_load(worker->n_waiting) > 0)
        sched_yield();
    uint64_t n_hits = 0;
    uint64_t begin = bench_now();
    uint64_t end = begin;
    while (is_ready && end - begin < RUN_NANOSECONDS) {
        for (int i = 0; i < HITS_A_LOOK; i++) {
            set_target(&request, numbers[random_below(&seed, n_numbers)]);
            is_ready = answer_one(worker->common, &request) && is_ready;
        }
        n_hits += HITS_A_LOOK;
        end = bench_now();
    }
    worker->hits_a_second = is_ready ? 1e9 * (double)n_hits / (double)(end - begin) : 0;
    return NULL;
}

/* Starts a thread that is bound to its processor from its first instruction. */
static int start(struct worker *worker, struct error *error)
{
    cpu_set_t processors;
    pthread_attr_t attributes;
    CPU_ZERO(&processors);
    CPU_SET((size_t)worker->processor, &processors);
    int fault = pthread_attr_init(&attributes);
    if (fault == 0) {
        fault = pthread_attr_setaffinity_np(&attributes, sizeof processors, &processors);
        if (fault == 0)
            fault = pthread_create(&worker->thread, &attributes, work, worker);
        pthread_attr_destroy(&attributes);
    }
    return fault == 0 ? 0 : error_set(error, "cannot start a thread: %s", strerror(fault));
}

/* Runs the workers at the same time. Returns their hits a second; 0 and why. */
static double run(struct worker *workers, unsigned n_workers, struct error *error)
{
    atomic_uint n_waiting = n_workers;
    unsigned n_started = 0;
    double hits_a_second = 0;
    for (unsigned i = 0; i < n_workers; i++)
        workers[i].n_waiting = &n_waiting;
    while (n_started < n_workers && start(&workers[n_started], error) == 0)
        n_started++;
    atomic_fetch_sub(&n_waiting, n_workers - n_started);
    bool is_whole = n_started == n_workers;
    for (unsigned i = 0; i < n_started; i++) {
        pthread_join(workers[i].thread, NULL);
        hits_a_second += workers[i].hits_a_second;
        if (workers[i].hits_a_second == 0 && is_whole) {
            error_set(error, "a hit was none");
            is_whole = false;
        }
    }
    for (unsigned i = 0; i < n_workers; i++)
        workers[i].n_waiting = NULL;
    return is_whole ? hits_a_second : 0;
}

/* The first two processors that this process may use. Returns how many there are, at most two. */
static unsigned find_processors(int processors[2])
{
    cpu_set_t allowed;
    unsigned n_found = 0;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return 0;
    for (int i = 0; i < CPU_SETSIZE && n_found < 2; i++)
        if (CPU_ISSET((size_t)i, &allowed))
            processors[n_found++] = i;
    return n_found;
}

static int run_round(struct http_scaling *scaling, const struct common commons[2],
                     const int processors[2], struct error *error)
{
    struct worker shared[2];
    struct worker apart[2];
    unsigned round = scaling->n_rounds;
    double alone[2];
    for (int i = 0; i < 2; i++) {
        shared[i] = (struct worker){.common = &commons[0], .processor = processors[i]};
        apart[i] = (struct worker){.common = &commons[i], .processor = processors[i]};
        alone[i] = run(&shared[i], 1, error);
    }
    scaling->single[round] = (alone[0] + alone[1]) / 2;
    scaling->shared[round] = run(shared, 2, error);
    scaling->apart[round] = run(apart, 2, error);
    if (alone[0] == 0 || alone[1] == 0 || scaling->shared[round] == 0 || scaling->apart[round] == 0)
        return -1;
    scaling->n_rounds++;
    return 0;
}

int http_scaling_measure(struct http_scaling *scaling, unsigned n_rounds, struct error *error)
{
    struct common commons[2] = {{.cache = NULL}};
    int processors[2];
    scaling->n_rounds = 0;
    if (find_processors(processors) < 2)
        return 0;
    int status = 0;
    for (int i = 0; i < 2 && status == 0; i++)
        status = open_common(&commons[i], error);
    while (scaling->n_rounds < n_rounds && status == 0)
        status = run_round(scaling, commons, processors, error);
    for (int i = 0; i < 2; i++)
        close_common(&commons[i]);
    return status;
}

/* Two threads beside one, and beside two that share nothing. */
static void judge(const struct http_scaling *scaling, struct goal_result *of_single,
                  struct estimate *of_apart)
{
    goal_judge(GOAL_RATIO, GOAL_AT_LEAST, MIN_SCALING, scaling->shared, scaling->single,
               scaling->n_rounds, of_single);
    bootstrap_ratio(scaling->shared, scaling->apart, scaling->n_rounds, SEED, of_apart);
}

enum goal_verdict http_scaling_verdict(const struct http_scaling *scaling)
{
    struct goal_result of_single;
    struct estimate of_apart;
    judge(scaling, &of_single, &of_apart);
    return of_single.verdict;
}

void http_scaling_print(const struct http_scaling *scaling)
{
    struct goal_result of_single;
    struct estimate of_apart;
    if (scaling->n_rounds == 0)
        return;
    judge(scaling, &of_single, &of_apart);
    printf("\nHits in this process, without a socket: %.2f million/s by one thread, %.2f by two, "
           "%.2f by two that share nothing\n",
           bootstrap_median(scaling->single, scaling->n_rounds) / 1e6,
           bootstrap_median(scaling->shared, scaling->n_rounds) / 1e6,
           bootstrap_median(scaling->apart, scaling->n_rounds) / 1e6);
    printf("  %-58s %7.3f (%.3f-%.3f) %s\n", "two threads / one, hits/s >= 1.80",
           of_single.estimate.value, of_single.estimate.low, of_single.estimate.high,
           goal_verdict_name(of_single.verdict));
    printf("  %-58s %7.3f (%.3f-%.3f)\n", "two threads / two that share nothing, hits/s",
           of_apart.value, of_apart.low, of_apart.high);
}

json_t *http_scaling_to_json(const struct http_scaling *scaling)
{
    struct goal_result of_single;
    struct estimate of_apart;
    judge(scaling, &of_single, &of_apart);
    return json_pack("{s:f, s:f, s:f, s:o, s:s, s:o}", "single_hits_a_second",
                     bootstrap_median(scaling->single, scaling->n_rounds), "shared_hits_a_second",
                     bootstrap_median(scaling->shared, scaling->n_rounds), "apart_hits_a_second",
                     bootstrap_median(scaling->apart, scaling->n_rounds), "two_to_one",
                     estimate_to_json(&of_single.estimate, 1), "verdict",
                     goal_verdict_name(of_single.verdict), "shared_to_apart",
                     estimate_to_json(&of_apart, 1));
}
