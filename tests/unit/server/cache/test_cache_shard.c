/* What S3-FIFO keeps and what it lets go, seen through the cache's own interface with one shard and
   entries of one size. */
#include "server/cache/cache.h"
#include "tests/support/cache_look.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CACHE_BYTES ((size_t)256 << 10)
#define VALUE_BYTES 1000

static char value; /* every entry's; its address is not NULL */

static void free_nothing(void *unused)
{
    (void)unused;
}

static struct cache *create(void)
{
    struct error error;
    struct cache *cache = cache_create(CACHE_BYTES, 1, free_nothing, &error);
    assert_non_null(cache);
    return cache;
}

/* Asks for a key and computes it where need be. Returns true for a hit. */
static bool ask(struct cache *cache, const char *set, unsigned number)
{
    char key[32];
    snprintf(key, sizeof key, "%s %06u", set, number);
    enum cache_outcome outcome;
    struct cache_entry *entry = cache_acquire(cache, key, strlen(key), &outcome);
    assert_non_null(entry);
    if (outcome == CACHE_COMPUTE)
        cache_fill(cache, entry, &value, VALUE_BYTES);
    cache_release(cache, entry);
    return outcome == CACHE_HIT;
}

/* Asks for each of the keys number 0 … n-1 of a set once, and returns how many were hits. */
static unsigned ask_all(struct cache *cache, const char *set, unsigned n)
{
    unsigned n_hits = 0;
    for (unsigned i = 0; i < n; i++)
        n_hits += ask(cache, set, i);
    return n_hits;
}

static void ask_often(struct cache *cache, const char *set, unsigned number, unsigned n_times)
{
    for (unsigned i = 0; i < n_times; i++)
        ask(cache, set, number);
}

static bool has(struct cache *cache, const char *set, unsigned number)
{
    char key[32];
    snprintf(key, sizeof key, "%s %06u", set, number);
    struct cache_entry *entry = cache_look(cache, key, strlen(key));
    if (entry != NULL)
        cache_release(cache, entry);
    return entry != NULL;
}

static unsigned count_present(struct cache *cache, const char *set, unsigned n)
{
    unsigned n_present = 0;
    for (unsigned i = 0; i < n; i++)
        n_present += has(cache, set, i);
    return n_present;
}

/* How many entries fit. */
static unsigned capacity_of(struct cache *cache)
{
    struct cache_statistics statistics;
    for (unsigned i = 0;; i++) {
        ask(cache, "measure", i);
        statistics = cache_totals(cache);
        if (statistics.n_evictions > 0)
            return (unsigned)statistics.n_entries;
    }
}

static unsigned capacity(void)
{
    struct cache *cache = create();
    unsigned n_entries = capacity_of(cache);
    cache_destroy(cache);
    assert_in_range(n_entries, 150, 260);
    return n_entries;
}

/* Plain LRU over numbered keys: what the cache is compared with. */
#define LRU_MAX_ENTRIES 300
struct lru {
    unsigned keys[LRU_MAX_ENTRIES]; /* the most recently used first */
    unsigned n_entries;
    unsigned capacity;
};

static bool lru_ask(struct lru *lru, unsigned key)
{
    unsigned at = 0;
    while (at < lru->n_entries && lru->keys[at] != key)
        at++;
    bool is_hit = at < lru->n_entries;
    if (!is_hit && lru->n_entries < lru->capacity)
        lru->n_entries++;
    if (at == lru->capacity)
        at--;
    memmove(&lru->keys[1], &lru->keys[0], at * sizeof lru->keys[0]);
    lru->keys[0] = key;
    return is_hit;
}

static void a_scan_leaves_the_working_set_alone(void **state)
{
    (void)state;
    unsigned n_entries = capacity();
    unsigned n_working = n_entries / 2;
    unsigned n_scanned = 100 * n_entries;
    struct cache *cache = create();
    struct lru lru = {.capacity = n_entries};
    for (unsigned round = 0; round < 3; round++) {
        ask_all(cache, "working", n_working);
        for (unsigned i = 0; i < n_working; i++)
            lru_ask(&lru, i);
    }
    assert_int_equal(ask_all(cache, "scan", n_scanned), 0);
    for (unsigned i = 0; i < n_scanned; i++)
        assert_false(lru_ask(&lru, n_working + i));

    unsigned n_lru_hits = 0;
    for (unsigned i = 0; i < n_working; i++)
        n_lru_hits += lru_ask(&lru, i);
    assert_int_equal(n_lru_hits, 0);
    assert_int_equal(ask_all(cache, "working", n_working), n_working);
    cache_destroy(cache);
}

