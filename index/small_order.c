/* Four keys are compared at once, in the form that gcc and clang turn into vector instructions; the last
   four are filled up with keys that come after all others. */
#include "index/small_order.h"

#include "index/processor.h"

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

PROCESSOR_VARIANTS
static void count_smaller(const keys4 *keys, uint32_t n, uint8_t *order)
{
    for (uint32_t i = 0; i < n; i++) {
        int64_t key = keys[i / 4][i % 4];
        keys4 n_smaller = {0};
        for (uint32_t j = 0; j < (n + 3) / 4; j++)
            n_smaller -= keys[j] < key;
        order[n_smaller[0] + n_smaller[1] + n_smaller[2] + n_smaller[3]] = (uint8_t)i;
    }
}

void small_order(const int64_t *keys, uint32_t n, uint8_t order[SMALL_ORDER_MAX])
{
    keys4 padded[SMALL_ORDER_MAX / 4] = {{0}};
    for (uint32_t i = 0; i < (n + 3) / 4 * 4; i++)
        padded[i / 4][i % 4] = i < n ? keys[i] : INT64_MAX;
    count_smaller(padded, n, order);
}
