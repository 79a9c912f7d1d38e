/* The hits that a thread answered last, by what the client sent: a request that is spelled as one
   before it needs no routing, no parsing, no canonical key and no lock. */
#ifndef CRATEDEX_SERVER_RECENT_HITS_H
#define CRATEDEX_SERVER_RECENT_HITS_H

#include "server/answer/answer.h"
#include "server/cache/cache.h"
#include "server/http/request.h"

#include <cratedex/encoder.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECENT_HITS_MAX_KEY 448

/* All of a request that decides which representation answers it. */
struct recent_key {
    uint64_t hash;
    uint64_t generation; /* of the snapshot that the request is answered from */
    size_t size;         /* 0: the request is one that is not kept */
    unsigned char bytes[RECENT_HITS_MAX_KEY];
};

struct recent_hit {
    struct cache_entry *entry;
    const struct representation *representation;
    unsigned route;
    enum encoding encoding;
};

struct recent_hits;

/* One set of tables over `cache`, a table for each thread that asks. A thread's table holds answers
   of no more than `max_bytes` in all, whether or not the cache still has them. Returns NULL and
   why. */
struct recent_hits *recent_hits_create(struct cache *cache, size_t max_bytes, struct error *error);

/* The threads that used it have ended; the cache is still there. NULL is allowed, as below. */
void recent_hits_destroy(struct recent_hits *recent);

void recent_key_make(struct recent_key *key, uint64_t generation, const struct request *request);

/* The calling thread's hit of that key, which counts as a hit of the cache; NULL where there is
   none, or the cache has evicted its entry. Valid until the thread's next recent_hits_keep. */
const struct recent_hit *recent_hits_find(struct recent_hits *recent, const struct recent_key *key);

/* Keeps a hit for the calling thread: the caller holds a reference to its entry. Does nothing where
   there is no room or no memory. The key must lead to that representation for as long as the cache
   has the entry. */
void recent_hits_keep(struct recent_hits *recent, const struct recent_key *key,
                      const struct recent_hit *hit);

#endif
