/* An answer with its links spelled in another way than by who had it computed (link_spelling.h):
   its items are copied, nothing is searched for. */
#ifndef CRATEDEX_SERVER_SPELLED_ANSWER_H
#define CRATEDEX_SERVER_SPELLED_ANSWER_H

#include "server/answer/answer.h"
#include "server/exchange/exchange.h"
#include "server/parameters/canonical_key.h"

#include <stddef.h>

/* Only the first `size` bytes are set. */
struct spelled_key {
    size_t size;
    unsigned char bytes[1 + CANONICAL_KEY_MAX_BYTES + LINK_SPELLING_MAX_BYTES];
};

/* The key under which the answer to `key` is kept with its links spelled so. */
void spelled_key_make(struct spelled_key *spelled, const struct canonical_key *key,
                      const struct link_spelling *spelling);

/* The answer to the exchange out of `answer`, which has links. NULL when memory runs out. */
struct answer *spelled_answer_make(const struct exchange *exchange, const struct answer *answer,
                                   const struct link_spelling *spelling);

#endif
