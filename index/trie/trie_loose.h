/* The keys of a trie that are a text but for separators (index/text/loose_text.h): a separator may
   be left out of the key, or stand where none was typed. */
#ifndef CRATEDEX_INDEX_TRIE_LOOSE_H
#define CRATEDEX_INDEX_TRIE_LOOSE_H

#include "index/text/loose_text.h"
#include "index/trie/trie_complete.h"

/* A walk looks at no more nodes. Of 227,000 names one looks at twenty, and where very many names
   differ in nothing but separators some of them are not found. */
#define TRIE_LOOSE_MAX_NODES 1024

/* A key, or the place in the trie where keys go on. */
struct trie_loose_match {
    uint32_t value;    /* of the key, or of the node its number */
    uint32_t n_missed; /* boundaries of the text where no word of the key begins behind one */
    uint32_t
        n_added; /* separators of the key between letters, or before all, where none was typed */
};

/* What a key has of the text's boundaries: the very ones, more, or not all. */
enum trie_loose_kind { TRIE_LOOSE_SAME, TRIE_LOOSE_ADDED, TRIE_LOOSE_MISSED };

static inline enum trie_loose_kind trie_loose_kind_of(const struct trie_loose_match *match)
{
    return match->n_missed > 0  ? TRIE_LOOSE_MISSED
           : match->n_added > 0 ? TRIE_LOOSE_ADDED
                                : TRIE_LOOSE_SAME;
}

/* Writes the values of the keys that have the text's letters, at most `capacity`, in no particular
   order; returns how many. Allocates nothing. */
size_t trie_loose_find(const struct trie *trie, const struct loose_text *text,
                       struct trie_loose_match *matches, size_t capacity);

/* So many nodes are completed. */
#define TRIE_LOOSE_MAX_REACHED 32

/* Writes the nodes below which all keys begin with the text's letters, at most `capacity`; returns
   how many. No node is below another. Where the text ends in a separator, a separator follows in
   the keys. */
size_t trie_loose_reach(const struct trie *trie, const struct loose_text *text,
                        struct trie_loose_match *nodes, size_t capacity);

/* The smallest value below the nodes of a kind; UINT32_MAX where there is none. */
uint32_t trie_loose_best(const struct trie *trie, const struct trie_loose_match *nodes,
                         size_t n_nodes, enum trie_loose_kind kind);

/* As trie_complete, of all keys below the nodes that trie_loose_reach gave: of those nodes that
   miss no boundary, or with `missed` of the others. */
size_t trie_loose_complete(const struct trie *trie, const struct trie_loose_match *nodes,
                           size_t n_nodes, bool missed, uint32_t *values, size_t limit);

#endif
