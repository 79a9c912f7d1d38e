/* One shard of the result cache: a table of entries and the S3-FIFO queues that decide which of
   them go. Nothing here locks or waits: the caller holds `lock` (cache.c says what that guards). */
#ifndef CRATEDEX_SERVER_CACHE_SHARD_H
#define CRATEDEX_SERVER_CACHE_SHARD_H

#include "server/cache/cache_ghost.h"
#include "server/telemetry/cpu_slot.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CACHE_LINE_BYTES 64

/* More uses of an entry are not counted. */
#define CACHE_MAX_USES 255

enum cache_entry_state { CACHE_ENTRY_COMPUTING, CACHE_ENTRY_FILLED, CACHE_ENTRY_ABANDONED };
enum cache_queue { CACHE_QUEUE_NONE, CACHE_QUEUE_SMALL, CACHE_QUEUE_MAIN, CACHE_QUEUE_AHEAD };
#define N_CACHE_QUEUES 4

struct cache_entry {
    struct cache_entry *next_in_bucket;
    struct cache_entry *next; /* in the queue, the next younger; then among those to release */
    void *value;
    uint64_t hash;
    size_t key_size;
    size_t cost; /* bytes of the entry, its key and its value */
    atomic_uint n_references;
    atomic_bool is_listed; /* in the table; written under the lock, read without */
    unsigned n_waiting;
    enum cache_entry_state state;
    enum cache_queue queue;
    atomic_uint frequency; /* of uses, up to CACHE_MAX_USES; counted without the lock, too */
    unsigned char key[];
};

struct cache_fifo {
    struct cache_entry *oldest;
    struct cache_entry *youngest;
    size_t n_entries;
    size_t n_bytes;
};

/* Hits that one processor counted, on a cache line of its own. */
struct cache_hits {
    _Alignas(CACHE_LINE_BYTES) atomic_uint_fast64_t n_hits;
};

/* On cache lines of its own, so that shards do not slow each other down. */
struct cache_shard {
    _Alignas(CACHE_LINE_BYTES) pthread_mutex_t lock;
    pthread_cond_t settled; /* a computation ended for which somebody waited */
    struct cache_entry **buckets;
    size_t bucket_mask;
    struct cache_fifo queues[N_CACHE_QUEUES]; /* that of none is empty */
    struct cache_ghost ghost;
    size_t max_bytes;   /* for the entries in the queues: the share without the tables */
    size_t table_bytes; /* of the buckets and the ghost queue */
    uint64_t n_misses;
    uint64_t n_waits;
    uint64_t n_evictions;
    struct cache_hits hits[CPU_MAX_SLOTS]; /* counted without the lock, too */
};

/* An empty shard that may take `share` bytes, tables included. Returns 0, or -1 when memory runs
   out. */
int cache_shard_init(struct cache_shard *shard, size_t share);

/* Frees the tables; no entry may be listed any more. */
void cache_shard_free(struct cache_shard *shard);

/* The listed entry of that key, or NULL. */
struct cache_entry *cache_shard_find(const struct cache_shard *shard, uint64_t hash,
                                     const void *key, size_t key_size);

/* Puts an entry into the table; no other may have its key. */
void cache_shard_list(struct cache_shard *shard, struct cache_entry *entry);

/* Takes a listed entry off the table; it must be in no queue. */
void cache_shard_unlist(struct cache_shard *shard, struct cache_entry *entry);

/* Counts a use of an entry. Needs no lock, only a reference to the entry. */
void cache_shard_touch(struct cache_shard *shard, struct cache_entry *entry);

/* How often an entry of the shard was touched. */
uint64_t cache_shard_n_hits(const struct cache_shard *shard);

/* How much an entry is in use: the uses that are counted since it was put into its queue, and those
   that took it to the main queue. */
unsigned cache_shard_n_uses(const struct cache_entry *entry);

/* Gives a listed entry that is in no queue `bytes` for its value, puts it into the queue that it
   belongs to, and evicts until the bound holds. A value above a tenth of the share takes the entry
   off the table instead. Returns the entries that are listed no more, linked by `next`. */
struct cache_entry *cache_shard_admit(struct cache_shard *shard, struct cache_entry *entry,
                                      size_t bytes);

/* The same for an entry that nobody can ask for yet, and that is then to be kept as if it had been
   used `n_uses` times: nothing evicts it until cache_shard_settle, unless there is too much of its
   kind. */
struct cache_entry *cache_shard_admit_ahead(struct cache_shard *shard, struct cache_entry *entry,
                                            size_t bytes, unsigned n_uses);

/* Puts `n` such entries where others are. Returns false where there are no more. */
bool cache_shard_settle(struct cache_shard *shard, size_t n);

/* Adds `bytes` to the cost of an entry, if it is still in a queue, and evicts until the bound
   holds. Returns the entries that are listed no more, linked by `next`. */
struct cache_entry *cache_shard_grow(struct cache_shard *shard, struct cache_entry *entry,
                                     size_t bytes);

/* Takes entries whose value `is_unwanted` out of one queue and off the table, of the `n` oldest;
   the others become the youngest, so that the order is the same when all had their turn. `*n_left`
   have none yet: SIZE_MAX begins. Returns the entries that are listed no more, linked by `next`. */
struct cache_entry *cache_shard_drop(struct cache_shard *shard, enum cache_queue queue, size_t n,
                                     size_t *n_left,
                                     bool (*is_unwanted)(const void *value, const void *context),
                                     const void *context);

/* How many entries the queues have, and their bytes. */
size_t cache_shard_n_entries(const struct cache_shard *shard);
size_t cache_shard_entry_bytes(const struct cache_shard *shard);

#endif
