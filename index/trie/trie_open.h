/* Opening the block of a trie. */
#ifndef CRATEDEX_INDEX_TRIE_OPEN_H
#define CRATEDEX_INDEX_TRIE_OPEN_H

#include "index/trie/open_trie.h"

#include <cratedex/error.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Opens a block that stays owned by the caller and must outlive the trie. Checks everything once,
   in time linear in the block: sizes, every offset, that children lie after their parents (no
   cycles), are in order, and that best values are true. A block that passes needs no check later;
   any other gives an error and never a crash. Returns 0 or -1. */
int trie_open(struct trie *trie, const void *block, size_t size, struct error *error);

#ifdef __cplusplus
}
#endif

#endif
