/* What the result cache promises its callers, one by one. Random operations are in
   test_cache_model.c, eviction's choices in test_cache_shard.c, threads in test_cache_threads.c. */
#include "server/cache/cache.h"
#include "tests/support/cache_look.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct cache_statistics statistics_of(struct cache *cache)
{
    struct cache_statistics statistics = cache_totals(cache);
    return statistics;
}

static struct cache *create(size_t max_bytes, unsigned n_shards, void (*free_value)(void *))
{
    struct error error;
    struct cache *cache = cache_create(max_bytes, n_shards, free_value, &error);
    assert_non_null(cache);
    return cache;
}

/* The values are counters of how often they were freed. */
static void increment(void *value)
{
    ++*(unsigned *)value;
}

static struct cache_entry *begin(struct cache *cache, const void *key, size_t key_size)
{
    enum cache_outcome outcome;
    struct cache_entry *entry = cache_acquire(cache, key, key_size, &outcome);
    assert_non_null(entry);
    assert_int_equal(outcome, CACHE_COMPUTE);
    return entry;
}

static void keys_are_compared_whole(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
    } keys[] = {{"", 0}, {"\0", 1}, {"\0\0", 2}, {"a", 1}, {"A", 1}, {"a\0", 2}, {"a\0b", 3}};
    enum { N = sizeof keys / sizeof keys[0] };
    struct cache *cache = create((size_t)1 << 20, 1, increment);
    unsigned n_freed[N] = {0};
    for (size_t i = 0; i < N; i++) {
        struct cache_entry *entry = begin(cache, keys[i].bytes, keys[i].size);
        cache_fill(cache, entry, &n_freed[i], 1);
        cache_release(cache, entry);
    }
    for (size_t i = 0; i < N; i++) {
        struct cache_entry *entry = cache_look(cache, keys[i].bytes, keys[i].size);
        assert_non_null(entry);
        assert_ptr_equal(cache_value(entry), &n_freed[i]);
        cache_release(cache, entry);
    }
    cache_destroy(cache);
    for (size_t i = 0; i < N; i++)
        assert_int_equal(n_freed[i], 1);
}

static void a_large_value_is_served_and_not_kept(void **state)
{
    (void)state;
    static const size_t sizes[] = {7000, (size_t)64 << 10, SIZE_MAX};
    struct cache *cache = create((size_t)64 << 10, 1, increment);
    uint64_t empty_bytes = statistics_of(cache).n_bytes;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        unsigned n_freed = 0;
        struct cache_entry *entry = begin(cache, "large", 5);
        cache_fill(cache, entry, &n_freed, sizes[i]);
        assert_ptr_equal(cache_value(entry), &n_freed);
        assert_null(cache_look(cache, "large", 5));
        cache_charge(cache, entry, 100);
        assert_int_equal(statistics_of(cache).n_bytes, empty_bytes);
        assert_int_equal(statistics_of(cache).n_entries, 0);
        assert_int_equal(n_freed, 0);
        cache_release(cache, entry);
        assert_int_equal(n_freed, 1);
    }
    unsigned n_freed = 0;
    struct cache_entry *entry = begin(cache, "large", 5);
    cache_fill(cache, entry, &n_freed, 5000);
    cache_release(cache, entry);
    assert_int_equal(n_freed, 0);
    assert_int_equal(statistics_of(cache).n_entries, 1);
    cache_destroy(cache);
    assert_int_equal(n_freed, 1);
}

