/* Values against a table of every pair: numbers, orders and lookups, in every layout; and
   blocks that are damaged. */
#include "index/segment/crate_values.h"

#include "index/segment/crate_values_build.h"
#include "tests/support/damage.h"
#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#define MAX_CRATES 200
#define N_TEXTS 9

/* One of which another one is the beginning, two that differ in case, one of all bytes. */
static const char *const texts[N_TEXTS] = {"cli",  "CLI",  "web",      "webassembly", "2021",
                                           "1.70", "a::b", "\xc3\xa9", "no_std"};

/* has[attribute][value][rank] */
struct model {
    bool has[N_CRATE_ATTRIBUTES][N_TEXTS][MAX_CRATES + 1];
    uint32_t n_crates;
};

/* Some attributes have no more than one value a crate, some have none at all. */
static void fill_model(struct model *model, uint64_t *seed)
{
    memset(model, 0, sizeof *model);
    model->n_crates = 1 + random_below(seed, MAX_CRATES);
    for (int attribute = 0; attribute < N_CRATE_ATTRIBUTES; attribute++) {
        uint32_t most = random_below(seed, 4);
        for (uint32_t rank = 1; rank <= model->n_crates; rank++) {
            for (uint32_t n = random_below(seed, most + 1); n > 0; n--)
                model->has[attribute][random_below(seed, N_TEXTS)][rank] = true;
        }
    }
}

static void build_block(const struct model *model, msgpack_sbuffer *block)
{
    struct crate_values_builder builder;
    crate_values_builder_init(&builder);
    for (int i = 0; i < N_CRATE_ATTRIBUTES; i++) {
        enum crate_attribute attribute = (enum crate_attribute)i;
        for (uint32_t value = 0; value < N_TEXTS; value++) {
            uint32_t place;
            assert_int_equal(crate_values_builder_value(&builder, attribute, texts[value],
                                                        strlen(texts[value]), -1 - (int64_t)value,
                                                        &place, NULL),
                             0);
            assert_int_equal(place, value);
        }
        for (uint32_t rank = 1; rank <= model->n_crates; rank++) {
            /* Twice, and from the last one on: order and repetition do not matter. */
            for (uint32_t value = 2 * N_TEXTS; value-- > 0;) {
                if (model->has[i][value % N_TEXTS][rank])
                    assert_int_equal(
                        crate_values_builder_add(&builder, attribute, rank, value % N_TEXTS, NULL),
                        0);
            }
        }
    }
    msgpack_sbuffer_init(block);
    assert_int_equal(crate_values_builder_finish(&builder, model->n_crates, block, NULL), 0);
    crate_values_builder_destroy(&builder);
}

static uint32_t count_crates(const struct model *model, int attribute, uint32_t value)
{
    uint32_t n = 0;
    for (uint32_t rank = 1; rank <= model->n_crates; rank++)
        n += model->has[attribute][value][rank];
    return n;
}

/* The place in `texts` of value `number`, which its id says too. */
static uint32_t place_of(const struct attribute_values *values, uint32_t number)
{
    uint32_t length;
    const char *text = crate_value_text(values, number, &length);
    uint32_t place = 0;
    while (strlen(texts[place]) != length || memcmp(texts[place], text, length) != 0)
        assert_true(++place < N_TEXTS);
    assert_int_equal(values->ids[number - 1], -1 - (int64_t)place);
    return place;
}

static void expect_dictionary(const struct model *model, int attribute,
                              const struct attribute_values *values)
{
    uint32_t n_used = 0;
    for (uint32_t value = 0; value < N_TEXTS; value++)
        n_used += count_crates(model, attribute, value) > 0;
    assert_int_equal(values->n_values, n_used);
    for (uint32_t number = 1; number <= values->n_values; number++) {
        uint32_t place = place_of(values, number);
        assert_int_equal(values->n_crates[number - 1], count_crates(model, attribute, place));
        assert_true(number == 1 || values->n_crates[number - 2] > values->n_crates[number - 1] ||
                    (values->n_crates[number - 2] == values->n_crates[number - 1] &&
                     strcmp(texts[place_of(values, number - 1)], texts[place]) < 0));
    }
}

static void expect_below(const struct attribute_values *values, const char *beginning,
                         size_t length)
{
    uint32_t n;
    uint32_t first = crate_values_below(values, beginning, length, &n);
    for (uint32_t place = 0; place < values->n_values; place++) {
        const char *text = texts[place_of(values, values->by_text[place])];
        assert_int_equal(strncasecmp(text, beginning, length) == 0,
                         place >= first && place - first < n);
    }
}

static void expect_found(const struct model *model, int attribute,
                         const struct attribute_values *values, uint64_t *seed)
{
    for (uint32_t value = 0; value < N_TEXTS; value++) {
        char typed[32];
        uint32_t expected = 0;
        for (uint32_t number = values->n_values; number > 0; number--) {
            if (strcasecmp(texts[place_of(values, number)], texts[value]) == 0)
                expected = number;
        }
        size_t length = (size_t)snprintf(typed, sizeof typed, "%sX", texts[value]);
        for (size_t i = 0; i < length; i++) {
            if (i % 2 == 0 && typed[i] >= 'a' && typed[i] <= 'z')
                typed[i] = (char)(typed[i] - 'a' + 'A');
        }
        assert_int_equal(crate_value_find(values, typed, length - 1), expected);
        assert_int_equal(crate_value_find(values, typed, length), 0);
        uint32_t exact = crate_value_find_exact(values, texts[value], strlen(texts[value]));
        assert_int_equal(exact != 0, count_crates(model, attribute, value) > 0);
        assert_true(exact == 0 || place_of(values, exact) == value);
        assert_int_equal(crate_value_find_exact(values, typed, length), 0);
        expect_below(values, typed, random_below(seed, (uint32_t)length));
        assert_true(expected > 0 || count_crates(model, attribute, value) == 0);
    }
    assert_int_equal(crate_value_find(values, "", 0), 0);
    assert_int_equal(crate_value_find(values, "\xff", 1), 0);
}

