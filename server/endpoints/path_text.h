/* A name in a path by which something is looked up. */
#ifndef CRATEDEX_SERVER_PATH_TEXT_H
#define CRATEDEX_SERVER_PATH_TEXT_H

#include "server/http/failure.h"
#include "server/http/request.h"
#include "server/parameters/canonical_key.h"

#include <stdbool.h>
#include <stddef.h>

/* Nothing that is looked up so has a longer name. */
#define PATH_TEXT_MAX_BYTES 512

struct path_text {
    size_t length;
    char text[PATH_TEXT_MAX_BYTES];
};

/* Copies the value, with ASCII letters in lower case where `is_folded`, and makes it the key's field 'n'.
   Returns 0, or -1 with the 404 that crates.io has for what it does not find. */
int path_text_read(const struct path_value *value, bool is_folded, struct path_text *text,
                   struct canonical_key *key, struct failure *failure);

/* Sets that 404. Returns -1. */
int path_text_not_found(struct failure *failure);

#endif
