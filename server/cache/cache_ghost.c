/* A set-associative table instead of a queue, as in the S3-FIFO paper (section 4.2): each slot has
   a fingerprint and the number of its addition, and a hash counts as queued while not too many came
   after it. So nothing is ever dequeued, the queue's length may follow the cache's from one call to
   the next, and a set is one cache line. A set that is full gives up its oldest: the queue may
   forget a few hashes early, and two keys with the same fingerprint (one in 500 million lookups)
   may be taken for each other. Both cost at most one wrong placement in the cache. */
#include "server/cache/cache_ghost.h"

#include <stdlib.h>

int cache_ghost_init(struct cache_ghost *ghost, size_t n_hashes)
{
    size_t n_sets = 1;
    while (n_sets * CACHE_GHOST_WAYS < n_hashes)
        n_sets *= 2;
    ghost->slots = calloc(n_sets * CACHE_GHOST_WAYS, sizeof ghost->slots[0]);
    ghost->set_mask = n_sets - 1;
    ghost->n_added = 0;
    return ghost->slots != NULL ? 0 : -1;
}

void cache_ghost_free(struct cache_ghost *ghost)
{
    free(ghost->slots);
}

size_t cache_ghost_bytes(const struct cache_ghost *ghost)
{
    return (ghost->set_mask + 1) * CACHE_GHOST_WAYS * sizeof ghost->slots[0];
}

static struct cache_ghost_slot *find_set(const struct cache_ghost *ghost, uint64_t hash)
{
    return &ghost->slots[((size_t)hash & ghost->set_mask) * CACHE_GHOST_WAYS];
}

/* How many were added since the slot's, counted from 1; the largest number for an empty slot. The
   numbers wrap, and so does the difference. */
static uint32_t age(const struct cache_ghost *ghost, const struct cache_ghost_slot *slot)
{
    return slot->number != 0 ? ghost->n_added - slot->number + 1 : UINT32_MAX;
}

void cache_ghost_add(struct cache_ghost *ghost, uint64_t hash)
{
    uint32_t fingerprint = (uint32_t)(hash >> 32);
    struct cache_ghost_slot *set = find_set(ghost, hash);
    struct cache_ghost_slot *chosen = &set[0];
    for (size_t i = 0; i < CACHE_GHOST_WAYS; i++) {
        if (set[i].number != 0 && set[i].fingerprint == fingerprint) {
            chosen = &set[i];
            break;
        }
        if (age(ghost, &set[i]) > age(ghost, chosen))
            chosen = &set[i];
    }
    ghost->n_added++;
    if (ghost->n_added == 0)
        ghost->n_added = 1;
    *chosen = (struct cache_ghost_slot){fingerprint, ghost->n_added};
}

bool cache_ghost_take(struct cache_ghost *ghost, uint64_t hash, size_t n_youngest)
{
    uint32_t fingerprint = (uint32_t)(hash >> 32);
    struct cache_ghost_slot *set = find_set(ghost, hash);
    for (size_t i = 0; i < CACHE_GHOST_WAYS; i++) {
        if (set[i].number != 0 && set[i].fingerprint == fingerprint) {
            bool is_young = age(ghost, &set[i]) <= n_youngest;
            set[i].number = 0;
            return is_young;
        }
    }
    return false;
}
