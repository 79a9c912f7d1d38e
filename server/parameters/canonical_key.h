/* The canonical form of a request, under which its answer is cached: two requests have the same key
   exactly when every answer to the one is an answer to the other. */
#ifndef CRATEDEX_SERVER_CANONICAL_KEY_H
#define CRATEDEX_SERVER_CANONICAL_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for every value that a query of QUERY_STRING_MAX_BYTES can hold and its framing. */
#define CANONICAL_KEY_MAX_BYTES 12288

/* Fixed-size, so that a cache hit allocates nothing. Only the first `size` bytes are set. */
struct canonical_key {
    size_t size;
    bool is_too_long;
    unsigned char bytes[CANONICAL_KEY_MAX_BYTES];
};

/* Begins a key: what answers, in which encoding, and of which snapshot's generation. */
void canonical_key_init(struct canonical_key *key, unsigned route, unsigned encoding,
                        uint64_t generation);

/* Makes a key of another generation of it. */
void canonical_key_set_generation(struct canonical_key *key, uint64_t generation);

/* Append a field. The writers of one route use the same tags in the same order; `tag` names the
   field, so that an absent one cannot be taken for its neighbour. */
void canonical_key_text(struct canonical_key *key, char tag, const char *text, size_t length);
void canonical_key_number(struct canonical_key *key, char tag, uint64_t number);

#endif
