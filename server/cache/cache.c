/* Shards (cache_shard.c: table and eviction), chosen by the top bits of the key's hash; here are
   the locks, the waiting and the references. The hash is seeded from the system's random source, so
   that nobody can choose queries whose keys all fall into one chain.

   Life of an entry: cache_acquire lists it in the table, COMPUTING, in no queue, where eviction
   cannot find it. cache_fill makes it FILLED and puts it into a queue (or takes it off the table if
   it is too large); cache_abandon makes it ABANDONED and takes it off the table. Eviction takes it
   off queue and table. The table owns one reference, every caller one. Who gives up the last one
   frees value and entry, after the lock was released: freeing a response takes a while.

   Locks: a shard's lock guards its table, queues, ghost queue and counters, and of each entry the
   links, `state`, `queue`, `cost` and `n_waiting`. `n_references` is atomic: a reference
   is taken under the lock, while the table has one, or by somebody who has one, and given up
   without. `is_listed` and `frequency` are atomic for those who keep a reference and use an entry
   again without a look-up (cache_touch); what they miss by a moment costs nothing but a worse
   guess. `hash` and `key` never change. `value` is written once, under the lock and before `state`
   says so. A hit holds its shard's lock for one chain lookup and three additions; a miss also for
   one malloc. */
#include "server/cache/cache.h"

#include "server/answer/body_store.h"
#include "server/cache/cache_shard.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#define MIN_SHARD_BYTES ((size_t)64 << 10)

/* Who goes through a whole shard lets others have its lock after as many. */
#define ENTRIES_A_LOCK 256
#define BUCKETS_A_LOCK 256

struct cache {
    void (*free_value)(void *value);
    struct body_store *store; /* where the entries lie; NULL: in memory from malloc */
    struct cache_shard *shards;
    size_t max_bytes;
    XXH64_hash_t seed;
    unsigned n_shards;
    unsigned shard_shift; /* of the hash's upper 63 bits: what is left is the shard's number */
    bool keeps_nothing;
};

/* Fills in the shards, `share` bytes each. */
static int create_shards(struct cache *cache, unsigned n_shards, size_t share, struct error *error)
{
    cache->shards = aligned_alloc(CACHE_LINE_BYTES, n_shards * sizeof *cache->shards);
    if (cache->shards == NULL)
        return error_out_of_memory(error);
    for (; cache->n_shards < n_shards; cache->n_shards++) {
        if (cache_shard_init(&cache->shards[cache->n_shards], share) < 0)
            return error_set(error, "out of memory for the tables of a cache of %zu bytes",
                             cache->max_bytes);
    }
    return 0;
}

