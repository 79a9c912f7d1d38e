/* Answers of the index before the one that is served. */
#ifndef CRATEDEX_SERVER_STALE_ANSWERS_H
#define CRATEDEX_SERVER_STALE_ANSWERS_H

#include "server/exchange/exchange.h"
#include "server/parameters/canonical_key.h"

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

/* For a request that would have to wait for the answer of `key`, or be refused: answers it by that
   of the index before, as a hit, where --freshness allows that still and the cache has it. Returns
   false, with nothing done, else; the key's generation is changed for the call. */
bool stale_answer(const struct exchange *exchange, struct canonical_key *key,
                  enum MHD_Result *result);

/* Takes all answers of generations before `oldest` out of the cache, and gives the memory that is
   free then back to the system. Fits struct swap_steps; nobody computes such answers any more. */
void stale_answers_forget(const struct service *service, uint64_t oldest);

#endif
