/* Expressions that a block has: their texts, which sets of names they let through, and blocks that
   are damaged. */
#include "index/segment/licenses.h"

#include "index/text/license_expression.h"
#include "tests/support/damage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define N_NAMES 3

/* Names are 1: MIT, 2: Apache-2.0, 3: Zlib. */
static const struct {
    const char *text;
    uint32_t codes[5];
    uint32_t n_codes;
    uint8_t met_by; /* the sets of names, by bit: bit 5 is the set {1, 3} */
} sample[] = {
    {"MIT OR Apache-2.0", {1, 2, LICENSE_OR}, 3, 0xee},
    {"MIT", {1}, 1, 0xaa},
    {"MIT AND Zlib", {1, 3, LICENSE_AND}, 3, 0xa0},
    {"(MIT OR Apache-2.0) AND Zlib", {1, 2, LICENSE_OR, 3, LICENSE_AND}, 5, 0xe0},
};
#define N_SAMPLE (sizeof sample / sizeof *sample)

static void build(size_t n, msgpack_sbuffer *block)
{
    struct licenses_builder builder;
    licenses_builder_init(&builder);
    msgpack_sbuffer_init(block);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(licenses_builder_add(&builder, sample[i].text, strlen(sample[i].text),
                                              sample[i].codes, sample[i].n_codes, NULL),
                         0);
    assert_int_equal(licenses_builder_finish(&builder, block, NULL), 0);
    licenses_builder_destroy(&builder);
}

static void expressions_are_judged(void **state)
{
    (void)state;
    msgpack_sbuffer block;
    struct licenses licenses;
    build(N_SAMPLE, &block);
    assert_int_equal(licenses_open(&licenses, N_NAMES, block.data, block.size, NULL), 0);
    assert_int_equal(licenses.n_expressions, N_SAMPLE);
    for (uint32_t number = 1; number <= N_SAMPLE; number++) {
        uint32_t length;
        const char *text = licenses_text(&licenses, number, &length);
        assert_int_equal(length, strlen(sample[number - 1].text));
        assert_memory_equal(text, sample[number - 1].text, length);
        for (uint32_t set = 0; set < 1 << N_NAMES; set++) {
            uint64_t names = (uint64_t)set << 1;
            assert_int_equal(licenses_are_met(&licenses, number, &names),
                             sample[number - 1].met_by >> set & 1);
        }
    }
    msgpack_sbuffer_destroy(&block);
}

static void no_expressions(void **state)
{
    (void)state;
    msgpack_sbuffer block;
    struct licenses licenses;
    build(0, &block);
    assert_int_equal(licenses_open(&licenses, 0, block.data, block.size, NULL), 0);
    assert_int_equal(licenses.n_expressions, 0);
    msgpack_sbuffer_destroy(&block);
}

static bool try_block(void *context, const void *block, size_t size)
{
    (void)context;
    struct licenses licenses;
    struct error error = {.message = ""};
    if (licenses_open(&licenses, N_NAMES, block, size, &error) != 0) {
        assert_non_null(strstr(error.message, "licences"));
        return false;
    }
    uint64_t all = 0xe;
    for (uint32_t number = 1; number <= licenses.n_expressions; number++) {
        uint32_t length;
        const char *text = licenses_text(&licenses, number, &length);
        assert_non_null(memchr(text, text[length - 1], length));
        assert_true(licenses_are_met(&licenses, number, &all));
    }
    return true;
}

static void damage_is_refused(void **state)
{
    (void)state;
    msgpack_sbuffer block;
    build(N_SAMPLE, &block);
    damage_size(block.data, block.size, try_block, NULL);
    /* Letters may be any, and names others. */
    assert_true(damage_bytes(block.data, block.size, try_block, NULL) < 45);
    damage_integers(block.data, block.size, 20000, try_block, NULL);
    msgpack_sbuffer_destroy(&block);
}

/* Names that the dictionary does not have. */
static void names_beyond_the_dictionary(void **state)
{
    (void)state;
    msgpack_sbuffer block;
    struct licenses licenses;
    build(N_SAMPLE, &block);
    assert_int_equal(licenses_open(&licenses, N_NAMES - 1, block.data, block.size, NULL), -1);
    msgpack_sbuffer_destroy(&block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expressions_are_judged),
        cmocka_unit_test(no_expressions),
        cmocka_unit_test(damage_is_refused),
        cmocka_unit_test(names_beyond_the_dictionary),
    };
    return cmocka_run_group_tests_name("licences", tests, NULL, NULL);
}
