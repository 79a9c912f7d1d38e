/* Making the block of a trie. */
#ifndef CRATEDEX_INDEX_TRIE_BUILD_H
#define CRATEDEX_INDEX_TRIE_BUILD_H

#include <cratedex/error.h>
#include <msgpack/sbuffer.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One key and one of its values. A key may have several values: one entry each. */
struct trie_entry {
    const char *key;
    uint32_t key_length; /* bytes; 0 is allowed */
    uint32_t value;
};

/* Builds the block for `n_entries` entries, which it sorts in place by key, then value, and appends
   it to `block`. Equal entries count once. The same set of entries gives the same bytes. Returns 0,
   or -1 when memory runs out or a size passes 32 bits. */
int trie_build(struct trie_entry *entries, size_t n_entries, msgpack_sbuffer *block,
               struct error *error);

#ifdef __cplusplus
}
#endif

#endif