static void expect_crates(const struct model *model, int attribute,
                          const struct attribute_values *values)
{
    for (uint32_t rank = 1; rank <= model->n_crates; rank++) {
        uint32_t n_expected = 0;
        uint32_t before = 0;
        for (uint32_t value = 0; value < N_TEXTS; value++)
            n_expected += model->has[attribute][value][rank];
        assert_int_equal(crate_values_of(values, rank), n_expected);
        for (uint32_t i = 0; i < n_expected; i++) {
            uint32_t number = crate_values_number(values, rank, i);
            assert_true(number > before);
            assert_true(model->has[attribute][place_of(values, number)][rank]);
            before = number;
        }
    }
}

static void values_are_those_of_a_table(void **state)
{
    (void)state;
    static struct model model;
    uint64_t seed = 5;
    bool was_single = false;
    bool was_several = false;
    for (int round = 0; round < 100; round++) {
        msgpack_sbuffer block;
        struct crate_values values;
        fill_model(&model, &seed);
        build_block(&model, &block);
        assert_int_equal(crate_values_open(&values, model.n_crates, block.data, block.size, NULL),
                         0);
        for (int i = 0; i < N_CRATE_ATTRIBUTES; i++) {
            const struct attribute_values *own = &values.attributes[i];
            was_single = was_single || (own->starts == NULL && own->n_values > 0);
            was_several = was_several || own->starts != NULL;
            expect_dictionary(&model, i, own);
            expect_found(&model, i, own, &seed);
            expect_crates(&model, i, own);
        }
        msgpack_sbuffer_destroy(&block);
    }
    assert_true(was_single && was_several);
}

static void no_crates(void **state)
{
    (void)state;
    static struct model model;
    struct crate_values values;
    msgpack_sbuffer block;
    build_block(&model, &block);
    assert_int_equal(crate_values_open(&values, 0, block.data, block.size, NULL), 0);
    for (int i = 0; i < N_CRATE_ATTRIBUTES; i++) {
        assert_int_equal(values.attributes[i].n_values, 0);
        assert_int_equal(crate_value_find(&values.attributes[i], "cli", 3), 0);
    }
    msgpack_sbuffer_destroy(&block);
}

/* More values than 16 bits can number: one a crate, and with `n_each` of two, several. */
static void more_values_than_16_bits_number(void **state)
{
    (void)state;
    enum { N = UINT16_MAX + 2 };
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
        assert_non_null(own->wide_numbers);
        assert_int_equal(own->n_values, N);
        assert_int_equal(own->starts != NULL, n_each == 2);
        for (uint32_t rank = 1; rank <= N; rank += N - 1) {
            uint32_t n_own = rank == 1 ? 1 : n_each;
            char text[16];
            size_t length = (size_t)snprintf(text, sizeof text, "%06u", rank);
            uint32_t number = crate_value_find(own, text, length);
            assert_int_equal(crate_values_of(own, rank), n_own);
            assert_true(crate_values_number(own, rank, 0) == number ||
                        crate_values_number(own, rank, n_own - 1) == number);
            assert_in_range(own->n_crates[number - 1], 1, n_each);
        }
        msgpack_sbuffer_destroy(&block);
        crate_values_builder_destroy(&builder);
    }
}

#define DAMAGED_CRATES 20

/* Opens it and, where that works, looks at everything. */
static bool try_block(void *context, const void *block, size_t size)
{
    (void)context;
    struct crate_values values;
    struct error error = {.message = ""};
    if (crate_values_open(&values, DAMAGED_CRATES, block, size, &error) != 0) {
        assert_true(strlen(error.message) > 0);
        return false;
    }
    for (int i = 0; i < N_CRATE_ATTRIBUTES; i++) {
        const struct attribute_values *own = &values.attributes[i];
        assert_in_range(own->n_values, 0, N_TEXTS);
        for (uint32_t number = 1; number <= own->n_values; number++) {
            uint32_t length;
            const char *text = crate_value_text(own, number, &length);
            assert_true(own->n_crates[crate_value_find(own, text, length) - 1] > 0);
        }
        for (uint32_t rank = 1; rank <= DAMAGED_CRATES; rank++) {
            for (uint32_t k = 0; k < crate_values_of(own, rank); k++)
                assert_in_range(crate_values_number(own, rank, k), 1, own->n_values);
        }
    }
    return true;
}

static void damaged_blocks(void **state)
{
    (void)state;
    static struct model model;
    uint64_t seed = 3;
    msgpack_sbuffer block;
    do
        fill_model(&model, &seed);
    while (model.n_crates != DAMAGED_CRATES);
    build_block(&model, &block);
    damage_size(block.data, block.size, try_block, NULL);
    /* Ids may be any, and texts others between their neighbours. */
    assert_true(damage_bytes(block.data, block.size, try_block, NULL) < 45);
    damage_integers(block.data, block.size, 20000, try_block, NULL);
    msgpack_sbuffer_destroy(&block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_those_of_a_table),
        cmocka_unit_test(no_crates),
        cmocka_unit_test(more_values_than_16_bits_number),
        cmocka_unit_test(damaged_blocks),
    };
    return cmocka_run_group_tests_name("crate values", tests, NULL, NULL);
}
