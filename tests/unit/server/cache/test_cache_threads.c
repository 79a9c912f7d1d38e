/* The result cache under threads: one computation for many who ask, and random requests that evict
   each other's entries. Run it under ThreadSanitizer too (make tsan). */
#include "server/cache/cache.h"
#include "tests/support/cache_look.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_THREADS 8

static void free_nothing(void *unused)
{
    (void)unused;
}

static struct cache *create(size_t max_bytes, unsigned n_shards, void (*free_value)(void *))
{
    struct error error;
    struct cache *cache = cache_create(max_bytes, n_shards, free_value, &error);
    assert_non_null(cache);
    return cache;
}

/* Threads that all ask for the key "key", of whose computations the first `n_failures` fail. */
struct crowd {
    struct cache *cache;
    unsigned n_failures;
    size_t value_bytes;
    atomic_uint n_asking; /* threads that are about to ask */
    atomic_uint n_computations;
    atomic_uint n_computing; /* at this moment */
    atomic_uint n_hits;
    atomic_bool went_wrong;
    char value;
};

static void compute(struct crowd *crowd, struct cache_entry *entry)
{
    if (atomic_fetch_add(&crowd->n_computing, 1) != 0)
        crowd->went_wrong = true;
    bool fails = atomic_fetch_add(&crowd->n_computations, 1) < crowd->n_failures;
    /* Long enough for others to come and ask meanwhile. */
    for (int i = 0; i < 100; i++)
        sched_yield();
    atomic_fetch_sub(&crowd->n_computing, 1);
    if (fails) {
        cache_abandon(crowd->cache, entry);
    } else {
        cache_fill(crowd->cache, entry, &crowd->value, crowd->value_bytes);
        cache_release(crowd->cache, entry);
    }
}

static void *ask_for_the_key(void *context)
{
    struct crowd *crowd = context;
    enum cache_outcome outcome;
    atomic_fetch_add(&crowd->n_asking, 1);
    struct cache_entry *entry = cache_acquire(crowd->cache, "key", 3, &outcome);
    if (outcome == CACHE_HIT) {
        if (cache_value(entry) != &crowd->value)
            crowd->went_wrong = true;
        atomic_fetch_add(&crowd->n_hits, 1);
        cache_release(crowd->cache, entry);
    } else if (outcome == CACHE_COMPUTE) {
        compute(crowd, entry);
    } else {
        crowd->went_wrong = true;
    }
    return NULL;
}

/* Starts the threads while this one computes the key, ends that computation (as the first of the
   failures, where there are any) when all of them are about to ask, and waits for them. */
static void gather(struct crowd *crowd)
{
    enum cache_outcome outcome;
    struct cache_entry *entry = cache_acquire(crowd->cache, "key", 3, &outcome);
    assert_int_equal(outcome, CACHE_COMPUTE);
    pthread_t threads[N_THREADS];
    for (int i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_for_the_key, crowd), 0);
    while (atomic_load(&crowd->n_asking) < N_THREADS)
        sched_yield();
    compute(crowd, entry);
    for (int i = 0; i < N_THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_false(crowd->went_wrong);
}

static void one_computation_serves_all(void **state)
{
    (void)state;
    for (int round = 0; round < 50; round++) {
        struct crowd crowd = {.cache = create((size_t)1 << 20, 4, free_nothing),
                              .value_bytes = 100};
        gather(&crowd);
        assert_int_equal(crowd.n_computations, 1);
        assert_int_equal(crowd.n_hits, N_THREADS);
        struct cache_statistics statistics = cache_totals(crowd.cache);
        assert_int_equal(statistics.n_misses, 1);
        assert_int_equal(statistics.n_hits, N_THREADS);
        assert_in_range(statistics.n_waits, 0, N_THREADS);
        cache_destroy(crowd.cache);
    }
}

