/* A hash table with chains and S3-FIFO over its entries. The tables have a fixed size, one bucket
   and one ghost slot for every 256 bytes of the shard's share: nothing is ever rehashed while
   requests wait, and the tables' bytes are taken off the share beforehand. (uthash doubles its
   buckets at an insertion, which would be under the shard's lock.)

   Entries enter the small queue, or the main queue if the ghost queue knows them. Above a tenth of
   the bytes the small queue gives up its oldest: to the main queue if it was used twice meanwhile,
   else to the ghost queue. The main queue gives its oldest as many further rounds as it was used,
   up to three. An entry in no queue (it is being computed) cannot be evicted, nor one in the queue
   of those that nobody can ask for yet.

   Eviction is amortized constant: an entry of the main queue is moved at most three times for three
   uses. In the worst case one call does that for the whole queue. */
#include "server/cache/cache_shard.h"

#include <stdlib.h>
#include <string.h>

#define BYTES_PER_BUCKET 256

/* From the paper: three uses are as good as more, two of them save an entry of the small queue,
   which has a tenth of the bytes. */
#define MAX_ROUNDS 3
#define PROMOTION_FREQUENCY 2
#define SMALL_QUEUE_PART 10

/* What cannot be asked for yet leaves this part of the bytes to what can. */
#define AHEAD_REST_PART 4

int cache_shard_init(struct cache_shard *shard, size_t share)
{
    *shard = (struct cache_shard){.max_bytes = share};
    size_t n_buckets = 1;
    while (n_buckets * 2 <= share / BYTES_PER_BUCKET)
        n_buckets *= 2;
    shard->bucket_mask = n_buckets - 1;
    if (pthread_mutex_init(&shard->lock, NULL) != 0)
        return -1;
    if (pthread_cond_init(&shard->settled, NULL) != 0)
        goto no_condition;
    shard->buckets = calloc(n_buckets, sizeof(struct cache_entry *));
    if (shard->buckets == NULL)
        goto no_buckets;
    if (cache_ghost_init(&shard->ghost, n_buckets) < 0)
        goto no_ghost;
    shard->table_bytes =
        n_buckets * sizeof(struct cache_entry *) + cache_ghost_bytes(&shard->ghost);
    shard->max_bytes -= shard->table_bytes < share ? shard->table_bytes : share;
    return 0;
no_ghost:
    free(shard->buckets);
no_buckets:
    pthread_cond_destroy(&shard->settled);
no_condition:
    pthread_mutex_destroy(&shard->lock);
    return -1;
}

void cache_shard_free(struct cache_shard *shard)
{
    free(shard->buckets);
    cache_ghost_free(&shard->ghost);
    pthread_cond_destroy(&shard->settled);
    pthread_mutex_destroy(&shard->lock);
}

static struct cache_entry **find_bucket(const struct cache_shard *shard, uint64_t hash)
{
    return &shard->buckets[(size_t)hash & shard->bucket_mask];
}

struct cache_entry *cache_shard_find(const struct cache_shard *shard, uint64_t hash,
                                     const void *key, size_t key_size)
{
    struct cache_entry *entry = *find_bucket(shard, hash);
    while (entry != NULL && (entry->hash != hash || entry->key_size != key_size ||
                             memcmp(entry->key, key, key_size) != 0))
        entry = entry->next_in_bucket;
    return entry;
}

void cache_shard_list(struct cache_shard *shard, struct cache_entry *entry)
{
    struct cache_entry **bucket = find_bucket(shard, entry->hash);
    entry->next_in_bucket = *bucket;
    *bucket = entry;
    atomic_store_explicit(&entry->is_listed, true, memory_order_relaxed);
}

void cache_shard_unlist(struct cache_shard *shard, struct cache_entry *entry)
{
    struct cache_entry **link = find_bucket(shard, entry->hash);
    while (*link != entry)
        link = &(*link)->next_in_bucket;
    *link = entry->next_in_bucket;
    atomic_store_explicit(&entry->is_listed, false, memory_order_relaxed);
}

static unsigned frequency_of(const struct cache_entry *entry)
{
    return atomic_load_explicit(&entry->frequency, memory_order_relaxed);
}

