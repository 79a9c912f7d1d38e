/* A name or a text without what separates its words. */
#ifndef CRATEDEX_TESTS_SUPPORT_NAME_LETTERS_H
#define CRATEDEX_TESTS_SUPPORT_NAME_LETTERS_H

#include <stdbool.h>
#include <stddef.h>

#define NAME_LETTERS_MAX 300

struct name_letters {
    char text[NAME_LETTERS_MAX + 1];      /* lower case, with a NUL behind */
    bool is_behind[NAME_LETTERS_MAX + 1]; /* a separator stands before this letter, or at the end */
    size_t places[NAME_LETTERS_MAX];      /* of the letters in what was read */
    size_t n;
    unsigned n_boundaries; /* between letters */
};

/* Space, `-`, `_`, `/`, `:`, `.`, `@`. */
bool name_separator(char c);

/* At most NAME_LETTERS_MAX bytes. */
void name_letters_read(struct name_letters *letters, const char *text, size_t length);

#endif
