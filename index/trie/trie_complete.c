/* The smallest values below a node, by best-first search (Hsu and Ottaviano 2013) with two sorted
   arrays on the stack instead of a heap:

   - `values`, the answer so far: the smallest distinct values seen, at most `limit`. Once it is
     full its last value is the bound: only smaller values can still change the answer.
   - `pending`, nodes still to be opened, best first. A node's siblings are ordered by best value,
     so only the first of those that remain is pending and stands for all of them.

   A node's best value is one of the values wanted, so it enters `values` as soon as the node
   becomes pending. A pending node whose best value is not below the bound is dropped: nothing in it
   or in its later siblings is smaller. The search ends when no pending node is left, and then no
   value below the bound has been missed.

   Room: the best values of the pending nodes below the bound stand in `values`, of which there are
   at most `limit`. Where every value belongs to one key, they are all different, because no two
   pending nodes stand for the same key; so at most `limit` pending nodes matter, MAX_PENDING is
   more than that, and dropping the useless ones always makes room. Where keys share values, pending
   nodes with equal best values may fill the array. Then the search gives up and scans the subtree,
   whose nodes are one range of numbers a level: exact too, in time linear in the subtree. */
#include "index/trie/trie_complete.h"

#include "index/trie/trie.h"
#include "index/trie/trie_layout.h"

#define MAX_PENDING 256

struct pending {
    uint32_t best;
    uint32_t node;
    uint32_t end; /* the node's siblings up to here are pending with it */
};

struct completion {
    const struct trie *trie;
    uint32_t *values; /* ascending */
    size_t n_values;
    size_t limit;
    struct pending pending[MAX_PENDING]; /* descending by best: the best is the last */
    size_t n_pending;
    bool is_out_of_room;
};

static bool is_below_bound(const struct completion *completion, uint32_t value)
{
    return completion->n_values < completion->limit ||
           value < completion->values[completion->limit - 1];
}

static void add_value(struct completion *completion, uint32_t value)
{
    if (!is_below_bound(completion, value))
        return;
    uint32_t *values = completion->values;
    size_t at = completion->n_values;
    while (at > 0 && values[at - 1] > value)
        at--;
    if (at > 0 && values[at - 1] == value)
        return;
    if (completion->n_values < completion->limit)
        completion->n_values++;
    memmove(values + at + 1, values + at, (completion->n_values - 1 - at) * sizeof *values);
    values[at] = value;
}

/* Nodes that became useless when the bound fell stand in front. */
static void drop_useless(struct completion *completion)
{
    struct pending *pending = completion->pending;
    size_t n_useless = 0;
    while (n_useless < completion->n_pending &&
           !is_below_bound(completion, pending[n_useless].best))
        n_useless++;
    completion->n_pending -= n_useless;
    memmove(pending, pending + n_useless, completion->n_pending * sizeof *pending);
}

/* Makes node `node` pending, and with it its siblings up to `end`. */
static void add_pending(struct completion *completion, uint32_t node, uint32_t end)
{
    uint32_t best = trie_read_node(completion->trie, node).best;
    add_value(completion, best);
    if (!is_below_bound(completion, best))
        return;
    if (completion->n_pending == MAX_PENDING) {
        drop_useless(completion);
        if (completion->n_pending == MAX_PENDING) {
            completion->is_out_of_room = true;
            return;
        }
    }
    struct pending *pending = completion->pending;
    size_t at = completion->n_pending++;
    for (; at > 0 && pending[at - 1].best < best; at--)
        pending[at] = pending[at - 1];
    pending[at] = (struct pending){best, node, end};
}

static void search(struct completion *completion, const uint32_t *starts, size_t n_starts)
{
    for (size_t i = 0; i < n_starts; i++)
        add_pending(completion, starts[i], starts[i] + 1);
    while (completion->n_pending > 0 && !completion->is_out_of_room) {
        struct pending next = completion->pending[--completion->n_pending];
        if (!is_below_bound(completion, next.best))
            return;
        if (next.node + 1 < next.end)
            add_pending(completion, next.node + 1, next.end);
        struct trie_node node = trie_read_node(completion->trie, next.node);
        const unsigned char *values = trie_values_at(completion->trie, node.first_value);
        for (uint32_t i = 0; i < node.n_values; i++) {
            uint32_t value = trie_value(values, i);
            if (!is_below_bound(completion, value))
                break;
            add_value(completion, value);
        }
        if (node.n_children > 0)
            add_pending(completion, node.first_child, node.first_child + node.n_children);
    }
}

/* Looks at every value below `start`, level by level. */
static void scan(struct completion *completion, uint32_t start)
{
    const struct trie *trie = completion->trie;
    uint32_t begin = start;
    uint32_t end = start + 1;
    while (begin < end) {
        struct trie_node first = trie_read_node(trie, begin);
        struct trie_node last = trie_read_node(trie, end - 1);
        for (uint32_t i = first.first_value; i < last.first_value + last.n_values; i++)
            add_value(completion, trie_value(trie->values, i));
        begin = first.first_child;
        end = last.first_child + last.n_children;
    }
}

size_t trie_complete_nodes(const struct trie *trie, const uint32_t *nodes, size_t n_nodes,
                           uint32_t *values, size_t limit)
{
    struct completion completion;
    completion.trie = trie;
    completion.values = values;
    completion.n_values = 0;
    completion.limit = limit < TRIE_MAX_COMPLETIONS ? limit : TRIE_MAX_COMPLETIONS;
    completion.n_pending = 0;
    completion.is_out_of_room = false;
    search(&completion, nodes, n_nodes);
    for (size_t i = 0; i < n_nodes && completion.is_out_of_room; i++)
        scan(&completion, nodes[i]);
    return completion.n_values;
}

size_t trie_complete_node(const struct trie *trie, uint32_t node, uint32_t *values, size_t limit)
{
    return trie_complete_nodes(trie, &node, 1, values, limit);
}

size_t trie_complete(const struct trie *trie, const char *prefix, size_t prefix_length,
                     uint32_t *values, size_t limit)
{
    uint32_t start;
    uint32_t n_unread;
    if (limit == 0 || trie->n_values == 0 ||
        !trie_locate(trie, prefix, prefix_length, &start, &n_unread))
        return 0;
    return trie_complete_node(trie, start, values, limit);
}
