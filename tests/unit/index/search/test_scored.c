/* What is selected and sorted in part is what a whole sort has there. */
#include "index/search/scored.h"
#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MAX_SCORED 1500

/* Some are equally good, as crates are of which a search knows the same. */
static void make_scored(struct search_scored *scored, uint32_t n, uint64_t *seed)
{
    for (uint32_t i = 0; i < n; i++)
        scored[i] = (struct search_scored){(float)random_below(seed, n / 2 + 1), n - i};
}

static void a_selection_has_the_best(void **state)
{
    static struct search_scored whole[MAX_SCORED];
    static struct search_scored parts[MAX_SCORED];
    uint64_t seed = 241;
    (void)state;
    for (unsigned round = 0; round < 300; round++) {
        uint32_t n = random_below(&seed, round % 2 == 0 ? MAX_SCORED : 20);
        uint32_t n_best = random_below(&seed, n + 1);
        make_scored(whole, n, &seed);
        memcpy(parts, whole, n * sizeof *parts);
        scored_sort(whole, n);
        for (uint32_t i = 1; i < n; i++)
            assert_true(scored_is_better(&whole[i - 1], &whole[i]));
        scored_select(parts, n, n_best);
        scored_sort(parts, n_best);
        scored_sort(parts + n_best, n - n_best);
        assert_memory_equal(parts, whole, n * sizeof *parts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_selection_has_the_best),
    };
    return cmocka_run_group_tests_name("scored", tests, NULL, NULL);
}
