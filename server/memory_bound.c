/* What the cache keeps has a bound (body_store.h), but part of an answer lies in malloc's heaps:
   the responses that hits share, and for a moment whatever it was made with. When requests change,
   from short answers that are asked for again to long ones that are not, say, what was freed in one
   place is of no use in the other, and both are the process's. Then malloc and the store give back
   the pages of what is free. They must be got anew when they are needed again, so that is done only
   where there is too much, and seldom where it does not help: then others have the memory.

   An index is some large blocks, which malloc maps, and returns when it is closed. But when it has
   returned the first it takes the next of that size from a heap, which with every index that is
   opened beside another has larger holes. So what it maps is decided once. */
#include "server/memory_bound.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

/* Of the cache's bytes: what the process may have beyond them before anything is given back, and
   what has to come of it. */
#define SLACK_PART 16
#define MAX_WAITS 256

/* No answer needs blocks as large, but for bodies that take longer to make than to map. */
#define MAPPED_BYTES (256 << 10)

/* What may lie free at the end of a heap, as malloc chooses by itself when it has freed an index: a
   thread that answers is not to return and get anew what it needs again and again. */
#define TRIM_BYTES (64 << 20)

void memory_bound_prepare(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, MAPPED_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, TRIM_BYTES);
}

/* Pages that are in memory and belong to no file, in bytes; 0 where that is not known. The second
   and third number of statm are all pages and those of files (proc_pid_statm(5)). */
static size_t own_bytes(void)
{
    char text[128] = "";
    char *at = text;
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0)
        return 0;
    strtoull(at, &at, 10);
    size_t resident = strtoull(at, &at, 10);
    size_t of_files = strtoull(at, &at, 10);
    return (resident - of_files) * (size_t)sysconf(_SC_PAGESIZE);
}

void memory_bound_init(struct memory_bound *bound, size_t cache_bytes, struct body_store *store)
{
    *bound = (struct memory_bound){.store = store,
                                   .start_bytes = own_bytes(),
                                   .max_bytes = cache_bytes + cache_bytes / SLACK_PART};
}

void memory_bound_keep(struct memory_bound *bound)
{
    if (bound->n_calls > 0) {
        bound->n_calls--;
        return;
    }
    size_t before = own_bytes();
    if (before < bound->start_bytes + bound->max_bytes)
        return;
    body_store_give_up_free(bound->store);
    malloc_trim(0);
    size_t after = own_bytes();
    bool has_helped = before > after && before - after >= bound->max_bytes / SLACK_PART;
    bound->n_waits = has_helped ? 0 : 2 * bound->n_waits + 1;
    if (bound->n_waits > MAX_WAITS)
        bound->n_waits = MAX_WAITS;
    bound->n_calls = bound->n_waits;
}
