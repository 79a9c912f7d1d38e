/* What an open trie consists of. */
#ifndef CRATEDEX_INDEX_OPEN_TRIE_H
#define CRATEDEX_INDEX_OPEN_TRIE_H

#include <stdint.h>

/* Borrowed pointers into the block. */
struct trie {
    /* By node, which bytes follow the first one of its label; NULL without trie_note_following.
       Owned. */
    uint32_t *following;
    const unsigned char *block;
    const unsigned char *nodes;
    const unsigned char *values;
    const unsigned char *first_bytes;
    const unsigned char *labels;
    uint32_t n_nodes;
    uint32_t n_values;
    uint32_t n_label_bytes;
    uint32_t n_keys;
};

#endif
