/* Reading a block that trie_open has checked, so without further checks. A struct trie is only
   borrowed pointers and never changes: any number of threads may read one trie.

   Looking up compares the key with one label a level; among siblings it compares first bytes only,
   which lie side by side. */
#include "index/trie/trie_layout.h"

#include <stdlib.h>

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

/* A node on the path of a walk, and the first byte of the child that was visited last (-1: none).
   Siblings are stored by value; the next in byte order is found by a scan, so that a walk needs no
   memory for sorting. */
struct step {
    uint32_t node;
    int last_byte;
};

struct walk {
    const struct trie *trie;
    struct step *path;
    size_t path_length;
    size_t path_capacity;
    char *key;
    size_t key_length;
    size_t key_capacity;
};

/* Makes room for `wanted` items, at least doubling, so that a path costs linear time. */
static void *grow(void *items, size_t *capacity, size_t wanted, size_t item_size)
{
    if (wanted <= *capacity)
        return items;
    size_t larger = wanted < 32 ? 64 : 2 * wanted;
    void *grown = reallocarray(items, larger, item_size);
    if (grown != NULL)
        *capacity = larger;
    return grown;
}

static int walk_down(struct walk *walk, uint32_t number)
{
    struct trie_node node = trie_read_node(walk->trie, number);
    struct step *path = grow(walk->path, &walk->path_capacity, walk->path_length + 1, sizeof *path);
    if (path == NULL)
        return -1;
    walk->path = path;
    char *key = grow(walk->key, &walk->key_capacity, walk->key_length + node.label_length + 1, 1);
    if (key == NULL)
        return -1;
    walk->key = key;
    if (node.label_length > 0) {
        key[walk->key_length++] = (char)walk->trie->first_bytes[number];
        memcpy(key + walk->key_length, walk->trie->labels + node.label_start,
               trie_label_rest(&node));
        walk->key_length += trie_label_rest(&node);
    }
    path[walk->path_length++] = (struct step){number, -1};
    return 0;
}

static bool next_child(const struct trie *trie, struct step *step, uint32_t *child)
{
    struct trie_node node = trie_read_node(trie, step->node);
    int next_byte = 256;
    for (uint32_t i = node.first_child; i < node.first_child + node.n_children; i++) {
        int byte = (int)trie->first_bytes[i];
        if (byte > step->last_byte && byte < next_byte) {
            next_byte = byte;
            *child = i;
        }
    }
    step->last_byte = next_byte;
    return next_byte < 256;
}

static int walk_all(struct walk *walk, trie_visit *visit, void *context)
{
    if (walk_down(walk, 0) != 0)
        return -1;
    while (walk->path_length > 0) {
        struct step *step = &walk->path[walk->path_length - 1];
        struct trie_node node = trie_read_node(walk->trie, step->node);
        if (step->last_byte < 0 && node.n_values > 0) {
            const unsigned char *values = trie_values_at(walk->trie, node.first_value);
            int status = visit(context, walk->key, walk->key_length, values, node.n_values);
            if (status != 0)
                return status;
        }
        uint32_t child;
        if (next_child(walk->trie, step, &child)) {
            if (walk_down(walk, child) != 0)
                return -1;
        } else {
            walk->key_length -= node.label_length;
            walk->path_length--;
        }
    }
    return 0;
}

int trie_walk(const struct trie *trie, trie_visit *visit, void *context)
{
    struct walk walk = {.trie = trie};
    int status = walk_all(&walk, visit, context);
    free(walk.path);
    free(walk.key);
    return status;
}
