/* Slips of the finger, reproducibly. */
#ifndef CRATEDEX_TESTS_SUPPORT_RANDOM_EDIT_H
#define CRATEDEX_TESTS_SUPPORT_RANDOM_EDIT_H

#include "tests/support/random.h"

#include <stddef.h>
#include <string.h>

/* Deletes, inserts or replaces one character of `text` or swaps two neighbours, each kind as likely
   as the others, and never back to the same text. `text` is ASCII, of at least 2 bytes, with room
   for `length` + 1. Returns the new length. */
static inline size_t random_edit(uint64_t *seed, char *text, size_t length)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
    for (;;) {
        uint32_t at = random_below(seed, (uint32_t)length);
        char letter = letters[random_below(seed, sizeof letters - 1)];
        char here = text[at];
        switch (random_below(seed, 4)) {
        case 0:
            memmove(text + at, text + at + 1, length - at - 1);
            return length - 1;
        case 1:
            at = random_below(seed, (uint32_t)length + 1);
            memmove(text + at + 1, text + at, length - at);
            text[at] = letter;
            return length + 1;
        case 2:
            if (letter == here)
                break;
            text[at] = letter;
            return length;
        default:
            if (at + 1 == length || text[at + 1] == here)
                break;
            text[at] = text[at + 1];
            text[at + 1] = here;
            return length;
        }
    }
}

#endif
