/* The forms of a text that may stand in names, which are compared byte by byte: as it is
   canonically, with `_` for what separates words, and without. */
#ifndef CRATEDEX_INDEX_NAME_FORMS_H
#define CRATEDEX_INDEX_NAME_FORMS_H

#include "index/text/loose_text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAME_FORMS_MAX 3

struct name_form {
    const char *text; /* canonical; not NUL-terminated */
    size_t length;
    bool is_short; /* it stands only where a word of a name begins; others anywhere */
};

/* The texts lie in the struct, which must not be copied, and in what it was read from. */
struct name_forms {
    struct name_form forms[NAME_FORMS_MAX];
    uint32_t n;
    char separated[2 * LOOSE_TEXT_MAX_BYTES];
};

/* Reads the forms of a canonical text, of which `loose` is the loose form; NULL where it has none.
   Both must outlive the forms. */
void name_forms_read(struct name_forms *forms, const char *canonical, size_t length,
                     const struct loose_text *loose);

/* True for a text that has a space, and so is typed as words. */
bool name_forms_has_spaces(const char *text, size_t length);

#endif
