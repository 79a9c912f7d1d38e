/* Every try gets memory of exactly its size, so that a sanitizer sees one byte too many. */
#include "tests/support/damage.h"

#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool try_copy(const void *block, size_t size, damage_try *try_block, void *context)
{
    /* Without bytes there is still a pointer that must not be read. */
    void *copy = malloc(size == 0 ? 1 : size);
    assert_non_null(copy);
    memcpy(copy, block, size);
    bool opens = try_block(context, copy, size);
    free(copy);
    return opens;
}

void damage_size(const void *block, size_t size, damage_try *try_block, void *context)
{
    char *longer = calloc(1, size + 16);
    assert_non_null(longer);
    memcpy(longer, block, size);
    assert_true(try_copy(longer, size, try_block, context));
    for (size_t cut = 0; cut < size; cut++)
        assert_false(try_copy(longer, cut, try_block, context));
    for (size_t more = 1; more <= 16; more++)
        assert_false(try_copy(longer, size + more, try_block, context));
    free(longer);
}

unsigned damage_bytes(const void *block, size_t size, damage_try *try_block, void *context)
{
    static const unsigned char values[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
    size_t n_opened = 0;
    size_t n_tried = 0;
    unsigned char *copy = malloc(size);
    assert_non_null(copy);
    memcpy(copy, block, size);
    for (size_t at = 0; at < size; at++) {
        unsigned char before = copy[at];
        for (unsigned i = 0; i < 8 + sizeof values; i++) {
            copy[at] = (unsigned char)(i < 8 ? before ^ (1U << i) : values[i - 8]);
            if (copy[at] == before)
                continue;
            n_tried++;
            n_opened += try_copy(copy, size, try_block, context);
        }
        copy[at] = before;
    }
    free(copy);
    return (unsigned)(100 * n_opened / n_tried);
}

void damage_integers(const void *block, size_t size, unsigned n_rounds, damage_try *try_block,
                     void *context)
{
    uint64_t seed = 0x64616d61676521;
    unsigned char *copy = malloc(size);
    assert_non_null(copy);
    for (unsigned round = 0; round < n_rounds; round++) {
        memcpy(copy, block, size);
        for (unsigned n_left = 1 + random_below(&seed, 4); n_left > 0; n_left--) {
            size_t at = 4 * (size_t)random_below(&seed, (uint32_t)(size / 4));
            uint32_t value;
            memcpy(&value, copy + at, sizeof value);
            uint32_t values[] = {value + 1, value - 1, random_below(&seed, 64),
                                 UINT32_MAX - random_below(&seed, 4), random_next(&seed)};
            value = values[random_below(&seed, 5)];
            memcpy(copy + at, &value, sizeof value);
        }
        try_copy(copy, size, try_block, context);
    }
    free(copy);
}
