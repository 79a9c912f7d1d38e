/* Counts of random selections, sparse and dense, of some attributes, against one look at each
   crate; what was not asked for stays as it was. */
#include "index/segment/value_counts.h"

#include "index/base/bitmap.h"
#include "index/segment/open_index.h"
#include "tests/support/facet_model.h"
#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define N_ROUNDS 300
#define MAX_VALUES 63
#define UNTOUCHED UINT32_MAX

static void count_plainly(const struct attribute_values *values, const uint64_t *selected,
                          uint32_t counts[MAX_VALUES + 1])
{
    memset(counts, 0, (MAX_VALUES + 1) * sizeof *counts);
    for (uint32_t rank = 1; rank <= FACET_MODEL_CRATES; rank++)
        for (uint32_t i = 0; bitmap_test(selected, rank) && i < crate_values_of(values, rank); i++)
            counts[crate_values_number(values, rank, i)]++;
}

static void are_those_of_a_look_at_each_crate(void **state)
{
    static struct facet_model model;
    uint64_t seed = 313;
    (void)state;
    facet_model_build(&model);
    const struct crate_values *all_values = &model.built.index->values;
    for (uint32_t round = 0; round < N_ROUNDS; round++) {
        uint64_t selected[FACET_MODEL_CRATES / 64 + 1] = {0};
        uint32_t counts[N_CRATE_ATTRIBUTES][MAX_VALUES + 1];
        uint32_t *places[N_CRATE_ATTRIBUTES];
        unsigned attributes = random_below(&seed, 1U << N_CRATE_ATTRIBUTES);
        for (uint32_t rank = 1; rank <= FACET_MODEL_CRATES; rank++)
            if (random_below(&seed, N_ROUNDS - 1) < round) /* none at first, all at last */
                bitmap_set(selected, rank);
        memset(counts, 0xff, sizeof counts);
        for (unsigned i = 0; i < N_CRATE_ATTRIBUTES; i++)
            places[i] = counts[i];
        value_counts_find(all_values, attributes, selected, places);
        for (unsigned i = 0; i < N_CRATE_ATTRIBUTES; i++) {
            const struct attribute_values *values = &all_values->attributes[i];
            uint32_t expected[MAX_VALUES + 1];
            bool is_wanted = (attributes >> i & 1) != 0;
            assert_in_range(values->n_values, 2, MAX_VALUES);
            count_plainly(values, selected, expected);
            for (uint32_t number = 1; number <= values->n_values; number++)
                assert_int_equal(counts[i][number], is_wanted ? expected[number] : UNTOUCHED);
        }
    }
    built_index_remove(&model.built);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(are_those_of_a_look_at_each_crate),
    };
    return cmocka_run_group_tests_name("value_counts", tests, NULL, NULL);
}
