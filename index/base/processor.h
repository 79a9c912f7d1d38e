/* Loops over bitmaps and feature vectors are compiled twice, for every x86-64 and for those with
   AVX2; the program picks when it starts. The second variant does not include fused multiply-add,
   so both compute the same numbers. */
#ifndef CRATEDEX_INDEX_PROCESSOR_H
#define CRATEDEX_INDEX_PROCESSOR_H

#include <stdint.h>

/* The pick is made before a sanitizer is ready to watch it. */
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__) &&       \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define PROCESSOR_VARIANTS __attribute__((target_clones("avx2", "default")))
#else
#define PROCESSOR_VARIANTS
#endif

/* Words of a bitmap, aligned to 8 bytes, as many as an instruction takes at once. */
#define VECTOR_WORDS 4
typedef uint64_t word_vector __attribute__((vector_size(VECTOR_WORDS * 8), aligned(8), may_alias));

#endif