static void a_charge_can_evict_even_the_entry_itself(void **state)
{
    (void)state;
    static const size_t charges[] = {(size_t)60 << 10, (size_t)1 << 30, SIZE_MAX};
    for (size_t i = 0; i < sizeof charges / sizeof charges[0]; i++) {
        struct cache *cache = create((size_t)64 << 10, 1, increment);
        uint64_t empty_bytes = statistics_of(cache).n_bytes;
        unsigned n_freed[2] = {0, 0};
        struct cache_entry *other = begin(cache, "other", 5);
        cache_fill(cache, other, &n_freed[0], 5000);
        cache_release(cache, other);
        struct cache_entry *entry = begin(cache, "entry", 5);
        cache_fill(cache, entry, &n_freed[1], 5000);
        cache_charge(cache, entry, charges[i]);
        assert_int_equal(n_freed[0], 1);
        assert_int_equal(n_freed[1], 0);
        assert_ptr_equal(cache_value(entry), &n_freed[1]);
        assert_int_equal(statistics_of(cache).n_bytes, empty_bytes);
        cache_release(cache, entry);
        assert_int_equal(n_freed[1], 1);
        cache_destroy(cache);
    }
}

static void an_abandoned_entry_is_as_if_it_had_never_been(void **state)
{
    (void)state;
    struct cache *cache = create((size_t)64 << 10, 1, increment);
    uint64_t empty_bytes = statistics_of(cache).n_bytes;
    struct cache_entry *entry = begin(cache, "key", 3);
    cache_abandon(cache, entry);
    assert_null(cache_look(cache, "key", 3));
    assert_int_equal(statistics_of(cache).n_bytes, empty_bytes);
    unsigned n_freed = 0;
    entry = begin(cache, "key", 3);
    cache_fill(cache, entry, &n_freed, 1);
    cache_release(cache, entry);
    entry = cache_look(cache, "key", 3);
    assert_non_null(entry);
    cache_release(cache, entry);
    struct cache_statistics statistics = statistics_of(cache);
    assert_int_equal(statistics.n_misses, 3);
    assert_int_equal(statistics.n_hits, 1);
    cache_destroy(cache);
    assert_int_equal(n_freed, 1);
}

static void without_bytes_everybody_computes(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, CACHE_MIN_BYTES - 1};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct cache *cache = create(sizes[i], 16, increment);
        unsigned n_freed[2] = {0, 0};
        struct cache_entry *first = begin(cache, "key", 3);
        struct cache_entry *second = begin(cache, "key", 3);
        struct cache_entry *third = begin(cache, "key", 3);
        cache_abandon(cache, third);
        cache_fill(cache, first, &n_freed[0], 10);
        assert_null(cache_look(cache, "key", 3));
        cache_fill(cache, second, &n_freed[1], 10);
        cache_charge(cache, second, 10);
        assert_ptr_equal(cache_value(first), &n_freed[0]);
        assert_ptr_equal(cache_value(second), &n_freed[1]);
        cache_release(cache, first);
        cache_release(cache, second);
        assert_int_equal(n_freed[0], 1);
        assert_int_equal(n_freed[1], 1);
        struct cache_statistics statistics = statistics_of(cache);
        assert_int_equal(statistics.n_entries, 0);
        assert_int_equal(statistics.n_bytes, 0);
        assert_int_equal(statistics.max_bytes, sizes[i]);
        assert_int_equal(statistics.n_hits, 0);
        assert_int_equal(statistics.n_misses, 4);
        cache_destroy(cache);
    }
}

/* A value whose end needs the cache: it would wait for ever if a lock were held. */
static void read_statistics_of(void *value)
{
    (void)cache_totals(*(struct cache **)value);
}

static void values_are_freed_without_a_lock(void **state)
{
    (void)state;
    struct cache *cache = create((size_t)64 << 10, 1, read_statistics_of);
    for (unsigned i = 0; i < 200; i++) {
        struct cache_entry *entry = begin(cache, &i, sizeof i);
        cache_fill(cache, entry, &cache, 3000);
        cache_charge(cache, entry, 1000);
        cache_release(cache, entry);
    }
    assert_true(statistics_of(cache).n_evictions > 100);
    cache_destroy(cache);
}

