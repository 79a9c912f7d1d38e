/* The result cache: finished answers by canonical request.

   Eviction is S3-FIFO (Yang, Zhang, Qiu, Yue, Rashmi: "FIFO queues are all you need for cache
   eviction", SOSP 2023): a small queue takes new entries, what is asked for twice more while it is
   there moves to the main queue, and a ghost queue of key hashes lets what comes back soon go to
   the main queue at once. A scan (a crawler that asks for every page once) passes through the small
   queue and pushes nothing out that is in use. A hit changes one counter of the entry and moves
   nothing.

   Concurrent misses for one key compute once: the first caller is told CACHE_COMPUTE, the others
   wait until it calls cache_fill or cache_abandon, or are told so. */
#ifndef CRATEDEX_SERVER_CACHE_H
#define CRATEDEX_SERVER_CACHE_H

#include <cratedex/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct body_store;
struct cache;
struct cache_entry;

enum cache_outcome {
    CACHE_HIT,     /* the entry has its value */
    CACHE_COMPUTE, /* the caller must call cache_fill or cache_abandon, and soon */
    CACHE_FAILED,  /* out of memory; NULL was returned, as for those below */
    CACHE_ABSENT,  /* somebody has to compute it */
    CACHE_BUSY     /* somebody computes it */
};

/* Less than this keeps nothing. */
#define CACHE_MIN_BYTES 4096

#define CACHE_MAX_SHARDS 1024

/* A cache of at most `max_bytes` (keys, values as declared and the cache's own bookkeeping) in
   `n_shards` (a power of two, at most CACHE_MAX_SHARDS; fewer where a shard would have less than 64
   KiB) independent shards, each with its own lock. `free_value` is called once for a value when its
   entry is gone and nobody holds a reference; no lock is held then. `max_bytes` 0 (or below
   CACHE_MIN_BYTES): nothing is kept and nobody waits; every call computes. About 6 % of the bytes
   are tables, which are allocated here. Returns NULL and says why. */
struct cache *cache_create(size_t max_bytes, unsigned n_shards, void (*free_value)(void *value),
                           struct error *error);

/* Entries made from now on lie in `store` (answer/body_store.h), which outlives the cache. To be
   called before there are any. */
void cache_use_store(struct cache *cache, struct body_store *store);

/* No reference may be held. */
void cache_destroy(struct cache *cache);

/* Looks `key` up (any bytes, compared whole) and takes a reference, to be returned by
   cache_release. Thread-safe, as everything here but create and destroy. A thread that computes
   must not ask for the same key again before it is done: it would wait for itself. */
struct cache_entry *cache_acquire(struct cache *cache, const void *key, size_t key_size,
                                  enum cache_outcome *outcome);

/* The same without waiting: CACHE_BUSY where cache_acquire would, and CACHE_ABSENT where the caller
   would have to compute and says that it cannot. `has_waited`: it was told one of the two before,
   so that a value that is there now counts as waited for. */
struct cache_entry *cache_try_acquire(struct cache *cache, const void *key, size_t key_size,
                                      bool may_compute, bool has_waited,
                                      enum cache_outcome *outcome);

/* Gives a computed entry its value (not NULL; owned by the cache from now on) and wakes those who
   wait. `bytes` is what the value costs. Evicts until the bound holds again; a value that is larger
   than a tenth of its shard is served to those who hold it and not kept. The caller keeps its
   reference. */
void cache_fill(struct cache *cache, struct cache_entry *entry, void *value, size_t bytes);

/* The computation failed: forgets the entry and lets one of those who wait compute in turn. The
   caller's reference is given up: cache_release must not be called. */
void cache_abandon(struct cache *cache, struct cache_entry *entry);

/* The value of a filled entry grew by `bytes` (a compressed form was added to it). Evicts as
   cache_fill does, perhaps the entry itself; the caller's reference holds it. */
void cache_charge(struct cache *cache, struct cache_entry *entry, size_t bytes);

/* Takes out every filled entry of whose value `is_unwanted`, given `context`, says so. Entries that
   are filled meanwhile may stay. Others wait for it no longer than for a few hundred entries. */
void cache_drop(struct cache *cache, bool (*is_unwanted)(const void *value, const void *context),
                const void *context);

/* For answers that are made before anybody asks for them. As cache_try_acquire, of somebody who may
   compute; but it counts as neither hit nor miss, and as no use of the entry. */
struct cache_entry *cache_acquire_ahead(struct cache *cache, const void *key, size_t key_size,
                                        enum cache_outcome *outcome);

/* cache_fill, of an entry that nobody can ask for before cache_settle_ahead: until then it is not
   evicted, unless such entries would leave too little to the others, and then kept as if it had
   been used `n_uses` times. */
void cache_fill_ahead(struct cache *cache, struct cache_entry *entry, void *value, size_t bytes,
                      unsigned n_uses);
void cache_settle_ahead(struct cache *cache);

/* Calls `visit` for every entry that has a value and is there all the time, in no order, until it
   returns false. `n_uses`: how much the entry is in use; 0: it was asked for once, or not for long;
   more uses than some hundred look like these. A lock is held: `visit` must be short, and of all
   functions here may call cache_value and cache_reference only. */
void cache_visit(struct cache *cache,
                 bool (*visit)(void *context, struct cache_entry *entry, unsigned n_uses),
                 void *context);

/* The value of a filled entry, valid as long as the reference. */
void *cache_value(const struct cache_entry *entry);
void cache_release(struct cache *cache, struct cache_entry *entry);

/* Takes another reference to a filled entry of which the caller has one: for those who use it again
   without a look-up. Until they give it back it takes memory, whether or not the cache has evicted
   it, so they must look whether it is still listed, that is whether a look-up of its key would find
   it; and each use must be told by cache_touch, which counts a hit. Neither takes a lock. */
void cache_reference(struct cache_entry *entry);
bool cache_entry_is_listed(const struct cache_entry *entry);
void cache_touch(struct cache *cache, struct cache_entry *entry);

struct cache_statistics {
    uint64_t n_entries; /* with a value; those being computed are not counted */
    uint64_t n_bytes;   /* of these, and of the tables */
    uint64_t max_bytes;
    uint64_t n_hits;
    uint64_t n_misses;
    uint64_t n_evictions;
    uint64_t n_waits; /* misses that were answered by somebody else's computation (count as hits) */
};

unsigned cache_n_shards(const struct cache *cache);

/* Those of the shard of that number, 0 … cache_n_shards - 1; but `max_bytes` is that of the whole
   cache. */
void cache_read_shard_statistics(struct cache *cache, unsigned number,
                                 struct cache_statistics *statistics);

#endif
