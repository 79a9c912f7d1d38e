/* Changes of bytes, reproducibly. */
#ifndef CRATEDEX_TESTS_TORTURE_MUTATION_H
#define CRATEDEX_TESTS_TORTURE_MUTATION_H

#include <stddef.h>
#include <stdint.h>

struct mutated {
    unsigned char *bytes; /* from malloc */
    size_t size;
};

/* A copy of the bytes with one to four changes: a bit, a run of bytes, a number at its extremes, a
   piece of it elsewhere, two pieces of `block` bytes that change places, an end that is cut or
   grows. Half of the changes hit the beginning of a block. */
struct mutated mutate(const void *bytes, size_t size, size_t block, uint64_t *seed);

#endif
