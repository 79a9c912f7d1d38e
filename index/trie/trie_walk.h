/* All keys of a trie. */
#ifndef CRATEDEX_INDEX_TRIE_WALK_H
#define CRATEDEX_INDEX_TRIE_WALK_H

#include "index/trie/open_trie.h"

#include <stddef.h>
#include <stdint.h>

/* Calls `visit` for every key in ascending byte order with its values (see trie_find). Stops and
   returns the first non-zero value that `visit` returns; 0 at the end; -1 when memory runs out. */
typedef int trie_visit(void *context, const char *key, size_t key_length,
                       const unsigned char *values, uint32_t n_values);
int trie_walk(const struct trie *trie, trie_visit *visit, void *context);

#endif