static void set_frequency(struct cache_entry *entry, unsigned frequency)
{
    atomic_store_explicit(&entry->frequency, frequency, memory_order_relaxed);
}

void cache_shard_touch(struct cache_shard *shard, struct cache_entry *entry)
{
    /* Of two threads that count at once one may go uncounted, which a guess can bear. */
    unsigned frequency = frequency_of(entry);
    if (frequency < CACHE_MAX_USES)
        set_frequency(entry, frequency + 1);
    atomic_fetch_add_explicit(&shard->hits[cpu_slot(CPU_MAX_SLOTS)].n_hits, 1,
                              memory_order_relaxed);
}

uint64_t cache_shard_n_hits(const struct cache_shard *shard)
{
    uint64_t n_hits = 0;
    for (unsigned i = 0; i < CPU_MAX_SLOTS; i++)
        n_hits += atomic_load_explicit(&shard->hits[i].n_hits, memory_order_relaxed);
    return n_hits;
}

static void push(struct cache_shard *shard, struct cache_entry *entry, enum cache_queue queue)
{
    struct cache_fifo *fifo = &shard->queues[queue];
    entry->queue = queue;
    entry->next = NULL;
    if (fifo->youngest != NULL)
        fifo->youngest->next = entry;
    else
        fifo->oldest = entry;
    fifo->youngest = entry;
    fifo->n_entries++;
    fifo->n_bytes += entry->cost;
}

/* Takes the oldest entry off a queue; NULL where it is empty. */
static struct cache_entry *pop(struct cache_shard *shard, enum cache_queue queue)
{
    struct cache_fifo *fifo = &shard->queues[queue];
    struct cache_entry *entry = fifo->oldest;
    if (entry == NULL)
        return NULL;
    fifo->oldest = entry->next;
    if (fifo->oldest == NULL)
        fifo->youngest = NULL;
    fifo->n_entries--;
    fifo->n_bytes -= entry->cost;
    entry->queue = CACHE_QUEUE_NONE;
    return entry;
}

/* The queue that has to give something up. */
static enum cache_queue fuller_queue(const struct cache_shard *shard)
{
    bool small_is_full =
        shard->queues[CACHE_QUEUE_SMALL].n_bytes > shard->max_bytes / SMALL_QUEUE_PART;
    return small_is_full || shard->queues[CACHE_QUEUE_MAIN].oldest == NULL ? CACHE_QUEUE_SMALL
                                                                           : CACHE_QUEUE_MAIN;
}

/* Evicts until the bound holds and returns what was evicted. */
static struct cache_entry *make_room(struct cache_shard *shard)
{
    struct cache_entry *evicted = NULL;
    while (cache_shard_entry_bytes(shard) > shard->max_bytes) {
        enum cache_queue queue = fuller_queue(shard);
        struct cache_entry *entry = pop(shard, queue);
        if (entry == NULL)
            break;
        unsigned frequency = frequency_of(entry);
        if (queue == CACHE_QUEUE_SMALL && frequency >= PROMOTION_FREQUENCY) {
            set_frequency(entry, 0);
            push(shard, entry, CACHE_QUEUE_MAIN);
        } else if (queue == CACHE_QUEUE_MAIN && frequency > 0) {
            set_frequency(entry, (frequency < MAX_ROUNDS ? frequency : MAX_ROUNDS) - 1);
            push(shard, entry, CACHE_QUEUE_MAIN);
        } else {
            if (queue == CACHE_QUEUE_SMALL)
                cache_ghost_add(&shard->ghost, entry->hash);
            cache_shard_unlist(shard, entry);
            shard->n_evictions++;
            entry->next = evicted;
            evicted = entry;
        }
    }
    return evicted;
}

unsigned cache_shard_n_uses(const struct cache_entry *entry)
{
    return frequency_of(entry) + (entry->queue == CACHE_QUEUE_MAIN ? PROMOTION_FREQUENCY : 0);
}

/* Puts an entry into the queue where it would be after as many uses. */
static void push_as_used(struct cache_shard *shard, struct cache_entry *entry, unsigned n_uses)
{
    bool is_promoted = n_uses >= PROMOTION_FREQUENCY;
    set_frequency(entry, is_promoted ? n_uses - PROMOTION_FREQUENCY : n_uses);
    push(shard, entry, is_promoted ? CACHE_QUEUE_MAIN : CACHE_QUEUE_SMALL);
}

