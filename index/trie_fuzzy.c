/* Depth-first along the trie, an automaton beside (index/edit_automaton.h). Siblings stand in order of
   their best values, so the first one that is too bad to enter the answer ends its family: with few
   neighbours wanted, most of the trie is never seen.

   Where the end of a label, or a place inside, is close to the word, all keys below have a close
   beginning: their best values are asked for at once, and the walk goes on below only for what may
   be closer. The depth of the recursion is at most the length of the word and the edits, in bytes of
   UTF-8, because then no key can be close any more. */
#include <cratedex/trie_fuzzy.h>

#include "index/edit_automaton.h"
#include "index/trie_layout.h"

struct walk {
    const struct trie *trie;
    const struct trie_fuzzy_bounds *bounds;
    struct edit_automaton automaton;
    struct trie_neighbour *neighbours; /* best first */
    size_t n_neighbours;
    size_t limit;
};

static unsigned grade(const struct trie_neighbour *neighbour)
{
    return 2U * neighbour->distance + neighbour->is_longer;
}

static bool is_better(const struct trie_neighbour *left, const struct trie_neighbour *right)
{
    if (grade(left) != grade(right))
        return grade(left) < grade(right);
    return left->value < right->value;
}

/* Whether a neighbour like this one would enter the answer, if it is not there yet. */
static bool is_wanted(const struct walk *walk, const struct trie_neighbour *neighbour)
{
    return neighbour->value <= walk->bounds->max_value &&
           (walk->n_neighbours < walk->limit ||
            is_better(neighbour, &walk->neighbours[walk->limit - 1]));
}

static void add_neighbour(struct walk *walk, struct trie_neighbour neighbour)
{
    if (!is_wanted(walk, &neighbour))
        return;
    struct trie_neighbour *neighbours = walk->neighbours;
    size_t known = 0;
    while (known < walk->n_neighbours && neighbours[known].value != neighbour.value)
        known++;
    if (known < walk->n_neighbours && !is_better(&neighbour, &neighbours[known]))
        return;
    if (known == walk->n_neighbours && known < walk->limit)
        walk->n_neighbours++;
    else if (known == walk->n_neighbours)
        known--;
    for (; known > 0 && is_better(&neighbour, &neighbours[known - 1]); known--)
        neighbours[known] = neighbours[known - 1];
    neighbours[known] = neighbour;
}

/* A beginning of all keys of this subtree is close. */
static void add_subtree(struct walk *walk, uint32_t number, unsigned distance)
{
    uint32_t best = trie_read_node(walk->trie, number).best;
    struct trie_neighbour neighbour = {best, (uint8_t)distance, true};
    if (!is_wanted(walk, &neighbour))
        return;
    uint32_t values[TRIE_MAX_COMPLETIONS];
    size_t n_values = trie_complete_node(walk->trie, number, values, walk->limit);
    for (size_t i = 0; i < n_values; i++) {
        neighbour.value = values[i];
        add_neighbour(walk, neighbour);
    }
}

static void add_key(struct walk *walk, const struct trie_node *node, unsigned distance)
{
    for (uint32_t i = 0; i < node->n_values; i++) {
        uint32_t value = trie_value(trie_values_at(walk->trie, node->first_value), i);
        add_neighbour(walk, (struct trie_neighbour){value, (uint8_t)distance, false});
    }
}

/* Goes along a node's label. Returns false where nothing below can be close; else stores the least
   distance of a beginning of the key so far, if that is below `nearest`. */
static bool follow_label(const struct walk *walk, uint32_t number, const struct trie_node *node,
                         struct edit_state *state, unsigned *nearest)
{
    const unsigned char *label = walk->trie->labels + node->label_start;
    for (uint32_t i = 0; i < node->label_length; i++) {
        unsigned char byte = i == 0 ? walk->trie->first_bytes[number] : label[i - 1];
        if (!edit_step(&walk->automaton, state, byte))
            continue;
        unsigned distance = edit_distance(&walk->automaton, state);
        if (distance < *nearest)
            *nearest = distance;
        if (edit_distance_bound(&walk->automaton, state) == EDIT_TOO_FAR)
            return false;
    }
    return true;
}

static void visit_children(struct walk *walk, const struct trie_node *parent,
                           const struct edit_state *state, unsigned nearest)
{
    unsigned bound = edit_distance_bound(&walk->automaton, state);
    uint64_t next[4];
    bool is_bound = edit_next_bytes(&walk->automaton, state, next);
    for (uint32_t i = 0; i < parent->n_children; i++) {
        uint32_t number = parent->first_child + i;
        unsigned char byte = walk->trie->first_bytes[number];
        if (is_bound && (next[byte / 64] >> (byte % 64) & 1) == 0)
            continue;
        struct trie_node node = trie_read_node(walk->trie, number);
        if (!is_wanted(walk, &(struct trie_neighbour){node.best, (uint8_t)bound, false}))
            return;
        struct edit_state below = *state;
        unsigned nearest_below = nearest;
        bool goes_on = follow_label(walk, number, &node, &below, &nearest_below);
        if (nearest_below < nearest && walk->bounds->with_longer_keys)
            add_subtree(walk, number, nearest_below);
        if (!goes_on)
            continue;
        unsigned distance = edit_distance(&walk->automaton, &below);
        if (distance != EDIT_TOO_FAR && node.n_values > 0 && below.n_missing == 0 &&
            below.n_characters >= walk->bounds->min_characters)
            add_key(walk, &node, distance);
        visit_children(walk, &node, &below, nearest_below);
    }
}

size_t trie_fuzzy_find(const struct trie *trie, const char *word, size_t length,
                       const struct trie_fuzzy_bounds *bounds, struct trie_neighbour *neighbours,
                       size_t limit)
{
    struct walk walk;
    walk.trie = trie;
    walk.bounds = bounds;
    walk.neighbours = neighbours;
    walk.n_neighbours = 0;
    walk.limit = limit < TRIE_FUZZY_MAX_NEIGHBOURS ? limit : TRIE_FUZZY_MAX_NEIGHBOURS;
    if (limit == 0 || trie->n_values == 0 ||
        !edit_automaton_init(&walk.automaton, word, length, bounds->max_distance))
        return 0;
    struct edit_state state;
    edit_state_init(&walk.automaton, &state);
    struct trie_node root = trie_read_node(trie, 0);
    unsigned nearest = edit_distance(&walk.automaton, &state);
    if (nearest != EDIT_TOO_FAR && bounds->with_longer_keys)
        add_subtree(&walk, 0, nearest);
    if (nearest != EDIT_TOO_FAR && bounds->min_characters == 0)
        add_key(&walk, &root, nearest);
    visit_children(&walk, &root, &state, nearest);
    return walk.n_neighbours;
}
