/* The count is atomic, the bytes never change: any thread may read, reference and release. The last
   release synchronises with the earlier ones (acquire and release order), so that the thread that
   frees sees every use finished. Count and bytes are one block: a copy of the right size, so that
   what the bytes were made in, which was larger, is free for the next. */
#include "server/answer/shared_bytes.h"

#include <stdatomic.h>
#include <string.h>

struct shared_bytes {
    atomic_uint n_references;
    size_t size;
    struct body_store *store;
    char bytes[];
};

struct shared_bytes *shared_bytes_copy(struct body_store *store, const void *bytes, size_t size)
{
    struct shared_bytes *shared = body_store_take(store, sizeof *shared + size);
    if (shared == NULL)
        return NULL;
    atomic_init(&shared->n_references, 1);
    shared->size = size;
    shared->store = store;
    if (size > 0)
        memcpy(shared->bytes, bytes, size);
    return shared;
}

size_t shared_bytes_cost(const struct shared_bytes *shared)
{
    return body_store_cost(shared->store, shared, sizeof *shared + shared->size);
}

struct body_store *shared_bytes_store(const struct shared_bytes *shared)
{
    return shared->store;
}

struct shared_bytes *shared_bytes_reference(struct shared_bytes *shared)
{
    atomic_fetch_add_explicit(&shared->n_references, 1, memory_order_relaxed);
    return shared;
}

void shared_bytes_release(void *context)
{
    struct shared_bytes *shared = context;
    if (shared == NULL ||
        atomic_fetch_sub_explicit(&shared->n_references, 1, memory_order_acq_rel) != 1)
        return;
    body_store_give_back(shared->store, shared);
}

const void *shared_bytes_data(const struct shared_bytes *shared)
{
    return shared->bytes;
}

size_t shared_bytes_size(const struct shared_bytes *shared)
{
    return shared->size;
}
