/* Entries are sorted, so that the keys below a node are one range of them. Nodes are made breadth
   first: the array of nodes is its own queue, and taking a node appends its children, one for each
   run of equal bytes behind the part of the key that the node has. A child's label is what the
   first and the last key of its run have in common (all keys between them have it too).

   Cost: the sort, then every key byte at most once. Memory: one queue entry a node besides the
   entries; keys stay the caller's. */
#include "index/trie/trie_build.h"

#include "index/trie/trie_layout.h"

#include <stdlib.h>

struct build_node {
    uint32_t begin; /* entries begin … end - 1 have the node's key or start with it */
    uint32_t end;
    uint32_t depth; /* length of the node's key */
    uint32_t best;
    uint32_t first_child;
    uint32_t n_values;
    uint16_t n_children;
    uint16_t label_length; /* the last bytes of the node's key */
};

struct builder {
    const struct trie_entry *entries;
    struct build_node *nodes;
    size_t n_nodes;
    size_t capacity;
    uint64_t n_label_bytes;
    uint32_t n_keys;
};

static int compare_entries(const void *left_entry, const void *right_entry)
{
    const struct trie_entry *left = left_entry;
    const struct trie_entry *right = right_entry;
    size_t common = left->key_length < right->key_length ? left->key_length : right->key_length;
    int order = common == 0 ? 0 : memcmp(left->key, right->key, common);
    if (order == 0)
        order = (left->key_length > right->key_length) - (left->key_length < right->key_length);
    return order != 0 ? order : (left->value > right->value) - (left->value < right->value);
}

static size_t drop_equal_entries(struct trie_entry *entries, size_t n_entries)
{
    size_t n_kept = 0;
    for (size_t i = 0; i < n_entries; i++)
        if (n_kept == 0 || compare_entries(&entries[n_kept - 1], &entries[i]) != 0)
            entries[n_kept++] = entries[i];
    return n_kept;
}

/* How many bytes the keys of `begin` and of `end - 1` have in common; they agree up to `from`. */
static uint32_t common_length(const struct builder *builder, uint32_t begin, uint32_t end,
                              uint32_t from)
{
    const struct trie_entry *first = &builder->entries[begin];
    const struct trie_entry *last = &builder->entries[end - 1];
    if (first == last)
        return first->key_length;
    uint32_t at = from;
    while (at < first->key_length && at < last->key_length && first->key[at] == last->key[at])
        at++;
    return at;
}

static int add_node(struct builder *builder, const struct build_node *node, struct error *error)
{
    if (builder->n_nodes == UINT32_MAX)
        return error_set(error, "a trie would need more than %u nodes", UINT32_MAX);
    if (builder->n_nodes == builder->capacity) {
        size_t capacity = builder->capacity == 0 ? 1024 : 2 * builder->capacity;
        struct build_node *nodes = reallocarray(builder->nodes, capacity, sizeof *nodes);
        if (nodes == NULL)
            return error_out_of_memory(error);
        builder->nodes = nodes;
        builder->capacity = capacity;
    }
    builder->nodes[builder->n_nodes++] = *node;
    builder->n_label_bytes += node->label_length == 0 ? 0 : node->label_length - 1U;
    return 0;
}

/* Takes the run of entries at `begin` that agree in the byte at `depth`, as a node. */
static struct build_node make_child(const struct builder *builder, uint32_t begin, uint32_t end,
                                    uint32_t depth)
{
    const struct trie_entry *entries = builder->entries;
    struct build_node child = {.begin = begin, .end = begin, .best = entries[begin].value};
    char byte = entries[begin].key[depth];
    for (; child.end < end && entries[child.end].key[depth] == byte; child.end++)
        if (entries[child.end].value < child.best)
            child.best = entries[child.end].value;
    uint32_t length = common_length(builder, begin, child.end, depth + 1) - depth;
    child.label_length = (uint16_t)(length < TRIE_MAX_LABEL ? length : TRIE_MAX_LABEL);
    child.depth = depth + child.label_length;
    return child;
}

/* Appends a child to its siblings, which begin at `first`. Children come in byte order, so a stable
   insertion by best value orders ties by byte. */
static int add_child(struct builder *builder, size_t first, const struct build_node *child,
                     struct error *error)
{
    if (add_node(builder, child, error) != 0)
        return -1;
    size_t at = builder->n_nodes - 1;
    for (; at > first && builder->nodes[at - 1].best > child->best; at--)
        builder->nodes[at] = builder->nodes[at - 1];
    builder->nodes[at] = *child;
    return 0;
}

