/* Every place leads back to its crate. */
#include "index/segment/open_index.h"
#include "tests/support/built_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_orders_the_other_way_round(void **state)
{
    const struct index *index = ((struct built_index *)*state)->index;
    const struct crate_columns *columns = &index->columns;
    for (int order = 0; order < N_CRATE_ORDERS; order++)
        for (uint32_t place = 0; place < columns->n_crates; place++)
            assert_int_equal(index->order_places.places[order][columns->orders[order][place] - 1],
                             place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orders_the_other_way_round),
    };
    return cmocka_run_group_tests(tests, built_index_set_up_sample, built_index_tear_down);
}
