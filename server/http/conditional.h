/* Conditional requests (RFC 9110, section 13). */
#ifndef CRATEDEX_SERVER_CONDITIONAL_H
#define CRATEDEX_SERVER_CONDITIONAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The fields of one request, several lines joined by `, `; NULL where absent. */
struct preconditions {
    const char *if_match;
    const char *if_unmodified_since;
    const char *if_none_match;
    const char *if_modified_since;
};

/* Whether a request has none of them. */
static inline bool preconditions_are_absent(const struct preconditions *preconditions)
{
    return preconditions->if_match == NULL && preconditions->if_unmodified_since == NULL &&
           preconditions->if_none_match == NULL && preconditions->if_modified_since == NULL;
}

enum precondition_outcome {
    PRECONDITION_PROCEED, /* answer as if there were no condition */
    PRECONDITION_NOT_MODIFIED,
    PRECONDITION_FAILED
};

/* Weighs the conditions of a GET or HEAD in the order of section 13.2.2: If-Match, or else
   If-Unmodified-Since; then If-None-Match, or else If-Modified-Since. `etag` (strong, quoted) and
   `last_modified` (seconds since 1970-01-01; 0: not known, and both dates are passed over) are
   those of the representation that would be sent. A date that is none is passed over, too.
   If-Modified-Since asks whether the representation is another than that of its date: only where
   the two are equal it is not. */
enum precondition_outcome preconditions_weigh(const struct preconditions *preconditions,
                                              const char *etag, int64_t last_modified);

/* Whether an If-None-Match field (NULL: none) names `etag` (a strong tag with its quotes) by weak
   comparison, or is `*`. Reading stops at the first malformed member. */
bool if_none_match(const char *field, const char *etag);

/* Reads an HTTP date in any of its three forms (section 5.6.7). `now` decides which century a year
   of two digits is of: one that would be more than 50 years ahead is in the past. Both in seconds
   since 1970-01-01. Returns 0, or -1 where it is none. */
int http_date_parse(const char *text, int64_t now, int64_t *seconds);

#endif
