/* The links of a list's meta repeat the request's own parameters, in the order in which the client
   wrote them, with page or seek changed. Requests that share a cache entry may spell them
   differently; this is what differs. */
#ifndef CRATEDEX_SERVER_LINK_SPELLING_H
#define CRATEDEX_SERVER_LINK_SPELLING_H

#include "server/query_string.h"

#include <stdbool.h>
#include <stddef.h>

/* Form encoding turns one byte into at most three; then comes "&seek=". */
#define LINK_SPELLING_MAX_BYTES (3 * QUERY_STRING_MAX_BYTES + 16)

/* A query in form encoding with a hole at `value_at` for the value of page or seek. */
struct link_spelling {
    size_t value_at;
    size_t length;
    char text[LINK_SPELLING_MAX_BYTES];
};

/* Writes the spelling of a request: its parameters in their order, `page` with a hole where the
   request has one, else `seek`, which comes last where it is new. */
void link_spelling_write(struct link_spelling *spelling, const struct query_string *query);

bool link_spelling_equals(const struct link_spelling *spelling, size_t value_at, const char *text,
                          size_t length);

/* Room for a link: the question mark, a spelling and a value. */
#define LINK_MAX_BYTES (LINK_SPELLING_MAX_BYTES + 2048)

/* Writes the link with `value` (`value_length` bytes, at most 512) in the hole. Returns its length;
   no NUL is written. */
size_t link_write(char link[LINK_MAX_BYTES], const struct link_spelling *spelling,
                  const char *value, size_t value_length);

#endif
