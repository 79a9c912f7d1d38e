/* Immutable bytes with a count of those who use them: a body that the cache keeps while answers
   made of it are still on their way to slow clients. */
#ifndef CRATEDEX_SERVER_SHARED_BYTES_H
#define CRATEDEX_SERVER_SHARED_BYTES_H

#include <stddef.h>

struct shared_bytes;

/* Takes `bytes` over (memory from malloc; NULL only with `size` 0), with one reference for the
   caller. Returns NULL when memory runs out; `bytes` then stays the caller's. */
struct shared_bytes *shared_bytes_take(void *bytes, size_t size);

struct shared_bytes *shared_bytes_reference(struct shared_bytes *shared);

/* Gives a reference up; the last one frees the bytes. `context` is a struct shared_bytes (NULL is
   allowed), untyped so that it fits libmicrohttpd's callback. */
void shared_bytes_release(void *context);

const void *shared_bytes_data(const struct shared_bytes *shared);
size_t shared_bytes_size(const struct shared_bytes *shared);

#endif
