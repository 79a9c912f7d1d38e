/* Gives memory back to the system when the process has more of its own than its cache explains. */
#ifndef CRATEDEX_SERVER_MEMORY_BOUND_H
#define CRATEDEX_SERVER_MEMORY_BOUND_H

#include "server/answer/body_store.h"

#include <stddef.h>
#include <stdint.h>

struct memory_bound {
    struct body_store *store;
    size_t start_bytes; /* of the process, when nothing was cached */
    size_t max_bytes;   /* beyond these */
    unsigned n_calls;   /* to wait for, where giving back did not help */
    unsigned n_waits;
};

/* To be called before anything large is allocated: has malloc give the parts of an index back to
   the system when they are freed. */
void memory_bound_prepare(void);

/* To be called when everything is made that the first request needs. `cache_bytes` is what the
   cache may take, `store` where it does. */
void memory_bound_init(struct memory_bound *bound, size_t cache_bytes, struct body_store *store);

/* Looks, and gives back what is free where there is too much; to be called some times a second. */
void memory_bound_keep(struct memory_bound *bound);

#endif
