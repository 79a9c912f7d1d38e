/* Depth-first along the trie, an automaton beside (index/base/edit_automaton.h). Siblings stand in
   order of their best values, so the first one that is too bad to enter the answer ends its family:
   with few neighbours wanted, most of the trie is never seen.

   Where the end of a label, or a place inside, is close to the word, all keys below have a close
   beginning: their best values are asked for at once, and the walk goes on below only for what may
   be closer. The depth of the recursion is at most the length of the word and the edits, in bytes
   of UTF-8, because then no key can be close any more. */
#include "index/trie/trie_fuzzy.h"

#include "index/base/edit_automaton.h"
#include "index/trie/trie.h"
#include "index/trie/trie_layout.h"

#include <stdlib.h>

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
static inline bool is_wanted(const struct walk *walk, const struct trie_neighbour *neighbour)
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

/* What is known of a family before its members are looked at. Sets of bytes are those of
   edit_byte_set. */
struct family {
    bool is_spent; /* no edit is left: only these bytes may follow */
    uint64_t may;  /* where `is_spent` */
    /* Most bytes do not stand where they could matter in the word: all of these lead to one state,
       and if that spends the last edit, most members end there after one more byte. */
    bool has_other;
    uint64_t telling;        /* the bytes that do matter; and all that are not ASCII */
    struct edit_state other; /* after any other byte */
    uint64_t after_other;    /* what may follow that */
};

/* Sets of bytes in 32 bits, which take the place of a pointer's. */
static uint32_t fold(uint64_t bytes)
{
    return (uint32_t)bytes | (uint32_t)(bytes >> 32);
}

static void know_family(const struct walk *walk, const struct edit_state *state,
                        struct family *family)
{
    const struct edit_automaton *automaton = &walk->automaton;
    family->is_spent = state->n_missing == 0 && edit_is_spent(automaton, state);
    family->has_other = false;
    family->may = 0;
    family->telling = 0;
    family->after_other = 0;
    if (family->is_spent) {
        family->may = edit_bytes_at(automaton, edit_free_places(automaton, state));
    } else if (state->n_missing == 0) {
        struct edit_state *other = &family->other;
        *other = *state;
        edit_advance(automaton, other, 0);
        if (!edit_is_spent(automaton, other) || edit_distance(automaton, other) != EDIT_TOO_FAR)
            return;
        family->has_other = true;
        family->telling = edit_bytes_at(automaton, edit_telling_places(automaton, state));
        family->after_other = edit_bytes_at(automaton, edit_free_places(automaton, other));
    }
}

/* The bytes that follow the first one of a node's label, in its keys. */
static uint32_t find_following(const struct trie *trie, uint32_t number)
{
    struct trie_node node = trie_read_node(trie, number);
    uint64_t bytes = 0;
    if (node.label_length > 1)
        return fold(edit_byte_set(trie->labels[node.label_start]));
    for (uint32_t i = 0; i < node.n_children; i++)
        bytes |= edit_byte_set(trie->first_bytes[node.first_child + i]);
    return fold(bytes);
}

int trie_note_following(struct trie *trie, struct error *error)
{
    trie->following = malloc((size_t)trie->n_nodes * sizeof *trie->following);
    if (trie->following == NULL)
        return error_out_of_memory(error);
    for (uint32_t i = 0; i < trie->n_nodes; i++)
        trie->following[i] = find_following(trie, i);
    return 0;
}

void trie_close(struct trie *trie)
{
    free(trie->following);
    trie->following = NULL;
}

/* False where no key that goes on with one of the parent's children can be close. */
static bool any_may_be_close(const struct trie *trie, const struct family *family, uint32_t parent,
                             const struct trie_node *node)
{
    return !family->is_spent || trie->following == NULL || node->label_length != 1 ||
           (trie->following[parent] & fold(family->may)) != 0;
}

/* Whether a byte is any other one. */
static inline bool is_other(const struct family *family, unsigned char byte)
{
    return family->has_other && byte < 128 && (family->telling & edit_byte_set(byte)) == 0;
}

/* False where no key that goes on with this child can be close. */
static inline bool may_be_close(const struct trie *trie, const struct family *family,
                                uint32_t number)
{
    unsigned char byte = trie->first_bytes[number];
    if (!is_other(family, byte))
        return true;
    uint32_t following =
        trie->following != NULL ? trie->following[number] : find_following(trie, number);
    return (following & fold(family->after_other)) != 0;
}

static void visit_children(struct walk *walk, uint32_t parent, const struct trie_node *node,
                           const struct edit_state *state, unsigned nearest);

/* While the label is followed, what comes next can be on its way. */
static void fetch_children(const struct trie *trie, const struct trie_node *node)
{
    __builtin_prefetch(trie->first_bytes + node->first_child);
    __builtin_prefetch(trie->nodes + (size_t)node->first_child * TRIE_NODE_SIZE);
    if (trie->following != NULL)
        __builtin_prefetch(trie->following + node->first_child);
}

static void visit(struct walk *walk, uint32_t number, const struct trie_node *node,
                  const struct edit_state *above, unsigned nearest_above)
{
    struct edit_state state = *above;
    unsigned nearest = nearest_above;
    fetch_children(walk->trie, node);
    bool goes_on = follow_label(walk, number, node, &state, &nearest);
    if (nearest < nearest_above && walk->bounds->with_longer_keys)
        add_subtree(walk, number, nearest);
    if (!goes_on)
        return;
    unsigned distance = edit_distance(&walk->automaton, &state);
    if (distance != EDIT_TOO_FAR && node->n_values > 0 && state.n_missing == 0 &&
        state.n_characters >= walk->bounds->min_characters)
        add_key(walk, node, distance);
    if (node->n_children > 0)
        visit_children(walk, number, node, &state, nearest);
}

/* The children of a node, of which no key is close, where all edits are spent. */
static void visit_spent(struct walk *walk, const struct trie_node *node,
                        const struct edit_state *state, uint64_t may, unsigned nearest)
{
    unsigned bound = edit_distance_bound(&walk->automaton, state);
    for (uint32_t i = 0; i < node->n_children; i++) {
        uint32_t number = node->first_child + i;
        if ((may & edit_byte_set(walk->trie->first_bytes[number])) == 0)
            continue;
        struct trie_node child = trie_read_node(walk->trie, number);
        if (!is_wanted(walk, &(struct trie_neighbour){child.best, (uint8_t)bound, false}))
            return;
        visit(walk, number, &child, state, nearest);
    }
}

static void visit_children(struct walk *walk, uint32_t parent, const struct trie_node *node,
                           const struct edit_state *state, unsigned nearest)
{
    struct family family;
    know_family(walk, state, &family);
    if (!any_may_be_close(walk->trie, &family, parent, node))
        return;
    if (family.is_spent) {
        visit_spent(walk, node, state, family.may, nearest);
        return;
    }
    unsigned bound = edit_distance_bound(&walk->automaton, state);
    for (uint32_t i = 0; i < node->n_children; i++) {
        uint32_t number = node->first_child + i;
        if (!may_be_close(walk->trie, &family, number))
            continue;
        struct trie_node child = trie_read_node(walk->trie, number);
        if (!is_wanted(walk, &(struct trie_neighbour){child.best, (uint8_t)bound, false}))
            return;
        /* Any other byte leads to a state that is known already. */
        if (child.label_length == 1 && is_other(&family, walk->trie->first_bytes[number]))
            visit_spent(walk, &child, &family.other, family.after_other, nearest);
        else
            visit(walk, number, &child, state, nearest);
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
    visit_children(&walk, 0, &root, &state, nearest);
    return walk.n_neighbours;
}
