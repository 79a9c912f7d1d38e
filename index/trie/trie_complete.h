/* What the beginning of a key may be completed to. */
#ifndef CRATEDEX_INDEX_TRIE_COMPLETE_H
#define CRATEDEX_INDEX_TRIE_COMPLETE_H

#include "index/trie/open_trie.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the (at most) `limit` smallest values among all keys that start with `prefix`, in
   ascending order and each once, and returns how many there are. Best-first search over the nodes:
   time O(length of the prefix · fan-out + limit · depth of the trie · limit), a microsecond for ten
   of 227,000 names. Where very many keys share values it may instead look at all values with the
   prefix; the answer is exact either way. `limit` is at most TRIE_MAX_COMPLETIONS (more counts as
   that), `values` has room for `limit`. Allocates nothing. */
#define TRIE_MAX_COMPLETIONS 100
size_t trie_complete(const struct trie *trie, const char *prefix, size_t prefix_length,
                     uint32_t *values, size_t limit);

/* The same from a node on; the trie must not be empty and `limit` not 0. */
size_t trie_complete_node(const struct trie *trie, uint32_t node, uint32_t *values, size_t limit);

/* The same from several, of which none lies below another; at most TRIE_MAX_COMPLETIONS. */
size_t trie_complete_nodes(const struct trie *trie, const uint32_t *nodes, size_t n_nodes,
                           uint32_t *values, size_t limit);

#ifdef __cplusplus
}
#endif

#endif
