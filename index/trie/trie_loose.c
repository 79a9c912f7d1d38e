/* Depth-first. A byte of a label either is the next letter of the text, or a separator, which is
   passed over, or the end of that branch; so only the choice among children branches, into the one
   that goes on with the next letter and those that go on with a separator. The depth is that of the
   trie, at most TRIE_LOOSE_MAX_NODES. */
#include "index/trie/trie_loose.h"

#include "index/trie/trie.h"
#include "index/trie/trie_layout.h"

/* Of so many, looking for those that go on costs more than looking at all. */
#define FEW_CHILDREN 3
/* Of so many, looking at the first byte of each costs less than looking for eight bytes. */
#define SOME_CHILDREN 24

static const char separators[] = {'_', '-', '/', '.', '@', ':', ' '};

struct walk {
    const struct trie *trie;
    const struct loose_text *text;
    bool whole; /* keys are looked for, not their beginnings */
    struct trie_loose_match *matches;
    size_t n_matches;
    size_t capacity;
    unsigned n_nodes;
};

/* Where a branch is. */
struct place {
    uint32_t n_letters; /* of the text are found */
    uint32_t n_missed;
    uint32_t n_added;
    char before; /* the last byte */
};

static void add(struct walk *walk, uint32_t value, const struct place *place)
{
    if (walk->n_matches < walk->capacity)
        walk->matches[walk->n_matches++] =
            (struct trie_loose_match){value, place->n_missed, place->n_added};
}

enum step { GOES_ON, IS_REACHED, IS_OTHER };

static enum step step(const struct walk *walk, struct place *place, char byte)
{
    const struct loose_text *text = walk->text;
    bool separates = loose_separator(byte);
    if (place->n_letters == text->length) {
        if (!separates)
            return IS_OTHER;
    } else if (!separates) {
        uint32_t n = place->n_letters;
        if (byte != text->letters[n])
            return IS_OTHER;
        bool begins =
            loose_separator(place->before) || (n > 0 && loose_word_begins(place->before, byte));
        place->n_missed += text->boundary[n] && !begins;
        place->n_letters++;
    } else {
        place->n_added += !text->boundary[place->n_letters];
    }
    place->before = byte;
    bool is_reached = place->n_letters == text->length && !walk->whole &&
                      (separates || !text->boundary[text->length]);
    return is_reached ? IS_REACHED : GOES_ON;
}

static void visit_children(struct walk *walk, const struct trie_node *node, struct place place);

static void visit(struct walk *walk, uint32_t number, struct place place)
{
    if (walk->n_nodes == TRIE_LOOSE_MAX_NODES)
        return;
    walk->n_nodes++;
    struct trie_node node = trie_read_node(walk->trie, number);
    const unsigned char *label = walk->trie->labels + node.label_start;
    for (uint32_t i = 0; i < node.label_length; i++) {
        unsigned char byte = i == 0 ? walk->trie->first_bytes[number] : label[i - 1];
        enum step taken = step(walk, &place, (char)byte);
        if (taken == IS_REACHED)
            add(walk, number, &place);
        if (taken != GOES_ON)
            return;
    }
    if (walk->whole && place.n_letters == walk->text->length) {
        for (uint32_t i = 0; i < node.n_values; i++)
            add(walk, trie_value(trie_values_at(walk->trie, node.first_value), i), &place);
    }
    if (node.n_children > 0)
        visit_children(walk, &node, place);
}

static void visit_child(struct walk *walk, const struct trie_node *node, char byte,
                        struct place place)
{
    const unsigned char *first = walk->trie->first_bytes + node->first_child;
    const unsigned char *found = memchr(first, (unsigned char)byte, node->n_children);
    if (found != NULL)
        visit(walk, node->first_child + (uint32_t)(found - first), place);
}

static void visit_children(struct walk *walk, const struct trie_node *node, struct place place)
{
    if (node->n_children <= FEW_CHILDREN) {
        /* Each of them sees for itself whether it goes on. */
        for (uint32_t i = 0; i < node->n_children; i++)
            visit(walk, node->first_child + i, place);
        return;
    }
    bool is_whole = place.n_letters == walk->text->length;
    char next = is_whole ? '_' : walk->text->letters[place.n_letters];
    if (node->n_children <= SOME_CHILDREN) {
        const unsigned char *first = walk->trie->first_bytes + node->first_child;
        for (uint32_t i = 0; i < node->n_children; i++) {
            if ((char)first[i] == next || loose_separator((char)first[i]))
                visit(walk, node->first_child + i, place);
        }
        return;
    }
    if (!is_whole)
        visit_child(walk, node, next, place);
    for (size_t i = 0; i < sizeof separators; i++)
        visit_child(walk, node, separators[i], place);
}

static size_t walk_from_root(struct walk *walk)
{
    if (walk->text->length == 0 || walk->trie->n_values == 0)
        return 0;
    struct trie_node root = trie_read_node(walk->trie, 0);
    visit_children(walk, &root, (struct place){.before = '\0'});
    return walk->n_matches;
}

size_t trie_loose_find(const struct trie *trie, const struct loose_text *text,
                       struct trie_loose_match *matches, size_t capacity)
{
    struct walk walk = {.trie = trie, .text = text, .whole = true, .matches = matches};
    walk.capacity = capacity;
    return walk_from_root(&walk);
}

size_t trie_loose_reach(const struct trie *trie, const struct loose_text *text,
                        struct trie_loose_match *nodes, size_t capacity)
{
    struct walk walk = {.trie = trie, .text = text, .whole = false, .matches = nodes};
    walk.capacity = capacity;
    return walk_from_root(&walk);
}

uint32_t trie_loose_best(const struct trie *trie, const struct trie_loose_match *nodes,
                         size_t n_nodes, enum trie_loose_kind kind)
{
    uint32_t best = UINT32_MAX;
    for (size_t i = 0; i < n_nodes; i++) {
        uint32_t own = trie_read_node(trie, nodes[i].value).best;
        if (trie_loose_kind_of(&nodes[i]) == kind && own < best)
            best = own;
    }
    return best;
}

size_t trie_loose_complete(const struct trie *trie, const struct trie_loose_match *nodes,
                           size_t n_nodes, bool missed, uint32_t *values, size_t limit)
{
    uint32_t chosen[TRIE_LOOSE_MAX_REACHED];
    size_t n = 0;
    for (size_t i = 0; i < n_nodes && n < TRIE_LOOSE_MAX_REACHED; i++) {
        if ((nodes[i].n_missed > 0) == missed)
            chosen[n++] = nodes[i].value;
    }
    return n == 0 || limit == 0 ? 0 : trie_complete_nodes(trie, chosen, n, values, limit);
}
