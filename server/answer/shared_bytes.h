/* Immutable bytes with a count of those who use them: a body that the cache keeps while answers
   made of it are still on their way to slow clients. */
#ifndef CRATEDEX_SERVER_SHARED_BYTES_H
#define CRATEDEX_SERVER_SHARED_BYTES_H

#include "server/answer/body_store.h"

#include <stddef.h>

struct shared_bytes;

/* A copy of `bytes` in `store` (NULL: in memory from malloc), with one reference for the caller.
   Returns NULL when memory runs out. */
struct shared_bytes *shared_bytes_copy(struct body_store *store, const void *bytes, size_t size);

/* What it is to be charged with (body_store_cost). */
size_t shared_bytes_cost(const struct shared_bytes *shared);

/* Where the copy is. */
struct body_store *shared_bytes_store(const struct shared_bytes *shared);

struct shared_bytes *shared_bytes_reference(struct shared_bytes *shared);

/* Gives a reference up; the last one frees the bytes. `context` is a struct shared_bytes (NULL is
   allowed), untyped so that it fits libmicrohttpd's callback. */
void shared_bytes_release(void *context);

const void *shared_bytes_data(const struct shared_bytes *shared);
size_t shared_bytes_size(const struct shared_bytes *shared);

#endif
