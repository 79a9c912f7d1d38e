/* The front of every order against a scan of all crates, for every value that is there and those
   beside it. */
#include "index/segment/order_bitmaps.h"

#include "index/base/bitmap.h"
#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAX_CRATES 300

struct fixture {
    msgpack_sbuffer block;
    struct crate_columns columns;
    struct order_bitmaps bitmaps;
};

/* Few different values, so that many crates have the same. */
static void make(struct fixture *fixture, uint32_t n_crates, uint64_t *seed)
{
    static struct crate_column_row rows[MAX_CRATES];
    static char names[MAX_CRATES][8];
    for (uint32_t i = 0; i < n_crates; i++) {
        int length = snprintf(names[i], sizeof names[i], "c%u", i);
        rows[i] = (struct crate_column_row){.name = names[i],
                                            .name_length = (uint32_t)length,
                                            .id = i + 1,
                                            .downloads = random_below(seed, 40),
                                            .created_at = -(int64_t)random_below(seed, 4),
                                            .updated_at = (int64_t)random_next(seed)};
    }
    msgpack_sbuffer_init(&fixture->block);
    assert_int_equal(crate_columns_build(rows, n_crates, &fixture->block, NULL), 0);
    assert_int_equal(
        crate_columns_open(&fixture->columns, fixture->block.data, fixture->block.size, NULL), 0);
    assert_int_equal(order_bitmaps_make(&fixture->bitmaps, &fixture->columns, NULL), 0);
}

static void destroy(struct fixture *fixture)
{
    order_bitmaps_close(&fixture->bitmaps);
    msgpack_sbuffer_destroy(&fixture->block);
}

static void expect_marked(const struct fixture *fixture, enum crate_order order, int64_t least)
{
    uint64_t marked[MAX_CRATES / 64 + 1];
    uint64_t expected[MAX_CRATES / 64 + 1] = {0};
    size_t n_words = bitmap_n_words(fixture->columns.n_crates + 1);
    memset(marked, 0xff, sizeof marked); /* what was in it does not matter */
    order_bitmaps_mark(&fixture->bitmaps, &fixture->columns, order, least, marked);
    for (uint32_t rank = 1; rank <= fixture->columns.n_crates; rank++) {
        if (crate_columns_sort_value(&fixture->columns, order, rank) >= least)
            bitmap_set(expected, rank);
    }
    assert_memory_equal(marked, expected, n_words * sizeof *marked);
}

static void marks_all_crates_at_or_above_a_value(void **state)
{
    (void)state;
    static const enum crate_order orders[] = {CRATE_ORDER_DOWNLOADS, CRATE_ORDER_RECENT_UPDATES,
                                              CRATE_ORDER_NEW};
    uint64_t seed = 11;
    for (int round = 0; round < 60; round++) {
        struct fixture fixture;
        make(&fixture, round < 3 ? (uint32_t)round : 1 + random_below(&seed, MAX_CRATES), &seed);
        for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
            expect_marked(&fixture, orders[i], INT64_MIN);
            expect_marked(&fixture, orders[i], INT64_MAX);
            for (uint32_t rank = 1; rank <= fixture.columns.n_crates; rank++) {
                int64_t value = crate_columns_sort_value(&fixture.columns, orders[i], rank);
                expect_marked(&fixture, orders[i], value);
                expect_marked(&fixture, orders[i], value + 1);
            }
        }
        destroy(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_all_crates_at_or_above_a_value),
    };
    return cmocka_run_group_tests_name("order bitmaps", tests, NULL, NULL);
}
