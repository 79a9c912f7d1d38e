/* All who share an entry are sent the very response objects that the cache keeps. The one that
   computed queues a response of its own over the same bytes, which says "miss" and how long the
   parts took.

   A 304 is that response, too, queued with another status: libmicrohttpd leaves the body out.

   Links: two requests that share an entry may spell their links differently (link_spelling.h). On a
   hit with another spelling the items are copied into an answer with the links of this request,
   which is cached under the key with the spelling behind it: no search, and no more than one copy
   for each spelling. */
#include "server/exchange/cached_answer.h"

#include "server/answer/answer.h"
#include "server/cache/recent_hits.h"
#include "server/exchange/router.h"
#include "server/exchange/spelled_answer.h"
#include "server/http/conditional.h"
#include "server/service/download_counters.h"
#include "server/service/monotonic.h"
#include "server/telemetry/asked_queries.h"
#include "server/telemetry/metrics.h"

#include <stdio.h>

/* Makes or finds the representation that the request wants, and tells the cache what it costs. */
static const struct representation *represent(const struct exchange *exchange,
                                              struct cache_entry *entry)
{
    struct error error;
    size_t added_bytes;
    const struct representation *representation = answer_representation(
        cache_value(entry), negotiate_coding(exchange->request->fields.accept_encoding),
        &added_bytes, &error);
    if (added_bytes > 0)
        cache_charge(exchange->service->cache, entry, added_bytes);
    return representation;
}

/* A download counts when it is answered, whether the answer was made now or before. */
static void count_download(const struct exchange *exchange, const struct answer *answer)
{
    const struct counted_download *download = &answer_head(answer)->download;
    if (download->is_counted && exchange->request->method == METHOD_GET &&
        download_counters_add(exchange->service->downloads, download))
        metrics_count_download(exchange->service->metrics);
}

/* Apart, for the room that it takes on the stack costs what has no need of it. */
static void __attribute__((noinline))
note_taken(const struct exchange *exchange, const struct asked_query *query)
{
    struct asked_queries *asked = exchange->service->asked;
    const struct asker *asker = exchange->asker;
    struct ip_address client;
    bool is_forwarded = exchange->forwarded_client != NULL &&
                        ip_address_parse(exchange->forwarded_client, &client) == 0;
    asked_queries_note(asked, asker->thread, query,
                       is_forwarded ? asked_queries_client(asked, &client) : asker->client);
}

/* Like a download, a search counts when it is answered: the text of an answer that was made before
   is still known. */
static void note_asked(const struct exchange *exchange, const struct asked_query *query)
{
    struct asked_queries *asked = exchange->service->asked;
    if (asked != NULL && exchange->request->method == METHOD_GET &&
        asked_queries_take(asked, exchange->asker->thread))
        note_taken(exchange, query);
}

/* The answer's status, or what the request's conditions make of it. */
static enum MHD_Result queue_representation(const struct exchange *exchange,
                                            const struct answer *answer,
                                            const struct representation *representation,
                                            struct MHD_Response *response)
{
    const struct answer_head *head = answer_head(answer);
    unsigned status = head->status;
    if (response == NULL)
        return exchange_out_of_memory(exchange);
    enum precondition_outcome outcome = PRECONDITION_PROCEED;
    if (status == MHD_HTTP_OK)
        outcome = preconditions_weigh(&exchange->request->fields.preconditions,
                                      representation_etag(representation), head->last_modified);
    if (outcome == PRECONDITION_FAILED)
        return exchange_error(exchange, MHD_HTTP_PRECONDITION_FAILED, "a precondition failed");
    count_download(exchange, answer);
    if (head->asked != NULL)
        note_asked(exchange, head->asked);
    exchange->outcome->arm = head->arm;
    exchange_note_body(exchange, exchange->endpoint->plain_type != NULL || status == MHD_HTTP_FOUND,
                       representation_coding(representation));
    if (outcome == PRECONDITION_NOT_MODIFIED)
        return exchange_queue(exchange, MHD_HTTP_NOT_MODIFIED, response, 0);
    return exchange_queue(exchange, status, response, representation_size(representation));
}

/* The response that the cache keeps has no X-Request-Id. One of its own is made for a request only
   where somebody looks for the id: the client sent one, or the log names it. */
static enum MHD_Result queue_found(const struct exchange *exchange, const struct answer *answer,
                                   const struct representation *representation)
{
    exchange->outcome->cache_state = CACHE_STATE_HIT;
    if (exchange->request->id == NULL)
        return queue_representation(exchange, answer, representation,
                                    representation_hit(representation));
    struct MHD_Response *response =
        representation_hit_of(answer, representation, exchange->request->id);
    enum MHD_Result result = queue_representation(exchange, answer, representation, response);
    if (response != NULL)
        MHD_destroy_response(response);
    return result;
}

