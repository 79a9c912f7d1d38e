/* An answer's key has the generation of its snapshot, so what is cached of an older index is not
   found, and lies in the cache until it is taken out: at once when another index is published, or,
   with --freshness, as soon as that time is over.

   Meanwhile the request that would be put off gets it. Whoever may compute does, so the new answers
   come as fast as the machine makes them, and nobody waits for that whom an old one serves. Who
   asks under a condition compares with what he has, and waits for the new one. One whose links are
   spelled in another way than this request's would first have to be copied; the new one is no more
   work. No thread remembers a stale hit (recent_hits.h): it would not see that its time is over. */
#include "server/exchange/stale_answers.h"

#include "server/cache/cache.h"
#include "server/exchange/cached_answer.h"
#include "server/http/conditional.h"
#include "server/service/monotonic.h"
#include "server/telemetry/metrics.h"

static bool may_be_stale(const struct exchange *exchange)
{
    return monotonic_seconds() < exchange->snapshot->stale_until &&
           preconditions_are_absent(&exchange->request->fields.preconditions);
}

bool stale_answer(const struct exchange *exchange, struct canonical_key *key,
                  enum MHD_Result *result)
{
    const struct snapshot *snapshot = exchange->snapshot;
    if (snapshot->stale_generation == 0 || !may_be_stale(exchange))
        return false;
    enum cache_outcome found;
    canonical_key_set_generation(key, snapshot->stale_generation);
    struct cache_entry *entry =
        cache_try_acquire(exchange->service->cache, key->bytes, key->size, false, false, &found);
    canonical_key_set_generation(key, snapshot->generation);
    if (entry == NULL)
        return false;
    bool is_answered = cached_answer_stale(exchange, entry, result);
    if (is_answered)
        metrics_count_stale_hit(exchange->service->metrics);
    cache_release(exchange->service->cache, entry);
    return is_answered;
}

static bool is_older(const void *value, const void *context)
{
    const uint64_t *oldest = context;
    return answer_head(value)->original->generation < *oldest;
}

void stale_answers_forget(const struct service *service, uint64_t oldest)
{
    cache_drop(service->cache, is_older, &oldest);
    body_store_give_up_free(service->bodies);
}
