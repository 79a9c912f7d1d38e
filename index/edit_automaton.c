/* One step costs about ten operations on words of 64 bits for each allowed edit, whatever the length of
   the word. Bit j stands for the word's first j + 1 characters; that no character of the word was used
   yet needs no bit: after i characters of the text it takes i edits, which is the bit shifted in. */
#include "index/edit_automaton.h"

#include <string.h>

/* The bytes that follow a first byte of UTF-8. What is no first byte stands alone. */
static uint8_t n_following(unsigned char byte)
{
    if (byte < 0xc0)
        return 0;
    return byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
}

/* Takes one byte into the character that `partial` and `n_missing` hold. Returns true where the
   character is whole: then it is in `partial`. */
static bool take_byte(uint32_t *partial, uint8_t *n_missing, unsigned char byte)
{
    if (*n_missing > 0 && (byte & 0xc0) == 0x80) {
        *partial = *partial << 6 | (byte & 0x3f);
        return --*n_missing == 0;
    }
    *partial = byte;
    *n_missing = n_following(byte);
    return *n_missing == 0;
}

bool edit_automaton_init(struct edit_automaton *automaton, const char *word, size_t length,
                         unsigned max_distance)
{
    if (length == 0 || length > EDIT_MAX_BYTES || max_distance > EDIT_MAX_DISTANCE)
        return false;
    memset(automaton->places, 0, sizeof automaton->places);
    automaton->n_characters = 0;
    automaton->max_distance = max_distance;
    uint32_t partial = 0;
    uint8_t n_missing = 0;
    for (size_t i = 0; i < length; i++) {
        bool is_last = i + 1 == length;
        bool is_whole = take_byte(&partial, &n_missing, (unsigned char)word[i]);
        if (partial == (unsigned char)word[i])
            automaton->first_bytes[automaton->n_characters] = (unsigned char)word[i];
        if (!is_whole && !is_last)
            continue;
        if (partial < 128)
            automaton->places[partial] |= UINT64_C(1) << automaton->n_characters;
        automaton->characters[automaton->n_characters++] = partial;
    }
    automaton->all = ~UINT64_C(0) >> (64 - automaton->n_characters);
    return true;
}

void edit_state_init(const struct edit_automaton *automaton, struct edit_state *state)
{
    memset(state, 0, sizeof *state);
    for (unsigned e = 1; e <= automaton->max_distance; e++)
        state->within[e] = ((UINT64_C(1) << e) - 1) & automaton->all;
}

static uint64_t places_of(const struct edit_automaton *automaton, uint32_t character)
{
    if (character < 128)
        return automaton->places[character];
    uint64_t places = 0;
    for (uint32_t i = 0; i < automaton->n_characters; i++)
        places |= (uint64_t)(automaton->characters[i] == character) << i;
    return places;
}

/* The state where the text's new character is the word's: by agreement, and by a swap with the
   character before it. */
static void take_character(const struct edit_automaton *automaton, struct edit_state *state,
                           uint32_t character)
{
    uint64_t places = places_of(automaton, character);
    uint64_t swapped = state->last_places & places << 1;
    uint32_t n = state->n_characters;
    uint64_t within_less = 0; /* within[e - 1], before this character */
    uint64_t now_less = 0;    /* within[e - 1], after it */
    for (unsigned e = 0; e <= automaton->max_distance; e++) {
        uint64_t within = state->within[e];
        uint64_t now = (within << 1 | (n <= e)) & places;
        if (e > 0) {
            /* The character is one too many, stands for another, or others are missing before. */
            now |= within_less | within_less << 1 | (n <= e - 1) | now_less << 1 | (n + 1 <= e - 1);
            if (n > 0)
                now |= (state->before[e - 1] << 2 | (uint64_t)(n - 1 <= e - 1) << 1) & swapped;
            state->before[e - 1] = within_less;
        }
        state->within[e] = now & automaton->all;
        within_less = within;
        now_less = now;
    }
    state->last_places = places;
    state->n_characters = n + 1;
}

bool edit_step(const struct edit_automaton *automaton, struct edit_state *state, unsigned char byte)
{
    if (!take_byte(&state->partial, &state->n_missing, byte))
        return false;
    take_character(automaton, state, state->partial);
    return true;
}

unsigned edit_distance(const struct edit_automaton *automaton, const struct edit_state *state)
{
    uint64_t whole = UINT64_C(1) << (automaton->n_characters - 1);
    unsigned e = 0;
    while (e <= automaton->max_distance && (state->within[e] & whole) == 0)
        e++;
    return e <= automaton->max_distance ? e : EDIT_TOO_FAR;
}

unsigned edit_distance_bound(const struct edit_automaton *automaton, const struct edit_state *state)
{
    unsigned e = 0;
    while (e <= automaton->max_distance && state->within[e] == 0 && state->n_characters > e)
        e++;
    return e <= automaton->max_distance ? e : EDIT_TOO_FAR;
}

bool edit_next_bytes(const struct edit_automaton *automaton, const struct edit_state *state,
                     uint64_t bytes[4])
{
    unsigned last = automaton->max_distance;
    uint32_t n = state->n_characters;
    if (state->n_missing > 0 || n < last || (last > 0 && state->within[last - 1] != 0))
        return false;
    /* No edit is left: the next character is the word's, or ends a swap that was begun. */
    uint64_t next = (state->within[last] << 1 | (n <= last)) & automaton->all;
    if (last > 0 && n > 0)
        next |=
            ((state->before[last - 1] << 2 | (uint64_t)(n <= last) << 1) & state->last_places) >> 1;
    memset(bytes, 0, 4 * sizeof *bytes);
    for (; next != 0; next &= next - 1) {
        unsigned char byte = automaton->first_bytes[__builtin_ctzll(next)];
        bytes[byte / 64] |= UINT64_C(1) << (byte % 64);
    }
    return true;
}

size_t edit_closest_prefix(const struct edit_automaton *automaton, const char *text, size_t length,
                           unsigned *distance)
{
    struct edit_state state;
    size_t closest = 0;
    edit_state_init(automaton, &state);
    *distance = edit_distance(automaton, &state);
    for (size_t i = 0; i < length; i++) {
        if (!edit_step(automaton, &state, (unsigned char)text[i]))
            continue;
        unsigned here = edit_distance(automaton, &state);
        if (here != EDIT_TOO_FAR && here <= *distance) {
            *distance = here;
            closest = i + 1;
        }
        if (edit_distance_bound(automaton, &state) == EDIT_TOO_FAR)
            break;
    }
    return closest;
}
