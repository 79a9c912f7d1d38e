/* Damages a block of an index file in every simple way and tries each result. */
#ifndef CRATEDEX_TESTS_SUPPORT_DAMAGE_H
#define CRATEDEX_TESTS_SUPPORT_DAMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Opens a block of exactly `size` bytes, aligned as malloc aligns, and, where it opens, does all
   lookups. Returns whether it opened. */
typedef bool damage_try(void *context, const void *block, size_t size);

/* Asserts that the whole block opens, and that no shorter or slightly longer one does. */
void damage_size(const void *block, size_t size, damage_try *try_block, void *context);

/* Sets every byte to some other values, one byte at a time. Returns the share of the results that
   opened, in percent: AddressSanitizer sees whether their lookups are safe. */
unsigned damage_bytes(const void *block, size_t size, damage_try *try_block, void *context);

/* Sets a few 32-bit integers at random to small, large and neighbouring values, `n_rounds`
   times. */
void damage_integers(const void *block, size_t size, unsigned n_rounds, damage_try *try_block,
                     void *context);

#endif
