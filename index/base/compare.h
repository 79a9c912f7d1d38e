/* Comparisons for qsort and bsearch. */
#ifndef CRATEDEX_INDEX_BASE_COMPARE_H
#define CRATEDEX_INDEX_BASE_COMPARE_H

#include <stdint.h>

/* Of int64_t, ascending. What begins with one may be compared by it. */
static inline int compare_int64(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

/* Of uint32_t, ascending. */
static inline int compare_uint32(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

#endif
