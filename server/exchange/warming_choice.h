/* Which of the cache's answers are to be made anew. */
#ifndef CRATEDEX_SERVER_WARMING_CHOICE_H
#define CRATEDEX_SERVER_WARMING_CHOICE_H

#include "server/answer/original_request.h"
#include "server/cache/cache.h"
#include "server/http/negotiation.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chosen_answer {
    struct original_request *original; /* a copy, from malloc */
    unsigned n_uses;                   /* of the answer, at least 1 */
    bool is_redirect;                  /* the answer was */
    bool codings[N_CONTENT_CODINGS];   /* in which it was asked for */
};

struct warming_choice {
    struct chosen_answer *answers; /* most used first */
    size_t n_answers;
};

/* Chooses among the answers of a generation that are in use those that are most, no more than
   `max_answers`, and than cost `max_bytes` together. Returns 0; -1 when memory runs out.
   warming_choice_free is right in any case. */
int warming_choose(struct warming_choice *choice, struct cache *cache, uint64_t generation,
                   size_t max_answers, size_t max_bytes);
void warming_choice_free(struct warming_choice *choice);

#endif
