/* A table a thread, direct-mapped by the hash of the key, so that a look-up is one hash and one
   comparison and a newer hit takes the place of an older one. Only its own thread touches a table:
   it is found through a thread-specific value, whose destructor gives it back when the thread ends.

   A slot holds a reference to its entry, which keeps the representation alive while it is sent.
   When the cache evicts the entry it says so in the entry itself; the slot is then void, and is
   emptied by whoever comes across it: a look-up, or recent_hits_keep, which looks at a few slots in
   turn each time. What the slots hold is bounded in bytes; the bound is what the process may use
   beyond the cache's own.

   The generation is compared and not hashed, so that the answer of a newer snapshot takes the place
   of the older one.

   A hit is counted as one by the cache without its lock (cache_touch), so that eviction sees what
   is in use. */
#include "server/cache/recent_hits.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define N_SLOTS 1024 /* a power of two */
#define ABSENT '\n'
#define N_TIDIED 4 /* slots that recent_hits_keep looks at */

struct slot {
    struct recent_hit hit; /* entry NULL: empty */
    size_t bytes;          /* what the slot keeps from being freed */
    struct recent_key key;
};

struct recent_hits {
    struct cache *cache;
    size_t max_bytes;
    pthread_key_t table; /* of the thread: a struct table */
};

struct table {
    struct cache *cache;
    uint64_t generation; /* of the newest key */
    size_t n_bytes;
    unsigned next_tidied;
    struct slot slots[N_SLOTS];
};

static void empty(struct table *table, struct slot *slot)
{
    if (slot->hit.entry == NULL)
        return;
    cache_release(table->cache, slot->hit.entry);
    slot->hit.entry = NULL;
    table->n_bytes -= slot->bytes;
}

static void table_free(void *value)
{
    struct table *table = value;
    for (unsigned i = 0; i < N_SLOTS; i++)
        empty(table, &table->slots[i]);
    free(table);
}

struct recent_hits *recent_hits_create(struct cache *cache, size_t max_bytes, struct error *error)
{
    struct recent_hits *recent = malloc(sizeof *recent);
    if (recent == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    recent->cache = cache;
    recent->max_bytes = max_bytes;
    if (pthread_key_create(&recent->table, table_free) == 0)
        return recent;
    error_set(error, "there are no more thread-specific values");
    free(recent);
    return NULL;
}

void recent_hits_destroy(struct recent_hits *recent)
{
    if (recent == NULL)
        return;
    struct table *own = pthread_getspecific(recent->table);
    if (own != NULL)
        table_free(own);
    pthread_key_delete(recent->table);
    free(recent);
}

/* Appends a text with its NUL, or where it is NULL a mark that no text begins with. Returns false
   where it does not fit. */
static bool append(struct recent_key *key, const char *text)
{
    size_t room = sizeof key->bytes - key->size;
    size_t size = text != NULL ? strnlen(text, room) + 1 : 1;
    if (size > room)
        return false;
    if (text != NULL)
        memcpy(key->bytes + key->size, text, size);
    else
        key->bytes[key->size] = ABSENT;
    key->size += size;
    return true;
}

void recent_key_make(struct recent_key *key, uint64_t generation, const struct request *request)
{
    key->generation = generation;
    key->size = 0;
    bool is_kept = (request->method == METHOD_GET || request->method == METHOD_HEAD) &&
                   request->target != NULL && append(key, request->target) &&
                   append(key, request->host) && append(key, request->scheme) &&
                   append(key, request->fields.accept) &&
                   append(key, request->fields.accept_encoding);
    if (is_kept)
        key->hash = XXH3_64bits(key->bytes, key->size);
    else
        key->size = 0;
}

static struct slot *find_slot(struct table *table, const struct recent_key *key)
{
    struct slot *slot = &table->slots[key->hash % N_SLOTS];
    return slot;
}

const struct recent_hit *recent_hits_find(struct recent_hits *recent, const struct recent_key *key)
{
    struct table *table = recent != NULL ? pthread_getspecific(recent->table) : NULL;
    if (table == NULL || key->size == 0)
        return NULL;
    struct slot *slot = find_slot(table, key);
    if (slot->hit.entry == NULL || slot->key.hash != key->hash ||
        slot->key.generation != key->generation || slot->key.size != key->size ||
        memcmp(slot->key.bytes, key->bytes, key->size) != 0)
        return NULL;
    if (!cache_entry_is_listed(slot->hit.entry)) {
        empty(table, slot);
        return NULL;
    }
    cache_touch(table->cache, slot->hit.entry);
    return &slot->hit;
}

/* The calling thread's table, made by the first who asks; NULL when memory runs out. */
static struct table *own_table(struct recent_hits *recent)
{
    struct table *table = pthread_getspecific(recent->table);
    if (table != NULL)
        return table;
    table = calloc(1, sizeof *table);
    if (table == NULL)
        return NULL;
    table->cache = recent->cache;
    if (pthread_setspecific(recent->table, table) == 0)
        return table;
    free(table);
    return NULL;
}

/* What the slots hold of an older snapshot is of no use any more. */
static void forget_older(struct table *table, uint64_t generation)
{
    if (table->generation == generation)
        return;
    table->generation = generation;
    for (unsigned i = 0; i < N_SLOTS; i++)
        empty(table, &table->slots[i]);
}

void recent_hits_keep(struct recent_hits *recent, const struct recent_key *key,
                      const struct recent_hit *hit)
{
    struct table *table =
        recent != NULL && key->size > 0 && recent->max_bytes > 0 ? own_table(recent) : NULL;
    if (table == NULL)
        return;
    forget_older(table, key->generation);
    for (unsigned i = 0; i < N_TIDIED; i++) {
        struct slot *tidied = &table->slots[table->next_tidied++ % N_SLOTS];
        if (tidied->hit.entry != NULL && !cache_entry_is_listed(tidied->hit.entry))
            empty(table, tidied);
    }
    struct slot *slot = find_slot(table, key);
    empty(table, slot);
    /* The coded forms that others may ask for later are together seldom larger than the body. */
    slot->bytes = 2 * answer_cost(cache_value(hit->entry));
    if (slot->bytes > recent->max_bytes - table->n_bytes || !cache_entry_is_listed(hit->entry))
        return;
    cache_reference(hit->entry);
    slot->hit = *hit;
    slot->key = *key;
    table->n_bytes += slot->bytes;
}
