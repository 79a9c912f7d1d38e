/* Conditional requests (RFC 9110, section 13.1.2). */
#ifndef CRATEDEX_SERVER_CONDITIONAL_H
#define CRATEDEX_SERVER_CONDITIONAL_H

#include <stdbool.h>

/* Whether an If-None-Match field (NULL: none) names `etag` (a strong tag with its quotes) by weak
   comparison, or is `*`. Reading stops at the first malformed member. */
bool if_none_match(const char *field, const char *etag);

#endif
