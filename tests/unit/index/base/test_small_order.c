/* A few scores in order, against qsort. */
#include "index/base/small_order.h"

#include "tests/support/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

struct item {
    float score;
    uint32_t rank;
};

static int compare_items(const void *left_item, const void *right_item)
{
    const struct item *left = left_item;
    const struct item *right = right_item;
    if (left->score != right->score)
        return left->score > right->score ? -1 : 1;
    return left->rank < right->rank ? -1 : left->rank > right->rank;
}

static float random_score(uint64_t *seed)
{
    static const float special[] = {0, -0.0F, INFINITY, -INFINITY, 1e-45F, -1e-45F, 1, -1};
    if (random_below(seed, 3) == 0)
        return special[random_below(seed, sizeof special / sizeof *special)];
    return ((float)random_below(seed, 2000) - 1000) / (float)(1 + random_below(seed, 7));
}

static void scores_fall_and_ranks_rise(void **state)
{
    (void)state;
    uint64_t seed = 223;
    for (int round = 0; round < 2000; round++) {
        struct item items[SMALL_ORDER_MAX] = {{0}};
        struct item sorted[SMALL_ORDER_MAX] = {{0}};
        int64_t keys[SMALL_ORDER_MAX] = {0};
        uint8_t order[SMALL_ORDER_MAX];
        uint32_t n = random_below(&seed, SMALL_ORDER_MAX + 1);
        for (uint32_t i = 0; i < n; i++) {
            /* Different ranks, up to the highest there is. */
            uint32_t rank = i % 2 == 0 ? 1 + i : UINT32_MAX - i;
            items[i] = (struct item){random_score(&seed), rank};
            sorted[i] = items[i];
            keys[i] = small_order_key(items[i].score, items[i].rank);
        }
        small_order(keys, n, order);
        qsort(sorted, n, sizeof *sorted, compare_items);
        for (uint32_t i = 0; i < n; i++) {
            assert_true(items[order[i]].rank == sorted[i].rank);
            assert_true(items[order[i]].score == sorted[i].score);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_fall_and_ranks_rise),
    };
    return cmocka_run_group_tests_name("small_order", tests, NULL, NULL);
}