/* With every failure exactly one of those who wait computes next, and never two at once. */
static void a_failed_computation_passes_to_one_that_waits(void **state)
{
    (void)state;
    for (unsigned n_failures = 1; n_failures <= N_THREADS; n_failures++) {
        struct crowd crowd = {.cache = create((size_t)1 << 20, 1, free_nothing),
                              .n_failures = n_failures,
                              .value_bytes = 100};
        gather(&crowd);
        assert_int_equal(crowd.n_computations, n_failures + 1);
        assert_int_equal(crowd.n_hits, N_THREADS - n_failures);
        cache_destroy(crowd.cache);
    }
}

/* What is too large to be kept still serves those who waited for it. Who comes later computes. */
static void those_who_wait_get_what_is_not_kept(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        struct crowd crowd = {.cache = create((size_t)64 << 10, 1, free_nothing),
                              .value_bytes = (size_t)64 << 10};
        gather(&crowd);
        assert_int_equal(crowd.n_hits + crowd.n_computations, N_THREADS + 1);
        struct cache_statistics statistics = cache_totals(crowd.cache);
        assert_int_equal(statistics.n_entries, 0);
        assert_int_equal(statistics.n_waits, crowd.n_hits);
        cache_destroy(crowd.cache);
    }
}

#define N_KEYS 1000
#define N_REQUESTS_EACH 10000

struct stress {
    struct cache *cache;
    uint64_t max_bytes;
    atomic_uint n_computing[N_KEYS];
    atomic_uint n_computations;
    atomic_uint n_hits;
    atomic_uint n_alive;
    atomic_bool went_wrong;
};

struct stress_value {
    struct stress *stress;
    unsigned key;
    unsigned check; /* of the key; spoilt when the value is freed */
};

static void free_stress_value(void *freed)
{
    struct stress_value *value = freed;
    if (value->check != ~value->key)
        value->stress->went_wrong = true;
    value->check = 0;
    atomic_fetch_sub(&value->stress->n_alive, 1);
    free(value);
}

static unsigned next_random(uint64_t *random, unsigned range)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return (unsigned)(*random >> 33) % range;
}

static void check_value(struct stress *stress, const struct cache_entry *entry, unsigned key)
{
    const struct stress_value *value = cache_value(entry);
    if (value->key != key || value->check != ~key)
        stress->went_wrong = true;
}

/* Ends the computation of a key; false where it was abandoned. */
static bool settle(struct stress *stress, struct cache_entry *entry, unsigned key, unsigned random)
{
    atomic_fetch_add(&stress->n_computations, 1);
    if (atomic_fetch_add(&stress->n_computing[key], 1) != 0)
        stress->went_wrong = true;
    struct stress_value *value = random % 10 != 0 ? malloc(sizeof *value) : NULL;
    if (random % 7 == 0)
        sched_yield();
    atomic_fetch_sub(&stress->n_computing[key], 1);
    if (value == NULL) {
        cache_abandon(stress->cache, entry);
        return false;
    }
    *value = (struct stress_value){stress, key, ~key};
    atomic_fetch_add(&stress->n_alive, 1);
    cache_fill(stress->cache, entry, value, random % 11 == 0 ? 100000 : random % 2000);
    return true;
}

static void *make_requests(void *context)
{
    struct stress *stress = context;
    uint64_t random = 88172645463325252 + (uint64_t)(uintptr_t)&random;
    struct cache_entry *held = NULL;
    unsigned held_key = 0;
    for (unsigned i = 0; i < N_REQUESTS_EACH; i++) {
        unsigned key = next_random(&random, next_random(&random, 2) ? N_KEYS : N_KEYS / 20);
        char bytes[16];
        size_t length = (size_t)snprintf(bytes, sizeof bytes, "key %u", key);
        enum cache_outcome outcome;
        struct cache_entry *entry = cache_acquire(stress->cache, bytes, length, &outcome);
        if (outcome == CACHE_COMPUTE) {
            if (!settle(stress, entry, key, next_random(&random, 1000000)))
                continue;
        } else {
            atomic_fetch_add(&stress->n_hits, 1);
        }
        check_value(stress, entry, key);
        if (next_random(&random, 10) == 0)
            cache_charge(stress->cache, entry, next_random(&random, 1000));
        /* One entry is held over the requests that follow, which may evict it. */
        if (held == NULL || next_random(&random, 5) == 0) {
            if (held != NULL)
                cache_release(stress->cache, held);
            held = entry;
            held_key = key;
        } else {
            cache_release(stress->cache, entry);
        }
        check_value(stress, held, held_key);
        if (i % 50 == 0) {
            struct cache_statistics statistics = cache_totals(stress->cache);
            if (statistics.n_bytes > stress->max_bytes)
                stress->went_wrong = true;
        }
    }
    if (held != NULL)
        cache_release(stress->cache, held);
    return NULL;
}

