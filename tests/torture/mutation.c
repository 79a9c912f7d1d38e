/* Each change is as likely as the others; lengths and places are drawn evenly. */
#include "tests/torture/mutation.h"

#include "tests/support/random.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CHANGES 4
#define MAX_RUN 64
#define HEADER_BYTES 100 /* of a block: where a change to it does most */

static size_t draw_place(const struct mutated *mutated, size_t block, uint64_t *seed)
{
    size_t at = random_below(seed, (uint32_t)mutated->size);
    if (random_below(seed, 2) == 0)
        at = at / block * block + random_below(seed, HEADER_BYTES);
    return at < mutated->size ? at : mutated->size - 1;
}

/* How many of `n` bytes fit behind `at`. */
static size_t fitting(const struct mutated *mutated, size_t at, size_t n)
{
    return n < mutated->size - at ? n : mutated->size - at;
}

static void set_number(struct mutated *mutated, size_t at, uint64_t *seed)
{
    static const uint64_t extremes[] = {0,
                                        1,
                                        0x7f,
                                        0xff,
                                        0x7fff,
                                        0xffff,
                                        0x7fffffff,
                                        0x80000000,
                                        0xffffffff,
                                        0x7fffffffffffffff,
                                        0x8000000000000000,
                                        0xffffffffffffffff};
    uint64_t number = extremes[random_below(seed, sizeof extremes / sizeof *extremes)];
    size_t n_bytes = (size_t)1 << random_below(seed, 4);
    bool is_big_endian = random_below(seed, 2) == 0;
    at -= random_below(seed, 2) == 0 ? at % n_bytes : 0;
    for (size_t i = 0; i < fitting(mutated, at, n_bytes); i++)
        mutated->bytes[at + i] =
            (unsigned char)(number >> 8 * (is_big_endian ? n_bytes - 1 - i : i));
}

static void swap_blocks(struct mutated *mutated, size_t block, uint64_t *seed)
{
    size_t n_blocks = mutated->size / block;
    if (n_blocks < 2)
        return;
    unsigned char *one = mutated->bytes + random_below(seed, (uint32_t)n_blocks) * block;
    unsigned char *other = mutated->bytes + random_below(seed, (uint32_t)n_blocks) * block;
    for (size_t i = 0; i < block; i++) {
        unsigned char byte = one[i];
        one[i] = other[i];
        other[i] = byte;
    }
}

static void change(struct mutated *mutated, size_t block, uint64_t *seed)
{
    size_t at = draw_place(mutated, block, seed);
    size_t run = 1 + random_below(seed, MAX_RUN);
    size_t from = draw_place(mutated, block, seed);
    unsigned char byte = (unsigned char)random_next(seed);
    switch (random_below(seed, 8)) {
    case 0:
    case 1:
        mutated->bytes[at] ^= (unsigned char)(1U << random_below(seed, 8));
        break;
    case 2:
        for (size_t i = 0; i < fitting(mutated, at, run); i++)
            mutated->bytes[at + i] = (unsigned char)random_next(seed);
        break;
    case 3:
        memset(mutated->bytes + at, byte, fitting(mutated, at, run));
        break;
    case 4:
        run = fitting(mutated, at < from ? from : at, run * run);
        memmove(mutated->bytes + at, mutated->bytes + from, run);
        break;
    case 5:
        swap_blocks(mutated, block, seed);
        break;
    case 6:
        if (random_below(seed, 4) == 0)
            mutated->size = at + 1;
        else
            set_number(mutated, at, seed);
        break;
    default:
        set_number(mutated, at, seed);
        break;
    }
}

struct mutated mutate(const void *bytes, size_t size, size_t block, uint64_t *seed)
{
    struct mutated mutated = {.bytes = malloc(size + 1), .size = size};
    if (mutated.bytes == NULL)
        abort();
    memcpy(mutated.bytes, bytes, size);
    for (unsigned left = 1 + random_below(seed, MAX_CHANGES); left > 0; left--)
        change(&mutated, block, seed);
    return mutated;
}
