/* The bytes of a trie block, shared by the functions that write, check and read it. All integers
   are little-endian; a block may lie at any address.

     header   8 bytes of magic, then 4 bytes each: n_nodes, n_values, n_label_bytes, n_keys
     nodes    NODE_SIZE bytes each, numbered breadth first, the root is number 0
     values   4 bytes each, a node's own values side by side and ascending
     first    1 byte each: the first byte of a node's label (0 for the root, which has none)
     labels   what follows it in the label

   A label is the bytes that lead from a node's parent to the node. First bytes lie apart, so that
   those of all children of a node are side by side: looking for a child reads nothing else.
   Nodes, values and labels tile: the children of node 0 come first, then those of node 1, and so
   on, and likewise values and labels. The children of a node are ordered by their best value (then
   by first label byte), so the next best subtree of a family is always the next node. */
#ifndef CRATEDEX_INDEX_TRIE_LAYOUT_H
#define CRATEDEX_INDEX_TRIE_LAYOUT_H

#include "index/trie/open_trie.h"

#include <endian.h>
#include <stddef.h>
#include <string.h>

#define TRIE_MAGIC "CDXTRIE1"
#define TRIE_HEADER_SIZE 24
#define TRIE_NODE_SIZE 24
#define TRIE_VALUE_SIZE 4

/* A longer label is cut: the rest goes to a chain of only children. */
#define TRIE_MAX_LABEL 65535

/* The best value of the root of an empty trie, which has none. */
#define TRIE_NO_VALUE UINT32_MAX

struct trie_node {
    uint32_t label_start;  /* of what follows the first byte */
    uint16_t label_length; /* with the first byte; 0 at the root only */
    uint16_t n_children;
    uint32_t first_child;
    uint32_t best; /* the smallest value of the node and of all below it */
    uint32_t first_value;
    uint32_t n_values; /* 0 where no key ends */
};

static inline uint32_t trie_read_u32(const unsigned char *bytes)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return le32toh(value);
}

static inline uint16_t trie_read_u16(const unsigned char *bytes)
{
    uint16_t value;
    memcpy(&value, bytes, sizeof value);
    return le16toh(value);
}

static inline void trie_write_u32(unsigned char *bytes, uint32_t value)
{
    value = htole32(value);
    memcpy(bytes, &value, sizeof value);
}

static inline void trie_write_u16(unsigned char *bytes, uint16_t value)
{
    value = htole16(value);
    memcpy(bytes, &value, sizeof value);
}

/* Inlined and read field by field, so callers pay only for the fields that they use. */
static inline struct trie_node trie_read_node(const struct trie *trie, uint32_t number)
{
    const unsigned char *bytes = trie->nodes + (size_t)number * TRIE_NODE_SIZE;
    return (struct trie_node){
        .label_start = trie_read_u32(bytes),
        .label_length = trie_read_u16(bytes + 4),
        .n_children = trie_read_u16(bytes + 6),
        .first_child = trie_read_u32(bytes + 8),
        .best = trie_read_u32(bytes + 12),
        .first_value = trie_read_u32(bytes + 16),
        .n_values = trie_read_u32(bytes + 20),
    };
}

/* How many bytes of a label follow the first one. */
static inline uint32_t trie_label_rest(const struct trie_node *node)
{
    return node->label_length == 0 ? 0 : node->label_length - 1U;
}

static inline void trie_write_node(unsigned char bytes[TRIE_NODE_SIZE],
                                   const struct trie_node *node)
{
    trie_write_u32(bytes, node->label_start);
    trie_write_u16(bytes + 4, node->label_length);
    trie_write_u16(bytes + 6, node->n_children);
    trie_write_u32(bytes + 8, node->first_child);
    trie_write_u32(bytes + 12, node->best);
    trie_write_u32(bytes + 16, node->first_value);
    trie_write_u32(bytes + 20, node->n_values);
}

static inline const unsigned char *trie_values_at(const struct trie *trie, uint32_t number)
{
    return trie->values + (size_t)number * TRIE_VALUE_SIZE;
}

#endif
