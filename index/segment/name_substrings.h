/* Which names contain a text, and which have a word that starts with it: sorted lists of places in
   the canonical names (a generalized suffix array, Manber and Myers 1993, with the rank of the
   crate beside each place). Trigrams would have to look at every candidate name; here the answer is
   one range, found by two binary searches. */
#ifndef CRATEDEX_INDEX_NAME_SUBSTRINGS_H
#define CRATEDEX_INDEX_NAME_SUBSTRINGS_H

#include "index/segment/crate_columns.h"

#include <cratedex/error.h>
#include <msgpack/sbuffer.h>
#include <stddef.h>
#include <stdint.h>

/* Texts of at least this many characters are found anywhere in a name; shorter ones at word
   starts. */
#define NAME_SUBSTRING_MIN_CHARACTERS 3
/* A search looks at few names if it knows so much of the order beforehand; each costs it two misses
   of the processor's cache. */
#define NAME_PLACES_A_FENCE 64
/* Names are cut to this length for the list. */
#define NAME_MAX_BYTES 65535

/* Places in names, in order of the text that begins there. */
struct name_places {
    uint32_t n;
    const uint32_t *ranks;
    const uint16_t *offsets;
    uint64_t *fences; /* the first eight bytes of the text at every NAME_PLACES_A_FENCE-th */
};

struct name_substrings {
    const struct crate_columns *columns;
    struct name_places anywhere;    /* every place with 3 bytes or more after it */
    struct name_places word_starts; /* every place where a word of the name begins */
};

/* Appends the block for the names of `columns` to `block`. Returns 0 or -1 (memory). */
int name_substrings_build(const struct crate_columns *columns, msgpack_sbuffer *block,
                          struct error *error);

/* Opens a block, aligned to 8 bytes; it and `columns` must outlive the struct. Checks sizes and
   that every place lies in its name. Returns 0 or -1; to be closed in either case. */
int name_substrings_open(struct name_substrings *substrings, const struct crate_columns *columns,
                         const void *block, size_t size, struct error *error);

/* Frees what opening allocated; all zero is allowed. */
void name_substrings_close(struct name_substrings *substrings);

/* Checks that the places are in order, which takes longer than all else at opening together. Places
   that are not give wrong answers, and nothing worse. Returns 0 or -1. */
int name_substrings_verify(const struct name_substrings *substrings, struct error *error);

/* The range of `places` whose text begins with `text` (canonical form): stores the first index and
   returns how many there are. A name may occur several times. O(length · log n). */
uint32_t name_places_find(const struct name_substrings *substrings,
                          const struct name_places *places, const char *text, size_t length,
                          uint32_t *first);

#endif