static void who_does_not_wait_is_told_why(void **state)
{
    (void)state;
    struct cache *cache = create((size_t)1 << 20, 1, increment);
    enum cache_outcome outcome;
    unsigned n_freed = 0;
    assert_null(cache_try_acquire(cache, "key", 3, false, false, &outcome));
    assert_int_equal(outcome, CACHE_ABSENT);
    struct cache_entry *entry = cache_try_acquire(cache, "key", 3, true, true, &outcome);
    assert_int_equal(outcome, CACHE_COMPUTE);
    for (int may_compute = 0; may_compute < 2; may_compute++) {
        assert_null(cache_try_acquire(cache, "key", 3, may_compute != 0, true, &outcome));
        assert_int_equal(outcome, CACHE_BUSY);
    }
    cache_abandon(cache, entry);
    assert_null(cache_try_acquire(cache, "key", 3, false, true, &outcome));
    assert_int_equal(outcome, CACHE_ABSENT);
    entry = cache_try_acquire(cache, "key", 3, true, false, &outcome);
    assert_int_equal(outcome, CACHE_COMPUTE);
    cache_fill(cache, entry, &n_freed, 1);
    cache_release(cache, entry);
    for (int has_waited = 0; has_waited < 2; has_waited++) {
        entry = cache_try_acquire(cache, "key", 3, false, has_waited != 0, &outcome);
        assert_int_equal(outcome, CACHE_HIT);
        assert_ptr_equal(cache_value(entry), &n_freed);
        cache_release(cache, entry);
    }
    const struct cache_statistics statistics = statistics_of(cache);
    assert_int_equal(statistics.n_hits, 2);
    assert_int_equal(statistics.n_misses, 2);
    assert_int_equal(statistics.n_waits, 1);
    cache_destroy(cache);
    assert_int_equal(n_freed, 1);
}

static void what_is_made_ahead_counts_as_nothing(void **state)
{
    (void)state;
    struct cache *cache = create((size_t)64 << 10, 1, increment);
    enum cache_outcome outcome;
    unsigned n_freed = 0;
    struct cache_entry *entry = cache_acquire_ahead(cache, "key", 3, &outcome);
    assert_int_equal(outcome, CACHE_COMPUTE);
    assert_null(cache_acquire_ahead(cache, "key", 3, &outcome));
    assert_int_equal(outcome, CACHE_BUSY);
    cache_fill_ahead(cache, entry, &n_freed, 1, 4);
    cache_release(cache, entry);
    entry = cache_acquire_ahead(cache, "key", 3, &outcome);
    assert_int_equal(outcome, CACHE_HIT);
    assert_ptr_equal(cache_value(entry), &n_freed);
    cache_release(cache, entry);
    const struct cache_statistics statistics = statistics_of(cache);
    assert_int_equal(statistics.n_entries, 1);
    assert_int_equal(statistics.n_hits, 0);
    assert_int_equal(statistics.n_misses, 0);
    cache_destroy(cache);
    assert_int_equal(n_freed, 1);
}

/* What cache_visit tells of the entries whose values are these. */
struct visit {
    unsigned values[3];
    unsigned n_uses[3];
    unsigned n_visited;
    unsigned n_wanted;
};

static bool note_visit(void *context, struct cache_entry *entry, unsigned n_uses)
{
    struct visit *visit = context;
    visit->n_uses[(unsigned *)cache_value(entry) - visit->values] = n_uses;
    return ++visit->n_visited < visit->n_wanted;
}

