/* Where something ends in what is in order: bsearch finds an equal element, not a boundary. */
#ifndef CRATEDEX_INDEX_BASE_PARTITION_POINT_H
#define CRATEDEX_INDEX_BASE_PARTITION_POINT_H

#include <stdbool.h>
#include <stdint.h>

/* The first of the places `low` … `high` - 1 of which `comes_before` is false; `high` where there
   is none. It must be true of all places in front of one of which it is true.

   Inlined together with it, which costs as much as a loop of one's own: left to choose, gcc calls
   it by its address where a source has two of them. */
__attribute__((always_inline)) static inline uint32_t
partition_point(uint32_t low, uint32_t high,
                bool (*comes_before)(const void *context, uint32_t place), const void *context)
{
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (comes_before(context, middle))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

#endif
