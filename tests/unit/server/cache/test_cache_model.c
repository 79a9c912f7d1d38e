/* The result cache against a model under random operations: bounds, counts and lifetimes hold after
   every one of them, whatever is evicted. */
#include "server/cache/cache.h"
#include "tests/support/cache_look.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_KEYS 400
#define N_OPERATIONS 60000
#define MAX_HELD 24
#define MAX_PENDING 4
#define NO_VALUE N_OPERATIONS

struct value {
    struct model *model;
    unsigned key;
    unsigned n_freed;
    size_t bytes; /* as declared, with what was charged later */
};

/* What must be true of the cache, whatever it evicts. */
struct model {
    struct cache *cache;
    size_t entry_bytes; /* of an entry without key and value */
    uint64_t random;
    struct value values[N_OPERATIONS];
    unsigned n_values;
    unsigned latest[N_KEYS]; /* the value that was filled in last, or NO_VALUE */
    bool is_pending[N_KEYS]; /* being computed */
    unsigned n_alive;        /* values that were not freed */
    size_t alive_bytes;      /* of their entries */
    unsigned n_oversized;
    uint64_t n_hits;
    uint64_t n_misses;
    struct cache_entry *held[MAX_HELD];
    unsigned n_held;
    struct cache_entry *pending[MAX_PENDING];
    unsigned pending_keys[MAX_PENDING];
    unsigned n_pending;
};

static unsigned next_random(struct model *model, unsigned range)
{
    model->random ^= model->random << 13;
    model->random ^= model->random >> 7;
    model->random ^= model->random << 17;
    return (unsigned)(model->random >> 33) % range;
}

/* Keys of many lengths, some of which begin like others. Returns the length. */
static size_t write_key(char key[128], unsigned number)
{
    memset(key, 'k', 128);
    int length = snprintf(key, 128, "%u", number);
    return (size_t)length + number % 100;
}

static size_t entry_bytes(const struct value *value)
{
    char key[128];
    return value->model->entry_bytes + write_key(key, value->key) + value->bytes;
}

static void count_freed(void *freed)
{
    struct value *value = freed;
    value->n_freed++;
    value->model->n_alive--;
    value->model->alive_bytes -= entry_bytes(value);
}

static struct cache_statistics statistics_of(struct cache *cache)
{
    struct cache_statistics statistics = cache_totals(cache);
    return statistics;
}

static void fill(struct model *model, struct cache_entry *entry, unsigned key, bool oversized)
{
    struct value *value = &model->values[model->n_values];
    *value = (struct value){.model = model, .key = key, .bytes = next_random(model, 1200)};
    if (oversized)
        value->bytes = statistics_of(model->cache).max_bytes;
    model->latest[key] = oversized ? NO_VALUE : model->n_values;
    model->n_values++;
    model->n_oversized += oversized;
    model->n_alive++;
    model->alive_bytes += entry_bytes(value);
    cache_fill(model->cache, entry, value, value->bytes);
    assert_ptr_equal(cache_value(entry), value);
}

/* Keeps a reference for later, or gives it back. */
static void hold_or_release(struct model *model, struct cache_entry *entry)
{
    if (model->n_held < MAX_HELD && next_random(model, 10) == 0)
        model->held[model->n_held++] = entry;
    else
        cache_release(model->cache, entry);
}

static void finish(struct model *model, struct cache_entry *entry, unsigned key)
{
    unsigned how = next_random(model, 20);
    if (how < 2) {
        model->latest[key] = NO_VALUE;
        cache_abandon(model->cache, entry);
    } else {
        fill(model, entry, key, how == 2);
        hold_or_release(model, entry);
    }
}

static void check_hit(struct model *model, struct cache_entry *entry, unsigned key)
{
    struct value *value = cache_value(entry);
    assert_int_equal(value->key, key);
    assert_int_equal(value->n_freed, 0);
    assert_int_equal(value - model->values, model->latest[key]);
    model->n_hits++;
    if (next_random(model, 20) == 0) {
        size_t bytes = next_random(model, 600);
        value->bytes += bytes;
        model->alive_bytes += bytes;
        cache_charge(model->cache, entry, bytes);
    }
}

static void ask(struct model *model, unsigned key)
{
    char bytes[128];
    size_t length = write_key(bytes, key);
    if (model->is_pending[key])
        return; /* it would wait for itself */
    enum cache_outcome outcome;
    struct cache_entry *entry = cache_acquire(model->cache, bytes, length, &outcome);
    assert_non_null(entry);
    if (outcome == CACHE_HIT) {
        check_hit(model, entry, key);
        hold_or_release(model, entry);
        return;
    }
    assert_int_equal(outcome, CACHE_COMPUTE);
    model->n_misses++;
    if (model->n_pending < MAX_PENDING && next_random(model, 20) == 0) {
        model->is_pending[key] = true;
        model->pending_keys[model->n_pending] = key;
        model->pending[model->n_pending++] = entry;
    } else {
        finish(model, entry, key);
    }
}