static void tells_how_much_each_entry_is_in_use(void **state)
{
    (void)state;
    static const unsigned uses[] = {0, 2, 1000};
    struct cache *cache = create((size_t)1 << 20, 4, increment);
    struct visit visit = {.n_wanted = 10};
    struct cache_entry *computing = begin(cache, "computing", 9);
    for (unsigned i = 0; i < 3; i++) {
        struct cache_entry *entry = begin(cache, &i, sizeof i);
        cache_fill(cache, entry, &visit.values[i], 1);
        for (unsigned use = 0; use < uses[i]; use++)
            cache_touch(cache, entry);
        cache_release(cache, entry);
    }
    cache_visit(cache, note_visit, &visit);
    assert_int_equal(visit.n_visited, 3);
    assert_int_equal(visit.n_uses[0], 0);
    assert_int_equal(visit.n_uses[1], 2);
    assert_in_range(visit.n_uses[2], 100, 1000);
    visit.n_visited = 0;
    visit.n_wanted = 2;
    cache_visit(cache, note_visit, &visit);
    assert_int_equal(visit.n_visited, 2);
    cache_abandon(cache, computing);
    cache_destroy(cache);
}

static void impossible_sizes_are_refused(void **state)
{
    (void)state;
    static const unsigned numbers[] = {0, 3, 6, 2048, 4294967295};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct error error = {.message = ""};
        assert_null(cache_create(1 << 20, numbers[i], increment, &error));
        assert_non_null(strstr(error.message, "shards"));
    }
    struct error error = {.message = ""};
    assert_null(cache_create(SIZE_MAX / 2, 16, increment, &error));
    assert_non_null(strstr(error.message, "memory"));
    cache_destroy(NULL);
}

/* Values are addresses in an array: every third one is unwanted. */
static bool is_third(const void *value, const void *context)
{
    const unsigned *first = context;
    return ((const unsigned *)value - first) % 3 == 0;
}

/* More of them than are looked at while a lock is held, from both queues. */
static void drops_what_is_unwanted(void **state)
{
    (void)state;
    enum { N = 2000 };
    static unsigned n_freed[N];
    struct cache *cache = create((size_t)1 << 20, 2, increment);
    for (unsigned i = 0; i < N; i++) {
        struct cache_entry *entry = begin(cache, &i, sizeof i);
        cache_fill_ahead(cache, entry, &n_freed[i], 20, i % 2 * 3);
        cache_release(cache, entry);
    }
    unsigned zero = 0;
    struct cache_entry *held = cache_look(cache, &zero, sizeof zero);
    uint64_t n_evictions = statistics_of(cache).n_evictions;
    assert_int_equal(statistics_of(cache).n_entries, N);
    cache_drop(cache, is_third, n_freed);
    assert_int_equal(statistics_of(cache).n_entries, N - (N + 2) / 3);
    assert_int_equal(statistics_of(cache).n_evictions, n_evictions);
    assert_false(cache_entry_is_listed(held));
    assert_int_equal(n_freed[0], 0);
    cache_release(cache, held);
    for (unsigned i = 0; i < N; i++) {
        struct cache_entry *entry = cache_look(cache, &i, sizeof i);
        assert_int_equal(n_freed[i], i % 3 == 0);
        assert_int_equal(entry == NULL, i % 3 == 0);
        if (entry != NULL)
            cache_release(cache, entry);
    }
    cache_drop(cache, is_third, n_freed);
    assert_int_equal(statistics_of(cache).n_entries, N - (N + 2) / 3);
    cache_destroy(cache);
    for (unsigned i = 0; i < N; i++)
        assert_int_equal(n_freed[i], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drops_what_is_unwanted),
        cmocka_unit_test(keys_are_compared_whole),
        cmocka_unit_test(a_large_value_is_served_and_not_kept),
        cmocka_unit_test(a_charge_can_evict_even_the_entry_itself),
        cmocka_unit_test(an_abandoned_entry_is_as_if_it_had_never_been),
        cmocka_unit_test(without_bytes_everybody_computes),
        cmocka_unit_test(values_are_freed_without_a_lock),
        cmocka_unit_test(who_does_not_wait_is_told_why),
        cmocka_unit_test(what_is_made_ahead_counts_as_nothing),
        cmocka_unit_test(tells_how_much_each_entry_is_in_use),
        cmocka_unit_test(impossible_sizes_are_refused),
    };
    return cmocka_run_group_tests_name("cache", tests, NULL, NULL);
}