static bool look(void *context, struct cache_entry *entry, unsigned n_uses)
{
    struct stress *stress = context;
    const struct stress_value *value = cache_value(entry);
    (void)n_uses;
    if (value->check != ~value->key)
        stress->went_wrong = true;
    return true;
}

/* Values for which nobody asks. */
static bool is_of_swap(const void *value, const void *context)
{
    (void)context;
    return ((const struct stress_value *)value)->key >= N_KEYS;
}

static void make_one_ahead(struct stress *stress, unsigned number)
{
    char bytes[16];
    enum cache_outcome outcome;
    size_t length = (size_t)snprintf(bytes, sizeof bytes, "ahead %u", number);
    struct cache_entry *entry = cache_acquire_ahead(stress->cache, bytes, length, &outcome);
    if (outcome == CACHE_COMPUTE) {
        struct stress_value *value = malloc(sizeof *value);
        if (value == NULL) {
            cache_abandon(stress->cache, entry);
            return;
        }
        *value = (struct stress_value){stress, N_KEYS + number, ~(N_KEYS + number)};
        atomic_fetch_add(&stress->n_alive, 1);
        cache_fill_ahead(stress->cache, entry, value, 500, number % 5);
        cache_charge(stress->cache, entry, 100);
    }
    cache_release(stress->cache, entry);
}

/* What happens around swaps, again and again. */
static void *swap(void *context)
{
    struct stress *stress = context;
    for (int round = 0; round < 30; round++) {
        cache_visit(stress->cache, look, stress);
        for (unsigned i = 0; i < 200; i++)
            make_one_ahead(stress, i);
        cache_settle_ahead(stress->cache);
        cache_drop(stress->cache, is_of_swap, NULL);
    }
    return NULL;
}

static void random_requests_from_many_threads_stay_right(void **state)
{
    (void)state;
    struct stress *stress = calloc(1, sizeof *stress);
    assert_non_null(stress);
    stress->max_bytes = (uint64_t)256 << 10;
    stress->cache = create(stress->max_bytes, 4, free_stress_value);
    pthread_t threads[N_THREADS + 1];
    for (int i = 0; i <= N_THREADS; i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, i < N_THREADS ? make_requests : swap, stress), 0);
    for (int i = 0; i <= N_THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_false(stress->went_wrong);

    struct cache_statistics statistics = cache_totals(stress->cache);
    assert_int_equal(statistics.n_misses, stress->n_computations);
    assert_int_equal(statistics.n_hits, stress->n_hits);
    assert_int_equal(statistics.n_hits + statistics.n_misses, N_THREADS * N_REQUESTS_EACH);
    assert_int_equal(statistics.n_entries, stress->n_alive);
    assert_true(statistics.n_evictions > 1000 && statistics.n_hits > 1000);
    cache_destroy(stress->cache);
    assert_int_equal(stress->n_alive, 0);
    free(stress);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_computation_serves_all),
        cmocka_unit_test(a_failed_computation_passes_to_one_that_waits),
        cmocka_unit_test(those_who_wait_get_what_is_not_kept),
        cmocka_unit_test(random_requests_from_many_threads_stay_right),
    };
    return cmocka_run_group_tests_name("cache_threads", tests, NULL, NULL);
}
