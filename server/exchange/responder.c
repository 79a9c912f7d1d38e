/* An exchange goes through stages, each of which either answers or hands on:

       spelled as one before → route and method → encoding → parameters and key → cache → compute

   Everything is of the snapshot that the exchange holds. The key has its generation, so that an
   answer is found as long as it is true; stale_answers.c says what becomes of those of an older
   index.

   A request that this thread has answered from the cache before, and whose entry is still there,
   needs the first alone (recent_hits.h); its conditions, its id and the counting of downloads are
   looked at as for any other.

   Everything up to the cache works on the stack and touches no file, so a bad request costs its
   parsing and nothing else. Where the answer is not in the cache, and either another thread
   computes it or this one may not now, the request is put off: nothing of it has happened, and it
   begins anew later. computation.c has the work of an endpoint, cached_answer.c makes responses of
   what the cache has. */
#include "server/exchange/responder.h"

#include "server/answer/answer.h"
#include "server/cache/recent_hits.h"
#include "server/exchange/cached_answer.h"
#include "server/exchange/computation.h"
#include "server/exchange/exchange.h"
#include "server/exchange/login_only.h"
#include "server/exchange/reload_request.h"
#include "server/exchange/router.h"
#include "server/exchange/session.h"
#include "server/exchange/stale_answers.h"
#include "server/http/negotiation.h"
#include "server/http/plain_response.h"
#include "server/service/monotonic.h"

#include <stdio.h>
#include <string.h>

static enum MHD_Result queue_login_only(const struct exchange *exchange,
                                        const struct login_only *login_only)
{
    exchange->outcome->route = router_other();
    if (login_only_has_method(login_only, exchange->request->method_name))
        return exchange_error(exchange, MHD_HTTP_FORBIDDEN, LOGIN_ONLY_DETAIL);
    char detail[96];
    snprintf(detail, sizeof detail, "method not allowed: use %s", login_only->methods);
    return exchange_error_allowing(exchange, MHD_HTTP_METHOD_NOT_ALLOWED, detail,
                                   login_only->methods);
}

static enum MHD_Result answer_miss(const struct exchange *exchange, struct cache_entry *entry,
                                   const struct computation *computation)
{
    struct cache *cache = exchange->service->cache;
    struct failure failure;
    double start = monotonic_seconds();
    exchange->outcome->has_computed = true;
    struct answer *answer = computation_answer(exchange, computation, &failure);
    if (answer == NULL) {
        cache_abandon(cache, entry);
        return exchange_failure(exchange, &failure);
    }
    cache_fill(cache, entry, answer, answer_cost(answer));
    enum MHD_Result result = cached_answer_miss(exchange, entry, monotonic_seconds() - start);
    cache_release(cache, entry);
    return result;
}

static enum MHD_Result answer_cached(const struct exchange *exchange,
                                     struct computation *computation)
{
    struct cache *cache = exchange->service->cache;
    struct canonical_key *key = &computation->key;
    enum MHD_Result result;
    enum cache_outcome found;
    struct cache_entry *entry =
        cache_try_acquire(cache, key->bytes, key->size, exchange->haste == TRANSACTION_COMPUTES,
                          exchange->again != NULL, &found);
    if (found == CACHE_FAILED)
        return exchange_out_of_memory(exchange);
    if (entry == NULL && stale_answer(exchange, key, &result))
        return result;
    if (entry == NULL && exchange->haste == TRANSACTION_LATE) {
        exchange->outcome->is_late = true;
        return exchange_error(exchange, MHD_HTTP_SERVICE_UNAVAILABLE,
                              "the server has more to compute than it can: try again later");
    }
    if (entry == NULL)
        return exchange_put_off(exchange, 0);
    if (found == CACHE_COMPUTE)
        return answer_miss(exchange, entry, computation);
    result = cached_answer_hit(exchange, entry, key);
    cache_release(cache, entry);
    return result;
}

static enum MHD_Result answer_uncached(const struct exchange *exchange,
                                       const struct computation *computation)
{
    struct failure failure;
    struct answer_job job;
    msgpack_sbuffer body;
    msgpack_sbuffer_init(&body);
    if (computation_run(exchange, computation, &job, &body, &failure) != 0) {
        msgpack_sbuffer_destroy(&body);
        return exchange_failure(exchange, &failure);
    }
    const struct response_headers headers = {
        .content_type = job.head.content_type,
        .cache_control = job.head.cache_control,
        .request_id = request_id(exchange->request),
        .varies_by_accept = job.head.is_negotiated,
        .varies_by_coding = job.head.is_negotiated && exchange->endpoint->plain_type == NULL,
        .is_for_own_origin = exchange_is_private(exchange),
        .is_page = job.head.is_page,
    };
    size_t size = body.size;
    exchange_note_body(exchange, exchange->endpoint->plain_type != NULL, CODING_IDENTITY);
    return exchange_queue_once(exchange, job.head.status, plain_response(&body, &headers), size);
}

