/* Sets of crates against sets of booleans, at the edges of the words of a bitmap too. */
#include "index/search/filter/filter_set.h"

#include "index/base/bitmap.h"
#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MAX_CRATES 200
#define N_WORDS 4

/* A set, and what must be in it. */
struct model {
    struct filter_set set;
    uint64_t bits[N_WORDS];
    uint64_t union_bits[N_WORDS];
    bool is_in[MAX_CRATES + 1]; /* by rank */
};

static void begin(struct model *model, uint32_t n_crates)
{
    memset(model->bits, 0xff, sizeof model->bits); /* nobody clears it beforehand */
    filter_set_begin(&model->set, model->bits, model->union_bits, n_crates);
    for (uint32_t rank = 0; rank <= MAX_CRATES; rank++)
        model->is_in[rank] = rank >= 1 && rank <= n_crates;
}

static void expect(const struct model *model)
{
    uint64_t n = 0;
    for (uint32_t rank = 0; rank <= model->set.n_crates; rank++) {
        assert_int_equal(bitmap_test(model->bits, rank), model->is_in[rank]);
        n += model->is_in[rank];
    }
    assert_int_equal(bitmap_count(model->bits, model->set.n_words), n);
}

/* Draws some ranks, in order, and their bitmap. Returns how many. */
static uint32_t draw(uint32_t n_crates, uint64_t *seed, uint32_t *ranks, uint64_t *bitmap)
{
    uint32_t n = 0;
    uint32_t share = 1 + random_below(seed, 8);
    bitmap_reset(bitmap, N_WORDS);
    for (uint32_t rank = 1; rank <= n_crates; rank++) {
        if (random_below(seed, share) > 0)
            continue;
        ranks[n++] = rank;
        bitmap_set(bitmap, rank);
    }
    return n;
}

static void narrow(struct model *model, uint64_t *seed)
{
    uint32_t ranks[MAX_CRATES];
    uint64_t bitmap[N_WORDS];
    uint32_t n = draw(model->set.n_crates, seed, ranks, bitmap);
    uint32_t way = random_below(seed, 3);
    if (way == 0)
        filter_set_keep(&model->set, bitmap);
    else if (way == 1)
        filter_set_keep_ranks(&model->set, ranks, n);
    else
        filter_set_drop(&model->set, bitmap);
    for (uint32_t rank = 1; rank <= model->set.n_crates; rank++)
        model->is_in[rank] = model->is_in[rank] && bitmap_test(bitmap, rank) == (way < 2);
}

static void any_number_of_crates(void **state)
{
    (void)state;
    static struct model model;
    uint64_t seed = 227;
    for (uint32_t n_crates = 0; n_crates <= MAX_CRATES; n_crates++) {
        for (int round = 0; round < 8; round++) {
            begin(&model, n_crates);
            assert_false(model.set.is_narrowed);
            for (uint32_t n = 1 + random_below(&seed, 3); n > 0; n--)
                narrow(&model, &seed);
            assert_true(model.set.is_narrowed);
            expect(&model);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_number_of_crates),
    };
    return cmocka_run_group_tests_name("filter_set", tests, NULL, NULL);
}