/* Two further uses while in the small queue are what it takes. */
static void an_entry_needs_two_further_uses_to_stay(void **state)
{
    (void)state;
    unsigned n_entries = capacity();
    for (unsigned n_uses = 0; n_uses <= 3; n_uses++) {
        struct cache *cache = create();
        ask_often(cache, "entry", 0, 1 + n_uses);
        ask_all(cache, "scan", 3 * n_entries);
        assert_int_equal(has(cache, "entry", 0), n_uses >= 2);
        cache_destroy(cache);
    }
}

static void what_comes_back_soon_goes_to_the_main_queue(void **state)
{
    (void)state;
    unsigned n_entries = capacity();
    struct cache *cache = create();
    ask(cache, "entry", 0);
    ask_all(cache, "first scan", n_entries);
    assert_false(has(cache, "entry", 0));
    /* It was evicted a moment ago; the other key comes for the first time. */
    assert_false(ask(cache, "entry", 0));
    assert_false(ask(cache, "stranger", 0));
    ask_all(cache, "second scan", 20 * n_entries);
    assert_true(has(cache, "entry", 0));
    assert_false(has(cache, "stranger", 0));
    cache_destroy(cache);
}

static void what_comes_back_late_is_a_stranger(void **state)
{
    (void)state;
    unsigned n_entries = capacity();
    struct cache *cache = create();
    ask(cache, "entry", 0);
    ask_all(cache, "first scan", 4 * n_entries);
    assert_false(ask(cache, "entry", 0));
    ask_all(cache, "second scan", 4 * n_entries);
    assert_false(has(cache, "entry", 0));
    cache_destroy(cache);
}

/* Resistance to scans must not become deafness: another working set takes over. */
static void a_new_working_set_replaces_the_old(void **state)
{
    (void)state;
    unsigned n_entries = capacity();
    unsigned n_working = n_entries * 3 / 4;
    struct cache *cache = create();
    for (unsigned round = 0; round < 10; round++)
        ask_all(cache, "old", n_working);
    assert_int_equal(count_present(cache, "old", n_working), n_working);
    for (unsigned round = 0; round < 10; round++)
        ask_all(cache, "new", n_working);
    assert_in_range(ask_all(cache, "new", n_working), n_working * 95 / 100, n_working);
    assert_in_range(count_present(cache, "old", n_working), 0, n_entries / 3);
    cache_destroy(cache);
}

/* A full main queue gives up what was not used since, and keeps what was. */
static void the_main_queue_keeps_what_is_used(void **state)
{
    (void)state;
    unsigned n_entries = capacity();
    unsigned n_used = n_entries / 4;
    struct cache *cache = create();
    /* One after the other, so that each is promoted before the next comes. */
    for (unsigned i = 0; i < n_used; i++)
        ask_often(cache, "used", i, 3);
    for (unsigned i = 0; i < 10 * n_entries; i++) {
        ask_often(cache, "once popular", i, 3);
        if (i % 20 == 0)
            ask_all(cache, "used", n_used);
    }
    assert_int_equal(count_present(cache, "used", n_used), n_used);
    cache_destroy(cache);
}

/* Each use in the main queue is worth one further round through it. */
static void more_uses_last_longer_in_the_main_queue(void **state)
{
    (void)state;
    unsigned n_entries = capacity();
    struct cache *cache = create();
    ask_often(cache, "used", 1, 3);
    ask_often(cache, "used", 3, 3);
    ask_all(cache, "scan", 2 * n_entries); /* both are in the main queue now */
    ask_often(cache, "used", 1, 1);
    ask_often(cache, "used", 3, 3);
    for (unsigned i = 0; i < n_entries * 5 / 2; i++)
        ask_often(cache, "popular", i, 3);
    assert_false(has(cache, "used", 1));
    assert_true(has(cache, "used", 3));
    for (unsigned i = 0; i < n_entries * 6; i++)
        ask_often(cache, "later popular", i, 3);
    assert_false(has(cache, "used", 3));
    cache_destroy(cache);
}

