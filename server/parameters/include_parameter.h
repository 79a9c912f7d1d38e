/* `include=`: a list of words, with commas between them, that says what an answer has. */
#ifndef CRATEDEX_SERVER_INCLUDE_PARAMETER_H
#define CRATEDEX_SERVER_INCLUDE_PARAMETER_H

#include "server/http/failure.h"
#include "server/http/query_string.h"

#include <stddef.h>

struct include_word {
    const char *word;
    unsigned bits;
};

/* Reads it as the bits of its words together; empty words count for nothing, and `by_default` is
   what it is where it is absent. Returns 0, or -1 with a status 400 and `refusal` for a word that
   is none of `words`. */
int include_parameter(const struct query_string *query, const struct include_word *words,
                      size_t n_words, const char *refusal, unsigned by_default, unsigned *bits,
                      struct failure *failure);

#endif