/* Finds a node's own values and appends its children to the queue. */
static int expand(struct builder *builder, size_t number, struct error *error)
{
    struct build_node node = builder->nodes[number];
    uint32_t at = node.begin;
    while (at < node.end && builder->entries[at].key_length == node.depth)
        at++;
    node.n_values = at - node.begin;
    if (node.n_values > 0)
        builder->n_keys++;
    node.first_child = (uint32_t)builder->n_nodes;
    for (; at < node.end; node.n_children++) {
        struct build_node child = make_child(builder, at, node.end, node.depth);
        if (add_child(builder, node.first_child, &child, error) != 0)
            return -1;
        at = child.end;
    }
    builder->nodes[number] = node;
    return 0;
}

static int make_nodes(struct builder *builder, size_t n_entries, struct error *error)
{
    struct build_node root = {.end = (uint32_t)n_entries, .best = TRIE_NO_VALUE};
    for (size_t i = 0; i < n_entries; i++)
        if (builder->entries[i].value < root.best)
            root.best = builder->entries[i].value;
    if (add_node(builder, &root, error) != 0)
        return -1;
    for (size_t i = 0; i < builder->n_nodes; i++)
        if (expand(builder, i, error) != 0)
            return -1;
    if (builder->n_label_bytes > UINT32_MAX)
        return error_set(error, "a trie would need more than %u bytes of labels", UINT32_MAX);
    return 0;
}

static int append(msgpack_sbuffer *block, const void *bytes, size_t size)
{
    return msgpack_sbuffer_write(block, bytes, size);
}

static int append_nodes(const struct builder *builder, msgpack_sbuffer *block)
{
    uint32_t label_start = 0;
    uint32_t first_value = 0;
    for (size_t i = 0; i < builder->n_nodes; i++) {
        const struct build_node *node = &builder->nodes[i];
        unsigned char bytes[TRIE_NODE_SIZE];
        trie_write_node(bytes, &(struct trie_node){.label_start = label_start,
                                                   .label_length = node->label_length,
                                                   .n_children = node->n_children,
                                                   .first_child = node->first_child,
                                                   .best = node->best,
                                                   .first_value = first_value,
                                                   .n_values = node->n_values});
        if (append(block, bytes, sizeof bytes) != 0)
            return -1;
        label_start += node->label_length == 0 ? 0 : node->label_length - 1U;
        first_value += node->n_values;
    }
    return 0;
}

static int append_values(const struct builder *builder, msgpack_sbuffer *block)
{
    for (size_t i = 0; i < builder->n_nodes; i++) {
        const struct build_node *node = &builder->nodes[i];
        for (uint32_t j = 0; j < node->n_values; j++) {
            unsigned char bytes[TRIE_VALUE_SIZE];
            trie_write_u32(bytes, builder->entries[node->begin + j].value);
            if (append(block, bytes, sizeof bytes) != 0)
                return -1;
        }
    }
    return 0;
}

/* The label of any node but the root. */
static const char *label_of(const struct builder *builder, const struct build_node *node)
{
    return builder->entries[node->begin].key + (node->depth - node->label_length);
}

static int append_labels(const struct builder *builder, msgpack_sbuffer *block)
{
    if (append(block, "", 1) != 0)
        return -1;
    for (size_t i = 1; i < builder->n_nodes; i++) {
        if (append(block, label_of(builder, &builder->nodes[i]), 1) != 0)
            return -1;
    }
    for (size_t i = 1; i < builder->n_nodes; i++) {
        const struct build_node *node = &builder->nodes[i];
        if (node->label_length > 1 &&
            append(block, label_of(builder, node) + 1, node->label_length - 1U) != 0)
            return -1;
    }
    return 0;
}

static int append_block(const struct builder *builder, size_t n_entries, msgpack_sbuffer *block)
{
    unsigned char header[TRIE_HEADER_SIZE];
    memcpy(header, TRIE_MAGIC, 8);
    trie_write_u32(header + 8, (uint32_t)builder->n_nodes);
    trie_write_u32(header + 12, (uint32_t)n_entries);
    trie_write_u32(header + 16, (uint32_t)builder->n_label_bytes);
    trie_write_u32(header + 20, builder->n_keys);
    return append(block, header, sizeof header) != 0 || append_nodes(builder, block) != 0 ||
                   append_values(builder, block) != 0 || append_labels(builder, block) != 0
               ? -1
               : 0;
}

int trie_build(struct trie_entry *entries, size_t n_entries, msgpack_sbuffer *block,
               struct error *error)
{
    if (n_entries > UINT32_MAX)
        return error_set(error, "a trie holds at most %u values, not %zu", UINT32_MAX, n_entries);
    if (n_entries > 0) {
        qsort(entries, n_entries, sizeof *entries, compare_entries);
        n_entries = drop_equal_entries(entries, n_entries);
    }
    size_t size_before = block->size;
    struct builder builder = {.entries = entries};
    int status = make_nodes(&builder, n_entries, error);
    if (status == 0 && append_block(&builder, n_entries, block) != 0) {
        block->size = size_before;
        status = error_out_of_memory(error);
    }
    free(builder.nodes);
    return status;
}
