/* The ghost queue of S3-FIFO: which keys were pushed out not long ago. It keeps a part of each
   key's hash and no value. Not thread-safe; a shard of the cache guards its own. */
#ifndef CRATEDEX_SERVER_CACHE_GHOST_H
#define CRATEDEX_SERVER_CACHE_GHOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CACHE_GHOST_WAYS 8

struct cache_ghost_slot {
    uint32_t fingerprint;
    uint32_t number; /* the how-manieth that was added; 0: empty */
};

struct cache_ghost {
    struct cache_ghost_slot *slots; /* sets of CACHE_GHOST_WAYS */
    size_t set_mask;
    uint32_t n_added;
};

/* A ghost queue with room for `n_hashes`, rounded up to a power of two that is at least a set.
   Returns 0, or -1 when memory runs out. */
int cache_ghost_init(struct cache_ghost *ghost, size_t n_hashes);
void cache_ghost_free(struct cache_ghost *ghost);

/* The bytes that the queue's slots take. */
size_t cache_ghost_bytes(const struct cache_ghost *ghost);

/* Remembers a hash as the youngest. */
void cache_ghost_add(struct cache_ghost *ghost, uint64_t hash);

/* Says whether the hash is among the last `n_youngest` that were added, and forgets it. */
bool cache_ghost_take(struct cache_ghost *ghost, uint64_t hash, size_t n_youngest);

#endif