static void peek(struct model *model, unsigned key)
{
    char bytes[128];
    size_t length = write_key(bytes, key);
    if (model->is_pending[key])
        return;
    struct cache_entry *entry = cache_look(model->cache, bytes, length);
    if (entry == NULL) {
        model->n_misses++;
        model->latest[key] = NO_VALUE;
        return;
    }
    check_hit(model, entry, key);
    hold_or_release(model, entry);
}

static void release_one(struct model *model)
{
    if (model->n_held == 0)
        return;
    unsigned at = next_random(model, model->n_held);
    struct value *value = cache_value(model->held[at]);
    assert_int_equal(value->n_freed, 0);
    cache_release(model->cache, model->held[at]);
    model->held[at] = model->held[--model->n_held];
}

static void finish_one(struct model *model)
{
    if (model->n_pending == 0)
        return;
    unsigned at = next_random(model, model->n_pending);
    struct cache_entry *entry = model->pending[at];
    unsigned key = model->pending_keys[at];
    model->n_pending--;
    model->pending[at] = model->pending[model->n_pending];
    model->pending_keys[at] = model->pending_keys[model->n_pending];
    model->is_pending[key] = false;
    finish(model, entry, key);
}

static void check_statistics(const struct model *model, uint64_t empty_bytes)
{
    struct cache_statistics statistics = statistics_of(model->cache);
    assert_true(statistics.n_bytes <= statistics.max_bytes);
    assert_int_equal(statistics.n_hits, model->n_hits);
    assert_int_equal(statistics.n_misses, model->n_misses);
    assert_int_equal(statistics.n_waits, 0);
    assert_int_equal(statistics.n_evictions,
                     model->n_values - model->n_oversized - statistics.n_entries);
    assert_in_range(statistics.n_entries, model->n_alive - model->n_held, model->n_alive);
    if (model->n_held == 0) {
        assert_int_equal(statistics.n_entries, model->n_alive);
        assert_int_equal(statistics.n_bytes, empty_bytes + model->alive_bytes);
    }
}

/* What the cache counts for an entry beside its key and value. */
static size_t measure_entry(size_t max_bytes, unsigned n_shards)
{
    struct error error;
    struct model model = {0};
    struct value value = {.model = &model};
    model.cache = cache_create(max_bytes, n_shards, count_freed, &error);
    assert_non_null(model.cache);
    uint64_t before = statistics_of(model.cache).n_bytes;
    enum cache_outcome outcome;
    struct cache_entry *entry = cache_acquire(model.cache, "key", 3, &outcome);
    cache_fill(model.cache, entry, &value, 1000);
    cache_release(model.cache, entry);
    size_t own_bytes = (size_t)(statistics_of(model.cache).n_bytes - before) - 3 - 1000;
    cache_destroy(model.cache);
    assert_in_range(own_bytes, sizeof(void *), 256);
    return own_bytes;
}

static void run_against_model(size_t max_bytes, unsigned n_shards, uint64_t seed)
{
    struct error error;
    struct model *model = calloc(1, sizeof *model);
    assert_non_null(model);
    model->random = seed;
    model->entry_bytes = measure_entry(max_bytes, n_shards);
    model->cache = cache_create(max_bytes, n_shards, count_freed, &error);
    assert_non_null(model->cache);
    for (unsigned i = 0; i < N_KEYS; i++)
        model->latest[i] = NO_VALUE;
    uint64_t empty_bytes = statistics_of(model->cache).n_bytes;
    assert_in_range(empty_bytes, 1, max_bytes / 10);

    for (unsigned i = 0; i < N_OPERATIONS; i++) {
        /* Half of the requests go to a tenth of the keys. */
        unsigned key = next_random(model, next_random(model, 2) ? N_KEYS : N_KEYS / 10);
        unsigned operation = next_random(model, 100);
        if (operation < 75)
            ask(model, key);
        else if (operation < 85)
            peek(model, key);
        else if (operation < 95)
            release_one(model);
        else
            finish_one(model);
        while (i % 500 == 0 && model->n_held > 0)
            release_one(model);
        check_statistics(model, empty_bytes);
    }
    struct cache_statistics statistics = statistics_of(model->cache);
    assert_true(statistics.n_evictions > 1000 && statistics.n_hits > 1000);

    while (model->n_pending > 0)
        finish_one(model);
    while (model->n_held > 0)
        release_one(model);
    cache_destroy(model->cache);
    assert_int_equal(model->n_alive, 0);
    for (unsigned i = 0; i < model->n_values; i++)
        assert_int_equal(model->values[i].n_freed, 1);
    free(model);
}

static void random_operations_agree_with_a_model(void **state)
{
    (void)state;
    run_against_model((size_t)64 << 10, 1, 88172645463325252);
    run_against_model((size_t)20 << 10, 1, 362436069);
    run_against_model((size_t)256 << 10, 4, 521288629);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_operations_agree_with_a_model),
    };
    return cmocka_run_group_tests_name("cache_model", tests, NULL, NULL);
}