struct cache *cache_create(size_t max_bytes, unsigned n_shards, void (*free_value)(void *value),
                           struct error *error)
{
    if (n_shards == 0 || n_shards > CACHE_MAX_SHARDS || (n_shards & (n_shards - 1)) != 0) {
        error_set(error, "a cache has 1, 2, 4 … %d shards, not %u", CACHE_MAX_SHARDS, n_shards);
        return NULL;
    }
    struct cache *cache = malloc(sizeof *cache);
    if (cache == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    *cache = (struct cache){.free_value = free_value,
                            .max_bytes = max_bytes,
                            .keeps_nothing = max_bytes < CACHE_MIN_BYTES,
                            .shard_shift = 63};
    if (getentropy(&cache->seed, sizeof cache->seed) != 0) {
        error_set(error, "the system gives no random bytes for the cache's hash");
        goto failed;
    }
    size_t share = max_bytes / n_shards;
    for (; n_shards > 1 && share < MIN_SHARD_BYTES; n_shards /= 2)
        share *= 2;
    for (unsigned n = n_shards; n > 1; n /= 2)
        cache->shard_shift--;
    if (create_shards(cache, n_shards, share, error) < 0)
        goto failed;
    return cache;
failed:
    cache_destroy(cache);
    return NULL;
}

void cache_destroy(struct cache *cache)
{
    if (cache == NULL)
        return;
    for (unsigned i = 0; i < cache->n_shards; i++) {
        struct cache_shard *shard = &cache->shards[i];
        for (size_t bucket = 0; bucket <= shard->bucket_mask; bucket++) {
            while (shard->buckets[bucket] != NULL) {
                struct cache_entry *entry = shard->buckets[bucket];
                shard->buckets[bucket] = entry->next_in_bucket;
                cache_release(cache, entry);
            }
        }
        cache_shard_free(shard);
    }
    free(cache->shards);
    free(cache);
}

static struct cache_shard *find_shard(struct cache *cache, uint64_t hash)
{
    return &cache->shards[(hash >> 1) >> cache->shard_shift];
}

static void take_reference(struct cache_entry *entry)
{
    atomic_fetch_add_explicit(&entry->n_references, 1, memory_order_relaxed);
}

static void give_up_references(struct cache *cache, struct cache_entry *entry, unsigned n)
{
    /* Whoever is last must see what the others did with the entry. */
    if (atomic_fetch_sub_explicit(&entry->n_references, n, memory_order_acq_rel) > n)
        return;
    if (entry->value != NULL)
        cache->free_value(entry->value);
    body_store_give_back(cache->store, entry);
}

void cache_use_store(struct cache *cache, struct body_store *store)
{
    cache->store = store;
}

void cache_reference(struct cache_entry *entry)
{
    take_reference(entry);
}

bool cache_entry_is_listed(const struct cache_entry *entry)
{
    return atomic_load_explicit(&entry->is_listed, memory_order_relaxed);
}

void cache_touch(struct cache *cache, struct cache_entry *entry)
{
    cache_shard_touch(find_shard(cache, entry->hash), entry);
}

void cache_release(struct cache *cache, struct cache_entry *entry)
{
    give_up_references(cache, entry, 1);
}

/* Gives up the table's references to entries that were taken off it. */
static void release_all(struct cache *cache, struct cache_entry *entries)
{
    while (entries != NULL) {
        struct cache_entry *entry = entries;
        entries = entry->next;
        cache_release(cache, entry);
    }
}

/* A new entry, with references for the caller and, unless nothing is kept, for the table. */
static struct cache_entry *make_entry(struct cache *cache, struct cache_shard *shard, uint64_t hash,
                                      const void *key, size_t key_size, enum cache_outcome *outcome)
{
    struct cache_entry *entry = body_store_take(cache->store, sizeof *entry + key_size);
    *outcome = entry != NULL ? CACHE_COMPUTE : CACHE_FAILED;
    if (entry == NULL)
        return NULL;
    *entry =
        (struct cache_entry){.hash = hash, .key_size = key_size, .state = CACHE_ENTRY_COMPUTING};
    memcpy(entry->key, key, key_size);
    atomic_init(&entry->n_references, cache->keeps_nothing ? 1 : 2);
    if (!cache->keeps_nothing)
        cache_shard_list(shard, entry);
    return entry;
}

/* The same for somebody who asks. */
static struct cache_entry *begin_entry(struct cache *cache, struct cache_shard *shard,
                                       uint64_t hash, const void *key, size_t key_size,
                                       enum cache_outcome *outcome)
{
    struct cache_entry *entry = make_entry(cache, shard, hash, key, key_size, outcome);
    shard->n_misses += entry != NULL;
    return entry;
}

/* Waits until the computation of an entry has ended. */
static void wait_until_settled(struct cache_shard *shard, struct cache_entry *entry)
{
    entry->n_waiting++;
    while (entry->state == CACHE_ENTRY_COMPUTING)
        pthread_cond_wait(&shard->settled, &shard->lock);
    entry->n_waiting--;
}

/* Ends a computation and wakes those who wait for it. */
static void settle(struct cache_shard *shard, struct cache_entry *entry,
                   enum cache_entry_state state)
{
    entry->state = state;
    if (entry->n_waiting > 0)
        pthread_cond_broadcast(&shard->settled);
}

struct cache_entry *cache_acquire(struct cache *cache, const void *key, size_t key_size,
                                  enum cache_outcome *outcome)
{
    uint64_t hash = XXH3_64bits_withSeed(key, key_size, cache->seed);
    struct cache_shard *shard = find_shard(cache, hash);
    struct cache_entry *entry;
    pthread_mutex_lock(&shard->lock);
    while ((entry = cache_shard_find(shard, hash, key, key_size)) != NULL) {
        take_reference(entry);
        bool has_waited = entry->state == CACHE_ENTRY_COMPUTING;
        if (has_waited)
            wait_until_settled(shard, entry);
        if (entry->state == CACHE_ENTRY_FILLED) {
            cache_shard_touch(shard, entry);
            shard->n_waits += has_waited;
            *outcome = CACHE_HIT;
            break;
        }
        /* Abandoned. The first to find no entry computes in turn, the others wait for that one. */
        cache_release(cache, entry);
    }
    if (entry == NULL)
        entry = begin_entry(cache, shard, hash, key, key_size, outcome);
    pthread_mutex_unlock(&shard->lock);
    return entry;
}

struct cache_entry *cache_try_acquire(struct cache *cache, const void *key, size_t key_size,
                                      bool may_compute, bool has_waited,
                                      enum cache_outcome *outcome)
{
    uint64_t hash = XXH3_64bits_withSeed(key, key_size, cache->seed);
    struct cache_shard *shard = find_shard(cache, hash);
    pthread_mutex_lock(&shard->lock);
    struct cache_entry *entry = cache_shard_find(shard, hash, key, key_size);
    if (entry == NULL && may_compute) {
        entry = begin_entry(cache, shard, hash, key, key_size, outcome);
    } else if (entry == NULL) {
        *outcome = CACHE_ABSENT;
    } else if (entry->state == CACHE_ENTRY_COMPUTING) {
        entry = NULL;
        *outcome = CACHE_BUSY;
    } else {
        take_reference(entry);
        cache_shard_touch(shard, entry);
        shard->n_waits += has_waited;
        *outcome = CACHE_HIT;
    }
    pthread_mutex_unlock(&shard->lock);
    return entry;
}

struct cache_entry *cache_acquire_ahead(struct cache *cache, const void *key, size_t key_size,
                                        enum cache_outcome *outcome)
{
    uint64_t hash = XXH3_64bits_withSeed(key, key_size, cache->seed);
    struct cache_shard *shard = find_shard(cache, hash);
    pthread_mutex_lock(&shard->lock);
    struct cache_entry *entry = cache_shard_find(shard, hash, key, key_size);
    if (entry == NULL) {
        entry = make_entry(cache, shard, hash, key, key_size, outcome);
    } else if (entry->state == CACHE_ENTRY_COMPUTING) {
        entry = NULL;
        *outcome = CACHE_BUSY;
    } else {
        take_reference(entry);
        *outcome = CACHE_HIT;
    }
    pthread_mutex_unlock(&shard->lock);
    return entry;
}

/* Gives the entry its value and wakes those who wait for it. Returns whether it is kept. */
static bool set_value(struct cache *cache, struct cache_shard *shard, struct cache_entry *entry,
                      void *value)
{
    entry->value = value;
    settle(shard, entry, CACHE_ENTRY_FILLED);
    return !cache->keeps_nothing;
}

void cache_fill(struct cache *cache, struct cache_entry *entry, void *value, size_t bytes)
{
    struct cache_shard *shard = find_shard(cache, entry->hash);
    struct cache_entry *dropped = NULL;
    pthread_mutex_lock(&shard->lock);
    if (set_value(cache, shard, entry, value))
        dropped = cache_shard_admit(shard, entry, bytes);
    pthread_mutex_unlock(&shard->lock);
    release_all(cache, dropped);
}

void cache_fill_ahead(struct cache *cache, struct cache_entry *entry, void *value, size_t bytes,
                      unsigned n_uses)
{
    struct cache_shard *shard = find_shard(cache, entry->hash);
    struct cache_entry *dropped = NULL;
    pthread_mutex_lock(&shard->lock);
    if (set_value(cache, shard, entry, value))
        dropped = cache_shard_admit_ahead(shard, entry, bytes, n_uses);
    pthread_mutex_unlock(&shard->lock);
    release_all(cache, dropped);
}

void cache_settle_ahead(struct cache *cache)
{
    for (unsigned i = 0; i < cache->n_shards; i++) {
        struct cache_shard *shard = &cache->shards[i];
        bool has_more = true;
        while (has_more) {
            pthread_mutex_lock(&shard->lock);
            has_more = cache_shard_settle(shard, ENTRIES_A_LOCK);
            pthread_mutex_unlock(&shard->lock);
        }
    }
}

void cache_abandon(struct cache *cache, struct cache_entry *entry)
{
    struct cache_shard *shard = find_shard(cache, entry->hash);
    pthread_mutex_lock(&shard->lock);
    settle(shard, entry, CACHE_ENTRY_ABANDONED);
    if (!cache->keeps_nothing)
        cache_shard_unlist(shard, entry);
    pthread_mutex_unlock(&shard->lock);
    give_up_references(cache, entry, cache->keeps_nothing ? 1 : 2);
}

void cache_charge(struct cache *cache, struct cache_entry *entry, size_t bytes)
{
    struct cache_shard *shard = find_shard(cache, entry->hash);
    pthread_mutex_lock(&shard->lock);
    struct cache_entry *evicted = cache_shard_grow(shard, entry, bytes);
    pthread_mutex_unlock(&shard->lock);
    release_all(cache, evicted);
}

void cache_drop(struct cache *cache, bool (*is_unwanted)(const void *value, const void *context),
                const void *context)
{
    for (unsigned i = 0; i < cache->n_shards * N_CACHE_QUEUES; i++) {
        struct cache_shard *shard = &cache->shards[i / N_CACHE_QUEUES];
        const enum cache_queue queue = (enum cache_queue)(i % N_CACHE_QUEUES);
        size_t n_left = SIZE_MAX;
        while (n_left > 0) {
            pthread_mutex_lock(&shard->lock);
            struct cache_entry *dropped =
                cache_shard_drop(shard, queue, ENTRIES_A_LOCK, &n_left, is_unwanted, context);
            pthread_mutex_unlock(&shard->lock);
            release_all(cache, dropped);
        }
    }
}

void *cache_value(const struct cache_entry *entry)
{
    return entry->value;
}

/* Those of the buckets from `first` on, so many that others need not wait long for the lock.
   Returns the first that is left. */
static size_t visit_some(struct cache_shard *shard, size_t first,
                         bool (*visit)(void *context, struct cache_entry *entry, unsigned n_uses),
                         void *context, bool *goes_on)
{
    size_t end = shard->bucket_mask + 1;
    if (end - first > BUCKETS_A_LOCK)
        end = first + BUCKETS_A_LOCK;
    pthread_mutex_lock(&shard->lock);
    for (size_t i = first; i < end && *goes_on; i++)
        for (struct cache_entry *entry = shard->buckets[i]; entry != NULL && *goes_on;
             entry = entry->next_in_bucket)
            if (entry->state == CACHE_ENTRY_FILLED)
                *goes_on = visit(context, entry, cache_shard_n_uses(entry));
    pthread_mutex_unlock(&shard->lock);
    return end;
}

void cache_visit(struct cache *cache,
                 bool (*visit)(void *context, struct cache_entry *entry, unsigned n_uses),
                 void *context)
{
    bool goes_on = true;
    for (unsigned i = 0; i < cache->n_shards && goes_on; i++) {
        struct cache_shard *shard = &cache->shards[i];
        for (size_t bucket = 0; bucket <= shard->bucket_mask && goes_on;)
            bucket = visit_some(shard, bucket, visit, context, &goes_on);
    }
}

unsigned cache_n_shards(const struct cache *cache)
{
    return cache->n_shards;
}

void cache_read_shard_statistics(struct cache *cache, unsigned number,
                                 struct cache_statistics *statistics)
{
    struct cache_shard *shard = &cache->shards[number];
    pthread_mutex_lock(&shard->lock);
    *statistics = (struct cache_statistics){
        .n_entries = cache_shard_n_entries(shard),
        .n_bytes = cache_shard_entry_bytes(shard) + (cache->keeps_nothing ? 0 : shard->table_bytes),
        .max_bytes = cache->max_bytes,
        .n_hits = cache_shard_n_hits(shard),
        .n_misses = shard->n_misses,
        .n_evictions = shard->n_evictions,
        .n_waits = shard->n_waits,
    };
    pthread_mutex_unlock(&shard->lock);
}
