/* Letter by letter, into arrays that are as long as a text may be. */
#include "tests/support/name_letters.h"

bool name_separator(char c)
{
    switch (c) {
    case ' ':
    case '-':
    case '_':
    case '/':
    case ':':
    case '.':
    case '@':
        return true;
    default:
        return false;
    }
}

void name_letters_read(struct name_letters *letters, const char *text, size_t length)
{
    letters->n = 0;
    letters->n_boundaries = 0;
    letters->is_behind[0] = false;
    for (size_t i = 0; i < length && letters->n < NAME_LETTERS_MAX; i++) {
        if (name_separator(text[i])) {
            letters->is_behind[letters->n] = true;
            continue;
        }
        letters->n_boundaries += letters->n > 0 && letters->is_behind[letters->n];
        letters->places[letters->n] = i;
        letters->text[letters->n++] =
            (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]);
        letters->is_behind[letters->n] = false;
    }
    letters->text[letters->n] = '\0';
}
