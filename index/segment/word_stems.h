/* Which stem each word has, as it is written: numbers in the postings of stems by numbers in those
   of written words. What a word has in common with another is known by it without cutting or
   stemming anything. */
#ifndef CRATEDEX_INDEX_WORD_STEMS_H
#define CRATEDEX_INDEX_WORD_STEMS_H

#include <cratedex/error.h>
#include <msgpack/sbuffer.h>
#include <stddef.h>
#include <stdint.h>

/* Appends the block: `stems` has the stem of word i + 1 as number i. Returns 0 or -1 (memory). */
int word_stems_build(const uint32_t *stems, uint32_t n_words, msgpack_sbuffer *block,
                     struct error *error);

/* Opens a block, aligned to 4 bytes, for so many words and stems: stores where the stems begin,
   which lie in the block. Checks the size and that all are in 1 … n_stems. Returns 0 or -1. */
int word_stems_open(const uint32_t **stems, uint32_t n_words, uint32_t n_stems, const void *block,
                    size_t size, struct error *error);

#endif
