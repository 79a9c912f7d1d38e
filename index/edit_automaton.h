/* Which texts lie within a few edits of a word: the nondeterministic Levenshtein automaton (Schulz and
   Mihov, "Fast string correction with Levenshtein automata", 2002), its states held as bits and
   stepped by shifts (Wu and Manber, "Fast text searching allowing errors", 1992).

   An edit deletes, inserts or replaces one character, or swaps two neighbours (optimal string
   alignment: what was swapped is not edited again). A character is a code point. */
#ifndef CRATEDEX_INDEX_EDIT_AUTOMATON_H
#define CRATEDEX_INDEX_EDIT_AUTOMATON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EDIT_MAX_BYTES 64
#define EDIT_MAX_DISTANCE 2
/* More edits than were allowed. */
#define EDIT_TOO_FAR (EDIT_MAX_DISTANCE + 1)

struct edit_automaton {
    uint64_t places[128]; /* by ASCII character: bit j where the word's character j is it */
    uint32_t characters[EDIT_MAX_BYTES];       /* of the word */
    unsigned char first_bytes[EDIT_MAX_BYTES]; /* of each of them */
    uint32_t n_characters;
    uint64_t all; /* a bit for each character of the word */
    unsigned max_distance;
};

/* After some characters of a text. Bit j of `within[e]`: at most e edits lead from the text so far
   to the word's first j + 1 characters. */
struct edit_state {
    uint64_t within[EDIT_MAX_DISTANCE + 1];
    uint64_t before[EDIT_MAX_DISTANCE]; /* `within` one character earlier, for swaps */
    uint64_t last_places;               /* where the last character stands in the word */
    uint32_t n_characters;              /* of the text */
    /* A character of which not all bytes have come yet. */
    uint32_t partial;
    uint8_t n_missing;
};

/* Returns false for a word that is empty or longer than EDIT_MAX_BYTES, or where `max_distance` is
   above EDIT_MAX_DISTANCE. A byte that is not UTF-8 counts as a character. */
bool edit_automaton_init(struct edit_automaton *automaton, const char *word, size_t length,
                         unsigned max_distance);

/* Before the first character. */
void edit_state_init(const struct edit_automaton *automaton, struct edit_state *state);

/* Goes on by one byte of the text. Returns true where a character ended with it. */
bool edit_step(const struct edit_automaton *automaton, struct edit_state *state,
               unsigned char byte);

/* The least edits from the text so far to the whole word; EDIT_TOO_FAR where that is more than
   `max_distance`. */
unsigned edit_distance(const struct edit_automaton *automaton, const struct edit_state *state);

/* A lower bound of edit_distance after any continuation of the text. EDIT_TOO_FAR: none of them can
   come close. */
unsigned edit_distance_bound(const struct edit_automaton *automaton,
                             const struct edit_state *state);

/* Which bytes may come next so that the text can still come close: bit b % 64 of `bytes[b / 64]`.
   Returns false where it may be any byte; then `bytes` is not written. */
bool edit_next_bytes(const struct edit_automaton *automaton, const struct edit_state *state,
                     uint64_t bytes[4]);

/* The length in bytes of the longest beginning of `text` among those with the least distance to the
   word; stores that distance. 0 where no beginning comes close (then EDIT_TOO_FAR is stored). */
size_t edit_closest_prefix(const struct edit_automaton *automaton, const char *text, size_t length,
                           unsigned *distance);

#endif
