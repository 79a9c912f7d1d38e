/* A name in a path by which something is looked up. */
#ifndef CRATEDEX_SERVER_PATH_TEXT_H
#define CRATEDEX_SERVER_PATH_TEXT_H

#include "server/http/failure.h"
#include "server/http/request.h"
#include "server/parameters/canonical_key.h"

#include <stddef.h>

/* Nothing that is looked up so has a longer name. */
#define PATH_TEXT_MAX_BYTES 512

struct path_text {
    size_t length;
    char text[PATH_TEXT_MAX_BYTES];
};

/* What spellings of a name are the same. */
enum path_text_form {
    PATH_TEXT_AS_TYPED,
    PATH_TEXT_LOWER_CASE, /* ASCII letters in any case */
    PATH_TEXT_CANONICAL   /* those, and `-` for `_` */
};

/* Copies the value in that form and makes it the key's field 'n'. Returns 0, or -1 with the 404
   that crates.io has for what it does not find. */
int path_text_read(const struct path_value *value, enum path_text_form form, struct path_text *text,
                   struct canonical_key *key, struct failure *failure);

/* Sets that 404. Returns -1. */
int path_text_not_found(struct failure *failure);

#endif
