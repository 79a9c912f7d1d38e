/* The links of a list's meta repeat the request's own parameters, in the order in which the client
   wrote them, but for page or seek, which is set anew behind them. Requests that share a cache
   entry may spell them differently; this is what differs. */
#ifndef CRATEDEX_SERVER_LINK_SPELLING_H
#define CRATEDEX_SERVER_LINK_SPELLING_H

#include "server/http/query_string.h"

#include <stdbool.h>
#include <stddef.h>

/* Form encoding turns one byte into at most three; then comes "&seek=". */
#define LINK_SPELLING_MAX_BYTES (3 * QUERY_STRING_MAX_BYTES + 16)

/* A query in form encoding that ends in `page=` or `seek=`: the value comes behind it. */
struct link_spelling {
    size_t length;
    char text[LINK_SPELLING_MAX_BYTES];
};

/* Writes the spelling of a request: its parameters in their order, then `page=` where the request
   has a page, else `seek=`. */
void link_spelling_write(struct link_spelling *spelling, const struct query_string *query);

/* Whether the spelling is `text` (`length` bytes), that of another request. */
bool link_spelling_equals(const struct link_spelling *spelling, const char *text, size_t length);

/* Room for a link: the question mark, a spelling and a value. */
#define LINK_MAX_BYTES (LINK_SPELLING_MAX_BYTES + 2048)

/* Writes the link: the spelling with `value` (`value_length` bytes, at most 512) behind it. Returns
   its length; no NUL is written. */
size_t link_write(char link[LINK_MAX_BYTES], const struct link_spelling *spelling,
                  const char *value, size_t value_length);

#endif
