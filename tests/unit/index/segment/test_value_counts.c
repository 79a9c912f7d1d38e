/* Counts of random selections, sparse and dense, of some attributes, against one look at each
   crate; what was not asked for stays as it was. */
#include "index/segment/value_counts.h"

#include "index/base/bitmap.h"
#include "index/segment/crate_values_build.h"
#include "index/segment/open_index.h"
#include "tests/support/facet_model.h"
#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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

/* More values than 16 bits can number: one a crate, or that and the one before. */
static void more_values_than_16_bits_number(void **state)
{
    enum { N = UINT16_MAX + 2 };
    (void)state;
    for (uint32_t n_each = 1; n_each <= 2; n_each++) {
        struct crate_values_builder builder;
        struct crate_values values;
        msgpack_sbuffer block;
        crate_values_builder_init(&builder);
        msgpack_sbuffer_init(&block);
        for (uint32_t rank = 1; rank <= N; rank++) {
            char text[16];
            uint32_t place;
            size_t length = (size_t)snprintf(text, sizeof text, "%06u", rank);
            assert_int_equal(crate_values_builder_value(&builder, CRATE_ATTRIBUTE_KEYWORD, text,
                                                        length, rank, &place, NULL),
                             0);
            for (uint32_t i = 0; i < n_each && i < rank; i++)
                assert_int_equal(crate_values_builder_add(&builder, CRATE_ATTRIBUTE_KEYWORD, rank,
                                                          place - i, NULL),
                                 0);
        }
        assert_int_equal(crate_values_builder_finish(&builder, N, &block, NULL), 0);
        assert_int_equal(crate_values_open(&values, N, block.data, block.size, NULL), 0);
        const struct attribute_values *own = &values.attributes[CRATE_ATTRIBUTE_KEYWORD];
        uint64_t *selected = calloc(bitmap_n_words(N + 1), sizeof *selected);
        uint32_t *counts[N_CRATE_ATTRIBUTES] = {[CRATE_ATTRIBUTE_KEYWORD] =
                                                    calloc(N + 1, sizeof **counts)};
        const uint32_t *found = counts[CRATE_ATTRIBUTE_KEYWORD];
        assert_true(own->wide_numbers != NULL && selected != NULL && found != NULL);
        bitmap_set(selected, N);
        bitmap_set(selected, 1);
        value_counts_find(&values, 1U << CRATE_ATTRIBUTE_KEYWORD, selected, counts);
        assert_int_equal(found[crate_value_find(own, "065537", 6)], 1);
        assert_int_equal(found[crate_value_find(own, "065536", 6)], n_each - 1);
        assert_int_equal(found[crate_value_find(own, "065535", 6)], 0);
        assert_int_equal(found[crate_value_find(own, "000001", 6)], 1);
        free(counts[CRATE_ATTRIBUTE_KEYWORD]);
        free(selected);
        msgpack_sbuffer_destroy(&block);
        crate_values_builder_destroy(&builder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(are_those_of_a_look_at_each_crate),
        cmocka_unit_test(more_values_than_16_bits_number),
    };
    return cmocka_run_group_tests_name("value_counts", tests, NULL, NULL);
}