/* Returns false, and takes the entry off the table, where its value is too large. */
static bool take_cost(struct cache_shard *shard, struct cache_entry *entry, size_t bytes)
{
    size_t largest = shard->max_bytes / SMALL_QUEUE_PART;
    size_t own_cost = sizeof *entry + entry->key_size;
    if (own_cost > largest || bytes > largest - own_cost) {
        cache_shard_unlist(shard, entry);
        entry->next = NULL;
        return false;
    }
    entry->cost = own_cost + bytes;
    return true;
}

struct cache_entry *cache_shard_admit(struct cache_shard *shard, struct cache_entry *entry,
                                      size_t bytes)
{
    if (!take_cost(shard, entry, bytes))
        return entry;
    /* The paper's ghost queue is as long as the main queue can become. The number of all entries is
       about that, and is so too while the main queue is still filling up. */
    bool came_back = cache_ghost_take(&shard->ghost, entry->hash, cache_shard_n_entries(shard));
    push(shard, entry, came_back ? CACHE_QUEUE_MAIN : CACHE_QUEUE_SMALL);
    return make_room(shard);
}

struct cache_entry *cache_shard_admit_ahead(struct cache_shard *shard, struct cache_entry *entry,
                                            size_t bytes, unsigned n_uses)
{
    if (!take_cost(shard, entry, bytes))
        return entry;
    const size_t n_others = shard->queues[CACHE_QUEUE_AHEAD].n_bytes;
    const size_t most = shard->max_bytes - shard->max_bytes / AHEAD_REST_PART;
    if (n_others > most || entry->cost > most - n_others) {
        push_as_used(shard, entry, n_uses);
    } else {
        set_frequency(entry, n_uses);
        push(shard, entry, CACHE_QUEUE_AHEAD);
    }
    return make_room(shard);
}

bool cache_shard_settle(struct cache_shard *shard, size_t n)
{
    for (; n > 0; n--) {
        struct cache_entry *entry = pop(shard, CACHE_QUEUE_AHEAD);
        if (entry == NULL)
            return false;
        push_as_used(shard, entry, frequency_of(entry));
    }
    return true;
}

struct cache_entry *cache_shard_grow(struct cache_shard *shard, struct cache_entry *entry,
                                     size_t bytes)
{
    if (entry->queue == CACHE_QUEUE_NONE)
        return NULL;
    /* As much as the bound evicts the entry as surely as more would, and cannot overflow. */
    if (bytes > shard->max_bytes)
        bytes = shard->max_bytes;
    entry->cost += bytes;
    shard->queues[entry->queue].n_bytes += bytes;
    return make_room(shard);
}

struct cache_entry *cache_shard_drop(struct cache_shard *shard, enum cache_queue queue, size_t n,
                                     size_t *n_left,
                                     bool (*is_unwanted)(const void *value, const void *context),
                                     const void *context)
{
    const struct cache_fifo *fifo = &shard->queues[queue];
    struct cache_entry *dropped = NULL;
    /* Others may have taken entries out since the last turn. */
    if (*n_left > fifo->n_entries)
        *n_left = fifo->n_entries;
    for (; *n_left > 0 && n > 0; n--, --*n_left) {
        struct cache_entry *entry = pop(shard, queue);
        if (is_unwanted(entry->value, context)) {
            cache_shard_unlist(shard, entry);
            entry->next = dropped;
            dropped = entry;
        } else {
            push(shard, entry, queue);
        }
    }
    return dropped;
}

size_t cache_shard_n_entries(const struct cache_shard *shard)
{
    size_t n_entries = 0;
    for (unsigned i = 0; i < N_CACHE_QUEUES; i++)
        n_entries += shard->queues[i].n_entries;
    return n_entries;
}

size_t cache_shard_entry_bytes(const struct cache_shard *shard)
{
    size_t n_bytes = 0;
    for (unsigned i = 0; i < N_CACHE_QUEUES; i++)
        n_bytes += shard->queues[i].n_bytes;
    return n_bytes;
}
