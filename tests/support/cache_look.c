/* By what the cache offers everybody: a computation that was begun is abandoned. */
#include "tests/support/cache_look.h"

struct cache_entry *cache_look(struct cache *cache, const void *key, size_t key_size)
{
    enum cache_outcome outcome;
    struct cache_entry *entry = cache_acquire(cache, key, key_size, &outcome);
    if (outcome != CACHE_COMPUTE)
        return entry;
    cache_abandon(cache, entry);
    return NULL;
}

struct cache_statistics cache_totals(struct cache *cache)
{
    struct cache_statistics totals = {.n_entries = 0};
    for (unsigned i = 0; i < cache_n_shards(cache); i++) {
        struct cache_statistics shard;
        cache_read_shard_statistics(cache, i, &shard);
        totals.max_bytes = shard.max_bytes;
        totals.n_entries += shard.n_entries;
        totals.n_bytes += shard.n_bytes;
        totals.n_hits += shard.n_hits;
        totals.n_misses += shard.n_misses;
        totals.n_waits += shard.n_waits;
        totals.n_evictions += shard.n_evictions;
    }
    return totals;
}
