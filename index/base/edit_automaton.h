/* Which texts lie within a few edits of a word: the nondeterministic Levenshtein automaton (Schulz
   and Mihov, "Fast string correction with Levenshtein automata", 2002), its states held as bits and
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
    uint32_t characters[EDIT_MAX_BYTES];  /* of the word */
    uint64_t first_bytes[EDIT_MAX_BYTES]; /* the byte that each begins with, as a set */
    uint32_t n_characters;
    uint64_t all;  /* a bit for each character of the word */
    uint64_t last; /* the bit of the last one */
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

/* What follows runs once for every byte of a trie that is looked at, and so is inlined. */

/* Takes one byte of UTF-8 into the character that `partial` and `n_missing` hold. Returns true
   where the character is whole: then it is in `partial`. A byte that does not belong stands
   alone. */
static inline bool edit_take_byte(uint32_t *partial, uint8_t *n_missing, unsigned char byte)
{
    if (*n_missing > 0 && (byte & 0xc0) == 0x80) {
        *partial = *partial << 6 | (byte & 0x3f);
        return --*n_missing == 0;
    }
    *partial = byte;
    *n_missing = byte < 0xc0 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    return *n_missing == 0;
}

/* The places of a character that is not ASCII. */
uint64_t edit_other_places(const struct edit_automaton *automaton, uint32_t character);

/* Goes on by one character of the text, which stands at `places` in the word.

   All three levels of edits are computed, needed or not: that takes no branch. */
static inline void edit_advance(const struct edit_automaton *automaton, struct edit_state *state,
                                uint64_t places)
{
    /* Where the word's next two characters are the text's last two, swapped. */
    uint64_t swap = state->last_places & places << 1;
    uint32_t n = state->n_characters;
    uint64_t within0 = state->within[0];
    uint64_t within1 = state->within[1];
    uint64_t within2 = state->within[2];
    /* After n characters of the text, none of the word's take n edits: the bit that is shifted
       in. */
    uint64_t shifted0 = within0 << 1 | (n == 0);
    uint64_t shifted1 = within1 << 1 | (n <= 1);
    uint64_t shifted2 = within2 << 1 | (n <= 2);
    /* With an edit more: the character is one too many, stands for another, or ends a swap; then,
       from what is reached now, the word's next character may be missing. */
    uint64_t now0 = shifted0 & places;
    uint64_t now1 = (shifted1 & places) | within0 | shifted0 | now0 << 1 |
                    ((state->before[0] << 2 | (uint64_t)(n == 1) << 1) & swap);
    uint64_t now2 = (shifted2 & places) | within1 | shifted1 | (now1 << 1 | (n == 0)) |
                    ((state->before[1] << 2 | (uint64_t)(n == 1 || n == 2) << 1) & swap);
    state->before[0] = within0;
    state->before[1] = within1;
    state->within[0] = now0;
    state->within[1] = now1 & automaton->all;
    state->within[2] = now2 & automaton->all;
    state->last_places = places;
    state->n_characters = n + 1;
}

/* Goes on by one byte of the text. Returns true where a character ended with it. */
static inline bool edit_step(const struct edit_automaton *automaton, struct edit_state *state,
                             unsigned char byte)
{
    if (!edit_take_byte(&state->partial, &state->n_missing, byte))
        return false;
    edit_advance(automaton, state,
                 state->partial < 128 ? automaton->places[state->partial]
                                      : edit_other_places(automaton, state->partial));
    return true;
}

/* The least edits from the text so far to the whole word; EDIT_TOO_FAR where that is more than
   `max_distance`. */
static inline unsigned edit_distance(const struct edit_automaton *automaton,
                                     const struct edit_state *state)
{
    for (unsigned e = 0; e <= automaton->max_distance; e++) {
        if ((state->within[e] & automaton->last) != 0)
            return e;
    }
    return EDIT_TOO_FAR;
}

/* A lower bound of edit_distance after any continuation of the text. EDIT_TOO_FAR: none of them can
   come close. */
static inline unsigned edit_distance_bound(const struct edit_automaton *automaton,
                                           const struct edit_state *state)
{
    for (unsigned e = 0; e <= automaton->max_distance; e++) {
        if (state->within[e] != 0 || state->n_characters <= e)
            return e;
    }
    return EDIT_TOO_FAR;
}

/* The set of one byte. Sets are for leaving bytes out: one that is not in a set is not meant, one
   that is in it may be another with the same bit. Small letters, digits and `_` have bits of their
   own. */
static inline uint64_t edit_byte_set(unsigned char byte)
{
    return UINT64_C(1) << ((byte & 31) | (byte & 64) >> 1);
}

/* The set of the first bytes of the word's characters at `places`. */
static inline uint64_t edit_bytes_at(const struct edit_automaton *automaton, uint64_t places)
{
    uint64_t bytes = 0;
    for (; places != 0; places &= places - 1)
        bytes |= automaton->first_bytes[__builtin_ctzll(places)];
    return bytes;
}

/* The places in the word of characters that cost no edit now: the next ones, and those that end a
   swap. */
static inline uint64_t edit_free_places(const struct edit_automaton *automaton,
                                        const struct edit_state *state)
{
    unsigned last = automaton->max_distance;
    uint32_t n = state->n_characters;
    uint64_t places = state->within[last] << 1 | (n <= last);
    if (last > 0)
        places |= ((state->before[last - 1] << 2 | (uint64_t)(n > 0 && n <= last) << 1) &
                   state->last_places) >>
                  1;
    return places & automaton->all;
}

/* Whether all edits are spent, so that only characters that cost none may follow. */
static inline bool edit_is_spent(const struct edit_automaton *automaton,
                                 const struct edit_state *state)
{
    unsigned last = automaton->max_distance;
    return state->n_characters >= last && (last == 0 || state->within[last - 1] == 0);
}

/* The places of all characters that make a difference now: those that cost no edit, and those that
   may begin a swap. All others lead to the same state. */
static inline uint64_t edit_telling_places(const struct edit_automaton *automaton,
                                           const struct edit_state *state)
{
    unsigned last = automaton->max_distance;
    uint64_t places = edit_free_places(automaton, state);
    if (last > 0)
        places |= state->within[last - 1] << 2 | (uint64_t)(state->n_characters <= 1) << 1;
    return places & automaton->all;
}

/* The length in bytes of the longest beginning of `text` among those with the least distance to the
   word; stores that distance. 0 where no beginning comes close (then EDIT_TOO_FAR is stored). */
size_t edit_closest_prefix(const struct edit_automaton *automaton, const char *text, size_t length,
                           unsigned *distance);

#endif
