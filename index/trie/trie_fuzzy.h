/* The keys of a trie that lie within a few edits of a word. An edit deletes, inserts or replaces
   one character, or swaps two neighbours (Damerau 1964; optimal string alignment: what was swapped
   is not edited again). It may hit any character, the first too. A character is a code point of
   UTF-8. */
#ifndef CRATEDEX_TRIE_FUZZY_H
#define CRATEDEX_TRIE_FUZZY_H

#include "index/trie/trie_complete.h"

#include <cratedex/error.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Of the word, in bytes; a longer one has no neighbours. */
#define TRIE_FUZZY_MAX_BYTES 64
#define TRIE_FUZZY_MAX_DISTANCE 2
#define TRIE_FUZZY_MAX_NEIGHBOURS TRIE_MAX_COMPLETIONS

/* Where to stop and what to take. */
struct trie_fuzzy_bounds {
    unsigned max_distance;   /* at most TRIE_FUZZY_MAX_DISTANCE */
    bool with_longer_keys;   /* take keys too of which only a beginning is close */
    uint32_t max_value;      /* leave greater values out; UINT32_MAX takes all */
    uint32_t min_characters; /* leave out shorter keys that are close as a whole */
};

struct trie_neighbour {
    uint32_t value;
    uint8_t distance; /* edits */
    bool is_longer;   /* a beginning of the key is so close, the whole key is not */
};

/* Makes trie_fuzzy_find faster, at four bytes a node. Returns 0, or -1 when memory runs out. */
int trie_note_following(struct trie *trie, struct error *error);

/* Frees what trie_note_following made. */
void trie_close(struct trie *trie);

/* Writes the (at most) `limit` best neighbours of `word`, best first and each value once, and
   returns how many there are: fewer edits come first, then whole keys before longer ones, then
   smaller values. `limit` is at most TRIE_FUZZY_MAX_NEIGHBOURS (more counts as that); `neighbours`
   has room for it.

   An automaton that accepts what is close (Schulz and Mihov, "Fast string correction with
   Levenshtein automata", 2002) walks along the trie; a subtree is left out where no key of it can
   be close, or its best value cannot enter the answer. Allocates nothing. */
size_t trie_fuzzy_find(const struct trie *trie, const char *word, size_t length,
                       const struct trie_fuzzy_bounds *bounds, struct trie_neighbour *neighbours,
                       size_t limit);

#ifdef __cplusplus
}
#endif

#endif
