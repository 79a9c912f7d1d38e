/* Numbers of texts that come again, of any bytes and in any order. */
#include "index/build/text_numbers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define N 1000

static void texts_keep_their_numbers(void **state)
{
    (void)state;
    struct text_numbers numbers = {0};
    static struct listed_text texts[N + 2];
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < N; i++) {
            char text[16];
            uint32_t number;
            int length = snprintf(text, sizeof text, "%u", i * 7919 % N);
            assert_int_equal(text_numbers_get(&numbers, text, (size_t)length, &number, NULL), 0);
            assert_int_equal(number, i);
        }
        assert_int_equal(numbers.n, N);
    }
    uint32_t empty;
    uint32_t longer;
    assert_int_equal(text_numbers_get(&numbers, "", 0, &empty, NULL), 0);
    assert_int_equal(text_numbers_get(&numbers, "1\0", 2, &longer, NULL), 0);
    assert_int_equal(empty, N);
    assert_int_equal(longer, N + 1);
    text_numbers_list(&numbers, texts);
    for (uint32_t i = 0; i < N; i++) {
        char text[16];
        int length = snprintf(text, sizeof text, "%u", i * 7919 % N);
        assert_int_equal(texts[i].length, length);
        assert_memory_equal(texts[i].text, text, (size_t)length);
    }
    assert_int_equal(texts[longer].length, 2);
    text_numbers_destroy(&numbers);
    assert_int_equal(numbers.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_keep_their_numbers),
    };
    return cmocka_run_group_tests_name("text numbers", tests, NULL, NULL);
}
