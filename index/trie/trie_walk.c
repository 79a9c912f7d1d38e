/* Siblings are stored by value; the next in byte order is found by a scan, so that a walk needs no
   memory for sorting. A walk is a path from the root, with the key that leads to its end. */
#include "index/trie/trie_walk.h"

#include "index/trie/trie_layout.h"

#include <stdbool.h>
#include <stdlib.h>

/* A node on the path, and the first byte of the child that was visited last (-1: none). */
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