static void make_ahead(struct cache *cache, unsigned number, unsigned n_uses)
{
    char key[32];
    enum cache_outcome outcome;
    snprintf(key, sizeof key, "ahead %06u", number);
    struct cache_entry *entry = cache_acquire_ahead(cache, key, strlen(key), &outcome);
    assert_non_null(entry);
    cache_fill_ahead(cache, entry, &value, VALUE_BYTES, n_uses);
    cache_release(cache, entry);
}

static void what_was_made_ahead_stays_for_its_uses(void **state)
{
    (void)state;
    static const unsigned uses[] = {0, 1, 2, 7};
    unsigned n_entries = capacity();
    struct cache *cache = create();
    ask_all(cache, "before", n_entries / 2);
    for (unsigned i = 0; i < 4; i++)
        make_ahead(cache, uses[i], uses[i]);
    cache_settle_ahead(cache);
    ask_all(cache, "scan", 20 * n_entries);
    assert_false(has(cache, "ahead", 0));
    assert_false(has(cache, "ahead", 1));
    assert_true(has(cache, "ahead", 2));
    assert_true(has(cache, "ahead", 7));
    cache_destroy(cache);
}

/* Whatever is asked for meanwhile, and however often; a part of the bytes is for that all the
   same. */
static void what_is_made_ahead_stays_until_it_can_be_asked_for(void **state)
{
    (void)state;
    unsigned n_entries = capacity();
    struct cache *cache = create();
    for (unsigned i = 0; i < 2 * n_entries; i++)
        make_ahead(cache, i, 1);
    for (unsigned i = 0; i < n_entries * 6; i++)
        ask_often(cache, "popular", i, 3);
    cache_settle_ahead(cache);
    unsigned n_ahead = 0;
    for (unsigned i = 0; i < 2 * n_entries; i++)
        n_ahead += has(cache, "ahead", i);
    assert_in_range(n_ahead, n_entries * 7 / 10, n_entries * 8 / 10);
    ask_often(cache, "popular", 0, 3);
    assert_true(has(cache, "popular", 0));
    cache_destroy(cache);
}

/* Uneven popularity, as queries have, with scans between: more hits than LRU has. */
static void more_hits_than_lru_on_skewed_requests(void **state)
{
    (void)state;
    unsigned n_entries = capacity();
    struct cache *cache = create();
    struct lru lru = {.capacity = n_entries};
    unsigned n_hits = 0;
    unsigned n_lru_hits = 0;
    uint64_t random = 88172645463325252;
    for (unsigned i = 0; i < 60000; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        /* Rank r with a probability of about 1/r up to 2^13; each fourth request is of a scan. */
        unsigned range = 1U << (random >> 40) % 14;
        unsigned number = range + (unsigned)(random >> 8) % range;
        if (i % 4 == 3)
            number = 100000 + i;
        n_hits += ask(cache, "request", number);
        n_lru_hits += lru_ask(&lru, number);
    }
    if (n_hits <= n_lru_hits * 105 / 100)
        fail_msg("%u hits, LRU %u", n_hits, n_lru_hits);
    cache_destroy(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scan_leaves_the_working_set_alone),
        cmocka_unit_test(an_entry_needs_two_further_uses_to_stay),
        cmocka_unit_test(what_comes_back_soon_goes_to_the_main_queue),
        cmocka_unit_test(what_comes_back_late_is_a_stranger),
        cmocka_unit_test(a_new_working_set_replaces_the_old),
        cmocka_unit_test(the_main_queue_keeps_what_is_used),
        cmocka_unit_test(more_uses_last_longer_in_the_main_queue),
        cmocka_unit_test(what_was_made_ahead_stays_for_its_uses),
        cmocka_unit_test(what_is_made_ahead_stays_until_it_can_be_asked_for),
        cmocka_unit_test(more_hits_than_lru_on_skewed_requests),
    };
    return cmocka_run_group_tests_name("cache_shard", tests, NULL, NULL);
}
