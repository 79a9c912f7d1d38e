/* From an entry of the cache to a queued response: the representation that the request wants, its
   conditions, and the links as it spells them. */
#ifndef CRATEDEX_SERVER_CACHED_ANSWER_H
#define CRATEDEX_SERVER_CACHED_ANSWER_H

#include "server/cache/cache.h"
#include "server/exchange/exchange.h"
#include "server/parameters/canonical_key.h"

#include <microhttpd.h>
#include <stdbool.h>

/* Answers a request that the thread has answered from the cache before, and notes route, endpoint
   and encoding, which nothing needs to find again. Returns false, with nothing done, where it is no
   such request; else `*result` is what libmicrohttpd wants to hear. */
bool cached_answer_again(struct exchange *exchange, enum MHD_Result *result);

/* Answers from a filled entry, found under `key`; the caller keeps its reference. Allocates
   nothing, unless the request has an id or is the first that finds the entry, in its spelling of
   the links and its content coding. */
enum MHD_Result cached_answer_hit(const struct exchange *exchange, struct cache_entry *entry,
                                  const struct canonical_key *key);

/* Answers from a filled entry of another generation, unless its links are spelled in another way
   than the request's: then false, with nothing done. */
bool cached_answer_stale(const struct exchange *exchange, struct cache_entry *entry,
                         enum MHD_Result *result);

/* Answers the request that filled the entry, which took `answer_seconds`; the caller keeps its
   reference. */
enum MHD_Result cached_answer_miss(const struct exchange *exchange, struct cache_entry *entry,
                                   double answer_seconds);

#endif
