/* Memory for what the cache keeps, most of it bodies: one region of a fixed size, so that what they
   take of the machine has a bound, however their sizes change. */
#ifndef CRATEDEX_SERVER_BODY_STORE_H
#define CRATEDEX_SERVER_BODY_STORE_H

#include <cratedex/error.h>
#include <stddef.h>

struct body_store;

/* A store of at most `max_bytes`, which are taken of the machine as they are used. Returns NULL and
   says why. */
struct body_store *body_store_create(size_t max_bytes, struct error *error);

/* Every block must have been given back. NULL is allowed. */
void body_store_destroy(struct body_store *store);

/* A block of `size` bytes, aligned for anything; of malloc where the store (or where NULL: none)
   has no room for it. NULL when memory runs out. Thread-safe, as below. */
void *body_store_take(struct body_store *store, size_t size);

/* Gives back a block of the same store, or of malloc. */
void body_store_give_back(struct body_store *store, void *block);

/* What a block of `size` bytes is to be charged with: with its part of the gaps between blocks, and
   where the store had no room for it with as much more as makes the cache give some back. */
size_t body_store_cost(const struct body_store *store, const void *block, size_t size);

/* Gives the pages of what is free back to the system, until they are used again. */
void body_store_give_up_free(struct body_store *store);

/* For tests: what is free, and in how many pieces. */
size_t body_store_free_bytes(struct body_store *store, size_t *n_pieces);

#endif
