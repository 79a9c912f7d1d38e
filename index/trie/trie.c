/* Reading a block that trie_open has checked, so without further checks. A struct trie is only
   borrowed pointers and never changes: any number of threads may read one trie.

   Looking up compares the key with one label a level; among siblings it compares first bytes only,
   which lie side by side. */
#include "index/trie/trie.h"

#include "index/trie/trie_layout.h"

static bool find_child(const struct trie *trie, uint32_t parent, unsigned char byte,
                       uint32_t *child)
{
    struct trie_node node = trie_read_node(trie, parent);
    const unsigned char *found =
        node.n_children == 0 ? NULL
                             : memchr(trie->first_bytes + node.first_child, byte, node.n_children);
    if (found == NULL)
        return false;
    *child = (uint32_t)(found - trie->first_bytes);
    return true;
}

bool trie_locate(const struct trie *trie, const char *key, size_t key_length, uint32_t *node,
                 uint32_t *n_unread)
{
    uint32_t at_node = 0;
    uint32_t unread = 0;
    for (size_t at = 0; at < key_length;) {
        if (!find_child(trie, at_node, (unsigned char)key[at], &at_node))
            return false;
        struct trie_node child = trie_read_node(trie, at_node);
        size_t length = child.label_length;
        if (length > key_length - at)
            length = key_length - at;
        if (memcmp(trie->labels + child.label_start, key + at + 1, length - 1) != 0)
            return false;
        at += length;
        unread = (uint32_t)(child.label_length - length);
    }
    *node = at_node;
    *n_unread = unread;
    return true;
}

uint32_t trie_find(const struct trie *trie, const char *key, size_t key_length,
                   const unsigned char **values)
{
    uint32_t number;
    uint32_t n_unread;
    if (!trie_locate(trie, key, key_length, &number, &n_unread) || n_unread > 0)
        return 0;
    struct trie_node node = trie_read_node(trie, number);
    *values = trie_values_at(trie, node.first_value);
    return node.n_values;
}

uint32_t trie_value(const unsigned char *values, uint32_t i)
{
    return trie_read_u32(values + (size_t)i * TRIE_VALUE_SIZE);
}

uint32_t trie_find_first(const struct trie *trie, const char *key, size_t key_length)
{
    const unsigned char *values;
    return trie_find(trie, key, key_length, &values) > 0 ? trie_value(values, 0) : 0;
}
