/* The one check of a block, in one pass over its nodes. Because nodes, values and labels tile (see
   index/trie/trie_layout.h), every offset has exactly one right value, known from the nodes before
   it: comparing with that value checks at once that it lies inside the block, that every node but
   the root has exactly one parent, which comes before it, and that nothing is shared or left over.
   So any walk ends, and a key is never longer than all labels together.

   A node's best value is checked against its first own value and its first child only: the order
   among siblings, which is checked too, makes the first child the best. */
#include "index/trie/trie_open.h"

#include "index/trie/trie.h"
#include "index/trie/trie_layout.h"

/* Where the pass is: what the next node must say. */
struct check {
    const struct trie *trie;
    uint64_t n_children; /* of the nodes so far; all numbers are children of somebody */
    uint64_t n_values;
    uint64_t n_label_bytes;
    uint32_t n_keys;
};

static const char *check_values(const struct trie *trie, const struct trie_node *node)
{
    const unsigned char *values = trie_values_at(trie, node->first_value);
    for (uint32_t i = 1; i < node->n_values; i++)
        if (trie_value(values, i - 1) >= trie_value(values, i))
            return "its values do not ascend";
    return NULL;
}

/* Expects the children's numbers to be checked. */
static const char *check_children(const struct trie *trie, const struct trie_node *node)
{
    if (node->n_children == 0)
        return NULL;
    uint64_t used[4] = {0}; /* one bit a byte that begins a child */
    uint32_t best_before = 0;
    unsigned byte_before = 0;
    for (uint16_t i = 0; i < node->n_children; i++) {
        struct trie_node child = trie_read_node(trie, node->first_child + i);
        unsigned byte = trie->first_bytes[node->first_child + i];
        if ((used[byte / 64] >> (byte % 64) & 1) != 0)
            return "two children begin with the same byte";
        used[byte / 64] |= UINT64_C(1) << (byte % 64);
        if (i > 0 &&
            (child.best < best_before || (child.best == best_before && byte < byte_before)))
            return "its children are out of order";
        best_before = child.best;
        byte_before = byte;
    }
    return NULL;
}

static const char *check_best(const struct trie *trie, const struct trie_node *node)
{
    if (node->n_children == 0 && node->n_values == 0)
        return "it leads to no value";
    uint32_t best = UINT32_MAX;
    if (node->n_values > 0)
        best = trie_value(trie_values_at(trie, node->first_value), 0);
    if (node->n_children > 0) {
        uint32_t best_child = trie_read_node(trie, node->first_child).best;
        if (best_child < best)
            best = best_child;
    }
    return node->best == best ? NULL : "its best value is wrong";
}

/* Returns what is wrong with the node, or NULL. */
static const char *check_node(struct check *check, uint32_t number)
{
    const struct trie *trie = check->trie;
    struct trie_node node = trie_read_node(trie, number);
    if (number > check->n_children)
        return "it has no parent before it";
    if ((node.label_length == 0) != (number == 0))
        return "its label has a wrong length";
    if (node.label_start != check->n_label_bytes || node.first_value != check->n_values ||
        node.first_child != check->n_children + 1)
        return "an offset is wrong";
    check->n_label_bytes += trie_label_rest(&node);
    check->n_values += node.n_values;
    check->n_children += node.n_children;
    check->n_keys += node.n_values > 0;
    if (check->n_label_bytes > trie->n_label_bytes || check->n_values > trie->n_values ||
        check->n_children >= trie->n_nodes)
        return "it reaches past the end of the block";
    const char *fault = check_values(trie, &node);
    if (fault == NULL)
        fault = check_children(trie, &node);
    return fault != NULL ? fault : check_best(trie, &node);
}

/* An empty trie is a root that alone may lead nowhere. */
static bool is_empty_root(const struct trie *trie)
{
    struct trie_node root = trie_read_node(trie, 0);
    return trie->n_nodes == 1 && trie->first_bytes[0] == 0 && trie->n_values == 0 &&
           trie->n_label_bytes == 0 && trie->n_keys == 0 && root.label_start == 0 &&
           root.label_length == 0 && root.n_children == 0 && root.first_child == 1 &&
           root.best == TRIE_NO_VALUE && root.first_value == 0 && root.n_values == 0;
}

static int check_nodes(const struct trie *trie, struct error *error)
{
    if (is_empty_root(trie))
        return 0;
    if (trie->first_bytes[0] != 0)
        return error_set(error, "damaged trie: node 0: it has a first byte");
    struct check check = {.trie = trie};
    for (uint32_t i = 0; i < trie->n_nodes; i++) {
        const char *fault = check_node(&check, i);
        if (fault != NULL)
            return error_set(error, "damaged trie: node %u: %s", i, fault);
    }
    if (check.n_children + 1 != trie->n_nodes || check.n_values != trie->n_values ||
        check.n_label_bytes != trie->n_label_bytes || check.n_keys != trie->n_keys)
        return error_set(error, "damaged trie: the header's counts differ from the nodes'");
    return 0;
}

int trie_open(struct trie *trie, const void *block, size_t size, struct error *error)
{
    const unsigned char *bytes = block;
    if (bytes == NULL || size < TRIE_HEADER_SIZE)
        return error_set(error, "damaged trie: %zu bytes are too few for a header", size);
    if (memcmp(bytes, TRIE_MAGIC, 8) != 0)
        return error_set(error, "not a trie of this format: the first bytes are not %s",
                         TRIE_MAGIC);
    struct trie opened = {.block = bytes,
                          .n_nodes = trie_read_u32(bytes + 8),
                          .n_values = trie_read_u32(bytes + 12),
                          .n_label_bytes = trie_read_u32(bytes + 16),
                          .n_keys = trie_read_u32(bytes + 20)};
    uint64_t nodes_size = (uint64_t)opened.n_nodes * TRIE_NODE_SIZE;
    uint64_t values_size = (uint64_t)opened.n_values * TRIE_VALUE_SIZE;
    uint64_t expected =
        TRIE_HEADER_SIZE + nodes_size + values_size + opened.n_nodes + opened.n_label_bytes;
    if (expected != size)
        return error_set(error, "damaged trie: %zu bytes where its header says %llu", size,
                         (unsigned long long)expected);
    if (opened.n_nodes == 0)
        return error_set(error, "damaged trie: it has no root");
    opened.nodes = bytes + TRIE_HEADER_SIZE;
    opened.values = opened.nodes + nodes_size;
    opened.first_bytes = opened.values + values_size;
    opened.labels = opened.first_bytes + opened.n_nodes;
    if (check_nodes(&opened, error) != 0)
        return -1;
    *trie = opened;
    return 0;
}
