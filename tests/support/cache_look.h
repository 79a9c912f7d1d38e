/* What a cache has and has counted, as tests want to know it. */
#ifndef CRATEDEX_TESTS_SUPPORT_CACHE_LOOK_H
#define CRATEDEX_TESTS_SUPPORT_CACHE_LOOK_H

#include "server/cache/cache.h"

#include <stddef.h>

/* The entry of a key where it has a value, which counts as a hit; the caller releases it. NULL
   where there is none, which counts as a miss. Nobody may be computing the key. */
struct cache_entry *cache_look(struct cache *cache, const void *key, size_t key_size);

/* The sum over all shards. */
struct cache_statistics cache_totals(struct cache *cache);

#endif