bool cached_answer_again(struct exchange *exchange, enum MHD_Result *result)
{
    const struct recent_hit *hit =
        recent_hits_find(exchange->service->recent_hits, &exchange->recent_key);
    if (hit == NULL)
        return false;
    exchange->outcome->route = hit->route;
    exchange->endpoint = router_endpoint(hit->route);
    exchange->encoding = hit->encoding;
    *result = queue_found(exchange, cache_value(hit->entry), hit->representation);
    return true;
}

/* The representation that the request wants, for a hit: the cache is told what it adds. */
static const struct representation *represent_hit(const struct exchange *exchange,
                                                  struct cache_entry *entry)
{
    const struct representation *representation = represent(exchange, entry);
    size_t added_bytes = representation != NULL && exchange->request->id == NULL
                             ? representation_hit_cost(representation)
                             : 0;
    if (added_bytes > 0)
        cache_charge(exchange->service->cache, entry, added_bytes);
    return representation;
}

/* A hit of the cache, which the thread remembers for the next request like this one. */
static enum MHD_Result queue_hit(const struct exchange *exchange, struct cache_entry *entry)
{
    const struct representation *representation = represent_hit(exchange, entry);
    if (representation == NULL)
        return exchange_out_of_memory(exchange);
    if (!exchange->endpoint->has_moving_key) {
        const struct recent_hit hit = {entry, representation, exchange->outcome->route,
                                       exchange->encoding};
        recent_hits_keep(exchange->service->recent_hits, &exchange->recent_key, &hit);
    }
    return queue_found(exchange, cache_value(entry), representation);
}

/* A hit whose links another client spelled: looks for the answer with our spelling, or makes it. */
static enum MHD_Result answer_spelled(const struct exchange *exchange,
                                      const struct cache_entry *entry,
                                      const struct canonical_key *key,
                                      const struct link_spelling *spelling)
{
    struct cache *cache = exchange->service->cache;
    struct spelled_key own_key;
    enum cache_outcome found;
    spelled_key_make(&own_key, key, spelling);
    struct cache_entry *own = cache_acquire(cache, own_key.bytes, own_key.size, &found);
    if (own == NULL)
        return exchange_out_of_memory(exchange);
    if (found == CACHE_COMPUTE) {
        struct answer *answer = spelled_answer_make(exchange, cache_value(entry), spelling);
        if (answer == NULL) {
            cache_abandon(cache, own);
            return exchange_out_of_memory(exchange);
        }
        cache_fill(cache, own, answer, answer_cost(answer));
    }
    enum MHD_Result result = queue_hit(exchange, own);
    cache_release(cache, own);
    return result;
}

enum MHD_Result cached_answer_hit(const struct exchange *exchange, struct cache_entry *entry,
                                  const struct canonical_key *key)
{
    const struct answer *answer = cache_value(entry);
    if (answer_page(answer) == NULL)
        return queue_hit(exchange, entry);
    struct link_spelling spelling;
    link_spelling_write(&spelling, exchange->request->query);
    if (answer_is_spelled(answer, &spelling))
        return queue_hit(exchange, entry);
    return answer_spelled(exchange, entry, key, &spelling);
}

bool cached_answer_stale(const struct exchange *exchange, struct cache_entry *entry,
                         enum MHD_Result *result)
{
    const struct answer *answer = cache_value(entry);
    if (answer_page(answer) != NULL) {
        struct link_spelling spelling;
        link_spelling_write(&spelling, exchange->request->query);
        if (!answer_is_spelled(answer, &spelling))
            return false;
    }
    const struct representation *representation = represent_hit(exchange, entry);
    *result = representation != NULL ? queue_found(exchange, answer, representation)
                                     : exchange_out_of_memory(exchange);
    return true;
}

enum MHD_Result cached_answer_miss(const struct exchange *exchange, struct cache_entry *entry,
                                   double answer_seconds)
{
    struct trace *trace = &exchange->outcome->trace;
    double start = monotonic_seconds();
    const struct representation *representation = represent(exchange, entry);
    if (representation == NULL)
        return exchange_out_of_memory(exchange);
    trace->has_parts = true;
    trace->assemble_seconds = answer_seconds - trace->search_seconds;
    trace->compress_seconds = representation_coding(representation) == CODING_IDENTITY
                                  ? 0.0
                                  : monotonic_seconds() - start;
    char timing[128];
    snprintf(timing, sizeof timing,
             "cache;desc=miss, search;dur=%.3f, assemble;dur=%.3f, compress;dur=%.3f",
             trace->search_seconds * 1e3, trace->assemble_seconds * 1e3,
             trace->compress_seconds * 1e3);
    exchange->outcome->cache_state = CACHE_STATE_MISS;
    const struct asked_query *asked = answer_head(cache_value(entry))->asked;
    exchange->outcome->asked_id = asked != NULL ? asked->id : 0;
    struct MHD_Response *response = representation_miss(cache_value(entry), representation, timing,
                                                        request_id(exchange->request));
    enum MHD_Result result =
        queue_representation(exchange, cache_value(entry), representation, response);
    if (response != NULL)
        MHD_destroy_response(response);
    return result;
}
