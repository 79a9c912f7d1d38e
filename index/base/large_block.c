/* A search touches a few hundred places all over 100 MiB. On pages of 4 KiB most of these miss the
   processor's table of pages (TLB) as well as its caches; on huge pages the table reaches over all
   of them. Linux gives huge pages to whoever asks (transparent huge pages, `madvise` in
   /sys/kernel/mm/transparent_hugepage/enabled), and clears them faster than as many small ones. */
#define _DEFAULT_SOURCE /* madvise */
#include "index/base/large_block.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#define HUGE_PAGE_BYTES ((size_t)2 << 20)

void *large_block_allocate(size_t size)
{
    if (size < HUGE_PAGE_BYTES || size > SIZE_MAX - HUGE_PAGE_BYTES)
        return malloc(size);
    size_t rounded = (size + HUGE_PAGE_BYTES - 1) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
    void *block = aligned_alloc(HUGE_PAGE_BYTES, rounded);
#ifdef MADV_HUGEPAGE
    if (block != NULL) {
        /* What does not fill a huge page stays on small ones. It is advice: failure changes
           nothing. */
        (void)madvise(block, size / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES, MADV_HUGEPAGE);
    }
#endif
    return block;
}
