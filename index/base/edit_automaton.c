/* One step costs about ten operations on words of 64 bits for each allowed edit, whatever the
   length of the word. Bit j stands for the word's first j + 1 characters; that no character of the
   word was used yet needs no bit: after i characters of the text it takes i edits, which is the bit
   shifted in. */
#include "index/base/edit_automaton.h"

#include <string.h>

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
        bool is_whole = edit_take_byte(&partial, &n_missing, (unsigned char)word[i]);
        if (partial == (unsigned char)word[i])
            automaton->first_bytes[automaton->n_characters] = edit_byte_set((unsigned char)word[i]);
        if (!is_whole && !is_last)
            continue;
        if (partial < 128)
            automaton->places[partial] |= UINT64_C(1) << automaton->n_characters;
        automaton->characters[automaton->n_characters++] = partial;
    }
    automaton->all = ~UINT64_C(0) >> (64 - automaton->n_characters);
    automaton->last = UINT64_C(1) << (automaton->n_characters - 1);
    return true;
}

void edit_state_init(const struct edit_automaton *automaton, struct edit_state *state)
{
    memset(state, 0, sizeof *state);
    for (unsigned e = 1; e <= EDIT_MAX_DISTANCE; e++)
        state->within[e] = ((UINT64_C(1) << e) - 1) & automaton->all;
}

uint64_t edit_other_places(const struct edit_automaton *automaton, uint32_t character)
{
    uint64_t places = 0;
    for (uint32_t i = 0; i < automaton->n_characters; i++)
        places |= (uint64_t)(automaton->characters[i] == character) << i;
    return places;
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
