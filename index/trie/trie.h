/* A static prefix trie from byte strings to 32-bit values, in one block of little-endian integers
   that is used where it lies: nothing is parsed or copied on open.

   Every node knows the smallest value below it, so that the completions of a prefix come out in
   ascending order of value without visiting the subtree (the completion trie of Hsu and Ottaviano,
   "Space-Efficient Data Structures for Top-k Completion", WWW 2013). Values are ranks: 1 is
   best. */
#ifndef CRATEDEX_TRIE_H
#define CRATEDEX_TRIE_H

#include <cratedex/error.h>
#include <msgpack/sbuffer.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One key and one of its values. A key may have several values: one entry each. */
struct trie_entry {
    const char *key;
    uint32_t key_length; /* bytes; 0 is allowed */
    uint32_t value;
};

/* Builds the block for `n_entries` entries, which it sorts in place by key, then value, and appends
   it to `block`. Equal entries count once. The same set of entries gives the same bytes. Returns 0,
   or -1 when memory runs out or a size passes 32 bits. */
int trie_build(struct trie_entry *entries, size_t n_entries, msgpack_sbuffer *block,
               struct error *error);

/* An open trie: borrowed pointers into the block. */
struct trie {
    /* By node, which bytes follow the first one of its label; NULL without trie_note_following.
       Owned. */
    uint32_t *following;
    const unsigned char *block;
    const unsigned char *nodes;
    const unsigned char *values;
    const unsigned char *first_bytes;
    const unsigned char *labels;
    uint32_t n_nodes;
    uint32_t n_values;
    uint32_t n_label_bytes;
    uint32_t n_keys;
};

/* Opens a block that stays owned by the caller and must outlive the trie. Checks everything once,
   in time linear in the block: sizes, every offset, that children lie after their parents (no
   cycles), are in order, and that best values are true. A block that passes needs no check later;
   any other gives an error and never a crash. Returns 0 or -1. */
int trie_open(struct trie *trie, const void *block, size_t size, struct error *error);

/* Makes walks that look for close keys (trie_fuzzy_find) faster, at four bytes a node. Returns 0,
   or -1 when memory runs out. */
int trie_note_following(struct trie *trie, struct error *error);

/* Frees what trie_note_following made. */
void trie_close(struct trie *trie);

/* The values of exactly `key`: stores a pointer to the first of them in `values` (little-endian
   32-bit, ascending, read them by trie_value) and returns how many there are; 0 where the key does
   not occur. */
uint32_t trie_find(const struct trie *trie, const char *key, size_t key_length,
                   const unsigned char **values);

/* Reads value number `i` of a run that trie_find stored. */
uint32_t trie_value(const unsigned char *values, uint32_t i);

/* Writes the (at most) `limit` smallest values among all keys that start with `prefix`, in
   ascending order and each once, and returns how many there are. Best-first search over the nodes:
   time O(length of the prefix · fan-out + limit · depth of the trie · limit), a microsecond for ten
   of 227,000 names. Where very many keys share values it may instead look at all values with the
   prefix; the answer is exact either way. `limit` is at most TRIE_MAX_COMPLETIONS (more counts as
   that), `values` has room for `limit`. Allocates nothing. */
#define TRIE_MAX_COMPLETIONS 100
size_t trie_complete(const struct trie *trie, const char *prefix, size_t prefix_length,
                     uint32_t *values, size_t limit);

/* Calls `visit` for every key in ascending byte order with its values (see trie_find). Stops and
   returns the first non-zero value that `visit` returns; 0 at the end; -1 when memory runs out. */
typedef int trie_visit(void *context, const char *key, size_t key_length,
                       const unsigned char *values, uint32_t n_values);
int trie_walk(const struct trie *trie, trie_visit *visit, void *context);

#ifdef __cplusplus
}
#endif

#endif
