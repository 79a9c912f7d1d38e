/* The place of a key is the number of those that are smaller. Sixteen keys at a time stand in
   registers, in the form that gcc and clang turn into vector instructions, and are compared with
   all keys, one by one; the last sixteen are filled up with keys that come after all others. */
#include "index/base/small_order.h"

#include "index/base/processor.h"

#include <string.h>

int64_t small_order_key(float score, uint32_t rank)
{
    int32_t bits;
    float positive_zero = score + 0.0F; /* -0 equals 0, and shall have its bits */
    memcpy(&bits, &positive_zero, sizeof bits);
    /* The bits of negative floats fall as the numbers rise. */
    int32_t rising = bits < 0 ? (int32_t)(~(uint32_t)bits | 0x80000000U) : bits;
    return (int64_t)((uint64_t)(uint32_t)~rising << 32 | rank);
}

typedef int64_t keys4 __attribute__((vector_size(4 * sizeof(int64_t))));

/* So many vectors stand in registers. */
#define N_AT_ONCE 4
#define KEYS_AT_ONCE (4 * N_AT_ONCE)

/* `n_smaller` gets the places of `keys`, which are filled up to KEYS_AT_ONCE. */
PROCESSOR_VARIANTS
static void count_smaller(const keys4 *keys, const int64_t *all, uint32_t n, keys4 *n_smaller)
{
    for (uint32_t i = 0; i < (n + 3) / 4; i += N_AT_ONCE) {
        keys4 counts[N_AT_ONCE] = {{0}};
        for (uint32_t j = 0; j < n; j++) {
            keys4 other = {all[j], all[j], all[j], all[j]};
#pragma GCC unroll 4
            for (uint32_t k = 0; k < N_AT_ONCE; k++)
                counts[k] -= other < keys[i + k];
        }
        for (uint32_t k = 0; k < N_AT_ONCE; k++)
            n_smaller[i + k] = counts[k];
    }
}

_Static_assert(SMALL_ORDER_MAX % KEYS_AT_ONCE == 0, "keys can be filled up");

void small_order(const int64_t *keys, uint32_t n, uint8_t order[SMALL_ORDER_MAX])
{
    keys4 padded[SMALL_ORDER_MAX / 4] = {{0}};
    keys4 n_smaller[SMALL_ORDER_MAX / 4] = {{0}};
    for (uint32_t i = 0; i < (n + KEYS_AT_ONCE - 1) / KEYS_AT_ONCE * KEYS_AT_ONCE; i++)
        padded[i / 4][i % 4] = i < n ? keys[i] : INT64_MAX;
    count_smaller(padded, keys, n, n_smaller);
    for (uint32_t i = 0; i < n; i++)
        order[n_smaller[i / 4][i % 4]] = (uint8_t)i;
}
