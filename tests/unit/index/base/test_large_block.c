/* Blocks of every size are aligned and hold what is written to them. */
#include "index/base/large_block.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void blocks_are_aligned_and_whole(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 4096, (2 << 20) - 1, 2 << 20, (2 << 20) + 1, 5000000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char *block = large_block_allocate(sizes[i]);
        assert_non_null(block);
        assert_int_equal((uintptr_t)block % 16, 0);
        memset(block, 0xa5, sizes[i]);
        assert_int_equal(block[0], 0xa5);
        assert_int_equal(block[sizes[i] - 1], 0xa5);
        free(block);
    }
}

static void what_no_memory_holds_is_refused(void **state)
{
    (void)state;
    assert_null(large_block_allocate(SIZE_MAX));
    assert_null(large_block_allocate(SIZE_MAX - 4096));
    assert_null(large_block_allocate(SIZE_MAX / 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_aligned_and_whole),
        cmocka_unit_test(what_no_memory_holds_is_refused),
    };
    return cmocka_run_group_tests_name("large_block", tests, NULL, NULL);
}
