/* Puts a few items in order without a branch: an item's place is the number of items with a smaller
   key, which is counted. That is quadratic, and for a hundred items faster than any sort that
   compares and jumps. */
#ifndef CRATEDEX_INDEX_SMALL_ORDER_H
#define CRATEDEX_INDEX_SMALL_ORDER_H

#include <stdint.h>

#define SMALL_ORDER_MAX 128

/* A key that orders by falling score (no NaN), then by ascending rank (below 2^32). */
int64_t small_order_key(float score, uint32_t rank);

/* Writes the numbers 0 … n - 1 in the order of their keys, which must be different; n is at most
   SMALL_ORDER_MAX. */
void small_order(const int64_t *keys, uint32_t n, uint8_t order[SMALL_ORDER_MAX]);

#endif