/* Parameters and key, then the cache. */
static enum MHD_Result answer(const struct exchange *exchange)
{
    struct computation computation;
    struct failure failure;
    if (computation_prepare(exchange, &computation, &failure) != 0)
        return exchange_failure(exchange, &failure);
    enum MHD_Result result;
    if (exchange->endpoint->is_action && !reload_is_over(exchange, &result))
        return result;
    if (!exchange->endpoint->is_cached)
        return answer_uncached(exchange, &computation);
    if (computation.key.is_too_long)
        return exchange_error(exchange, MHD_HTTP_URI_TOO_LONG, "the query is too long");
    return answer_cached(exchange, &computation);
}

/* What only those who are logged in could do. */
static bool answer_without_session(const struct exchange *exchange, bool is_acceptable,
                                   enum MHD_Result *result)
{
    if (session_answer(exchange, is_acceptable, result))
        return true;
    const struct login_only *login_only =
        login_only_find(exchange->request->path, exchange->endpoint);
    if (login_only != NULL)
        *result = queue_login_only(exchange, login_only);
    return login_only != NULL;
}

/* `OPTIONS *` (RFC 9110, section 9.3.7). */
static bool asks_for_server_options(const struct request *request)
{
    return request->method == METHOD_OPTIONS && strcmp(request->path, "*") == 0;
}

enum MHD_Result respond(struct exchange *exchange)
{
    struct request *request = exchange->request;
    outcome_init(exchange->outcome, router_other());
    exchange->endpoint = NULL;
    exchange->encoding = ENCODING_JSON;
    /* An experiment's arm is drawn from what no key of the kind holds. */
    exchange->recent_key.size = 0;
    if (exchange->service->experiment == NULL)
        recent_key_make(&exchange->recent_key, exchange->snapshot->generation, request);
    enum MHD_Result result;
    if (cached_answer_again(exchange, &result))
        return result;
    request_read_target(request);
    bool is_acceptable = negotiate_encoding(request->fields.accept, &exchange->encoding) == 0;
    if (!is_acceptable)
        exchange->encoding = ENCODING_JSON;
    exchange->endpoint = router_find(request, exchange->service, &exchange->outcome->route);
    if (request->method == METHOD_UNKNOWN)
        return exchange_error(exchange, MHD_HTTP_NOT_IMPLEMENTED,
                              "method not implemented: use " ALLOWED_METHODS);
    if (!exchange_is_admin(exchange) && answer_without_session(exchange, is_acceptable, &result))
        return result;
    if (exchange->endpoint == NULL && !asks_for_server_options(request))
        return exchange_error(exchange, MHD_HTTP_NOT_FOUND, "Not Found");
    if (exchange->endpoint != NULL && exchange->endpoint->is_action) {
        if (strcmp(request->method_name, MHD_HTTP_METHOD_POST) != 0)
            return exchange_error_allowing(exchange, MHD_HTTP_METHOD_NOT_ALLOWED,
                                           "method not allowed: use POST", MHD_HTTP_METHOD_POST);
    } else if (request->method == METHOD_OPTIONS) {
        return exchange_options(exchange, ALLOWED_METHODS);
    } else if (request->method == METHOD_OTHER) {
        return exchange_error(exchange, MHD_HTTP_METHOD_NOT_ALLOWED,
                              "method not allowed: use " ALLOWED_METHODS);
    }
    if (!is_acceptable && exchange->endpoint->plain_type == NULL && !exchange->endpoint->redirects)
        return exchange_not_acceptable(exchange);
    return answer(exchange);
}

enum MHD_Result respond_error(struct exchange *exchange, unsigned status, const char *detail)
{
    outcome_init(exchange->outcome, router_other());
    exchange->endpoint = NULL;
    if (negotiate_encoding(exchange->request->fields.accept, &exchange->encoding) != 0)
        exchange->encoding = ENCODING_JSON;
    return exchange_error(exchange, status, detail);
}
