/* A static prefix trie from byte strings to 32-bit values, in one block of little-endian integers
   that is used where it lies: nothing is parsed or copied on open.

   Every node knows the smallest value below it, so that the completions of a prefix come out in
   ascending order of value without visiting the subtree (the completion trie of Hsu and Ottaviano,
   "Space-Efficient Data Structures for Top-k Completion", WWW 2013). Values are ranks: 1 is best.

   Here is how a key is looked up; trie_build.h makes a block, trie_open.h opens one,
   trie_complete.h finds what a key may be completed to, trie_fuzzy.h what it is nearly,
   trie_loose.h what it is but for separators. */
#ifndef CRATEDEX_TRIE_H
#define CRATEDEX_TRIE_H

#include "index/trie/open_trie.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The values of exactly `key`: stores a pointer to the first of them in `values` (little-endian
   32-bit, ascending, read them by trie_value) and returns how many there are; 0 where the key does
   not occur. */
uint32_t trie_find(const struct trie *trie, const char *key, size_t key_length,
                   const unsigned char **values);

/* Reads value number `i` of a run that trie_find stored. */
uint32_t trie_value(const unsigned char *values, uint32_t i);

/* The smallest value of exactly `key`; 0, which is no value that the index has, where the key does
   not occur. */
uint32_t trie_find_first(const struct trie *trie, const char *key, size_t key_length);

/* Walks down along `key`. Returns false where no key of the trie starts with it; else stores the
   node whose label holds the key's last byte, and how many bytes of that label come after it. */
bool trie_locate(const struct trie *trie, const char *key, size_t key_length, uint32_t *node,
                 uint32_t *n_unread);

#ifdef __cplusplus
}
#endif

#endif
