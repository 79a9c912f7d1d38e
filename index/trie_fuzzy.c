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

/* What is known of a family before its members are looked at. */
struct family {
    bool is_spent;         /* no edit is left: only these bytes may follow */
    struct edit_bytes may; /* where `is_spent` */
    /* Most bytes do not stand where they could matter in the word: all of these lead to one state,
       and if that spends the last edit, most members end there after one more byte. */
    bool has_other;
    struct edit_bytes telling; /* the bytes that do matter; and all that are not ASCII */
    struct edit_state other;   /* after any other byte */
    struct edit_bytes after_other;
};

static void know_family(const struct walk *walk, const struct edit_state *state,
                        struct family *family)
{
    const struct edit_automaton *automaton = &walk->automaton;
    family->is_spent = state->n_missing == 0 && edit_is_spent(automaton, state);
    family->has_other = false;
    if (family->is_spent) {
        edit_bytes_at(automaton, edit_free_places(automaton, state), &family->may);
    } else if (state->n_missing == 0) {
        family->other = *state;
        edit_advance(automaton, &family->other, 0);
        if (!edit_is_spent(automaton, &family->other) ||
            edit_distance(automaton, &family->other) != EDIT_TOO_FAR)
            return;
        family->has_other = true;
        edit_bytes_at(automaton, edit_telling_places(automaton, state), &family->telling);
        family->telling.bits[2] = UINT64_MAX;
        family->telling.bits[3] = UINT64_MAX;
        edit_bytes_at(automaton, edit_free_places(automaton, &family->other), &family->after_other);
    }
}

/* Whether some key below a node goes on, after the first byte of the node's label, with one of
   `bytes`. */
static bool goes_on_with(const struct walk *walk, const struct trie_node *node,
                         const struct edit_bytes *bytes)
{
    if (node->label_length > 1)
        return edit_bytes_have(bytes, walk->trie->labels[node->label_start]);
    const unsigned char *first_bytes = walk->trie->first_bytes + node->first_child;
    for (uint32_t i = 0; i < node->n_children; i++) {
        if (edit_bytes_have(bytes, first_bytes[i]))
            return true;
    }
    return false;
}

static void visit_children(struct walk *walk, const struct trie_node *parent,
                           const struct edit_state *state, unsigned nearest);

static void visit(struct walk *walk, uint32_t number, const struct trie_node *node,
                  const struct edit_state *above, unsigned nearest_above)
{
    struct edit_state state = *above;
    unsigned nearest = nearest_above;
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
        visit_children(walk, node, &state, nearest);
}

static void visit_children(struct walk *walk, const struct trie_node *parent,
                           const struct edit_state *state, unsigned nearest)
{
    struct family family;
    know_family(walk, state, &family);
    unsigned bound = edit_distance_bound(&walk->automaton, state);
    for (uint32_t i = 0; i < parent->n_children; i++) {
        uint32_t number = parent->first_child + i;
        unsigned char byte = walk->trie->first_bytes[number];
        if (family.is_spent && !edit_bytes_have(&family.may, byte))
            continue;
        struct trie_node node = trie_read_node(walk->trie, number);
        if (!is_wanted(walk, &(struct trie_neighbour){node.best, (uint8_t)bound, false}))
            return;
        if (family.has_other && !edit_bytes_have(&family.telling, byte) &&
            !goes_on_with(walk, &node, &family.after_other))
            continue;
        visit(walk, number, &node, state, nearest);
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
