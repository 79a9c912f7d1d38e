/* The count is atomic, the bytes never change: any thread may read, reference and release. The last
   release synchronises with the earlier ones (acquire and release order), so that the thread that
   frees sees every use finished. */
#include "server/answer/shared_bytes.h"

#include <stdatomic.h>
#include <stdlib.h>

struct shared_bytes {
    atomic_uint n_references;
    size_t size;
    void *bytes;
};

struct shared_bytes *shared_bytes_take(void *bytes, size_t size)
{
    struct shared_bytes *shared = malloc(sizeof *shared);
    if (shared == NULL)
        return NULL;
    atomic_init(&shared->n_references, 1);
    shared->size = size;
    shared->bytes = bytes;
    return shared;
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
    free(shared->bytes);
    free(shared);
}

const void *shared_bytes_data(const struct shared_bytes *shared)
{
    return shared->bytes;
}

size_t shared_bytes_size(const struct shared_bytes *shared)
{
    return shared->size;
}
