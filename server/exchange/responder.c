/* An exchange goes through stages, each of which either answers or hands on:

       spelled as one before → route and method → encoding → parameters and key → cache → compute

   Everything is of the snapshot that the exchange holds. The key has its generation, so that an
   answer is found as long as it is true, and those of an older index leave the cache as what nobody
   asks for does.

   A request that this thread has answered from the cache before, and whose entry is still there,
   needs the first alone (recent_hits.h); its conditions, its id and the counting of downloads are
   looked at as for any other.

   Everything up to the cache works on the stack and touches no file, so a bad request costs its
   parsing and nothing else. Where the answer is not in the cache, and either another thread
   computes it or this one may not now, the request is put off: nothing of it has happened, and it
   begins anew later. cached_answer.c makes responses of what the cache has. */
#include "server/exchange/responder.h"

#include "server/answer/answer.h"
#include "server/cache/recent_hits.h"
#include "server/exchange/cached_answer.h"
#include "server/exchange/exchange.h"
#include "server/exchange/login_only.h"
#include "server/exchange/reload_request.h"
#include "server/exchange/router.h"
#include "server/exchange/session.h"
#include "server/http/negotiation.h"
#include "server/http/plain_response.h"
#include "server/service/index_watch.h"
#include "server/telemetry/monotonic.h"

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

/* What the endpoint's answers have in common. */
static void begin_head(const struct exchange *exchange, struct answer_job *job)
{
    const struct endpoint *endpoint = exchange->endpoint;
    bool is_negotiated = endpoint->plain_type == NULL;
    job->location[0] = '\0';
    snprintf(job->surrogate_key, sizeof job->surrogate_key, "%s",
             endpoint->surrogate_key != NULL ? endpoint->surrogate_key : "");
    job->head = (struct answer_head){
        .status = MHD_HTTP_OK,
        .content_type =
            is_negotiated ? encoding_media_type(exchange->encoding) : endpoint->plain_type,
        .cache_control = endpoint->cache_control,
        .is_negotiated = is_negotiated,
        .location = job->location,
        .surrogate_key = job->surrogate_key,
        .arm = EXPERIMENT_NONE,
        .store = exchange->service->bodies,
    };
}

/* What was read of a file that somebody writes to is worth nothing, whatever it looks like; nor is
   an error that came of it. Returns -1 where the index file cannot be believed. */
static int check_snapshot(const struct exchange *exchange, bool was_read, struct failure *failure)
{
    if (exchange->endpoint->needs_no_index)
        return 0;
    if (!exchange->snapshot->is_damaged) {
        if (!was_read || snapshot_is_sound(exchange->snapshot))
            return 0;
        index_watch_wake(exchange->service->watch);
    }
    return failure_set(failure, MHD_HTTP_SERVICE_UNAVAILABLE,
                       "the index file was changed in place: try again when it is whole");
}

/* Runs the endpoint into `body`. */
static int compute_body(const struct exchange *exchange, const void *parameters,
                        struct answer_job *job, msgpack_sbuffer *body, struct failure *failure)
{
    encoder_init(&job->encoder, exchange->encoding, body);
    job->service = exchange->service;
    job->snapshot = exchange->snapshot;
    begin_head(exchange, job);
    job->trace = &exchange->outcome->trace;
    job->trace->search_seconds = 0;
    if (check_snapshot(exchange, false, failure) != 0)
        return -1;
    failure->status = 500;
    job->reader = reader_pool_borrow(exchange->snapshot->readers);
    if (job->reader == NULL)
        return error_set(&failure->error, "more answers are computed than there are readers");
    int status = exchange->endpoint->answer(job, parameters, failure);
    reader_pool_return(exchange->snapshot->readers, job->reader);
    if (check_snapshot(exchange, true, failure) != 0)
        return -1;
    if (status != 0 || exchange->endpoint->plain_type != NULL || job->location[0] != '\0')
        return status;
    failure->status = 500;
    return encoder_finish(&job->encoder, &failure->error);
}

static struct answer *compute_answer(const struct exchange *exchange, const void *parameters,
                                     struct answer_job *job, struct failure *failure)
{
    struct answer *answer = NULL;
    msgpack_sbuffer body;
    msgpack_sbuffer_init(&body);
    if (exchange->endpoint->has_links)
        link_spelling_write(&job->spelling, exchange->request->query);
    if (compute_body(exchange, parameters, job, &body, failure) == 0) {
        bool has_links = exchange->endpoint->has_links && list_page_has_links(&job->page);
        failure->status = 500;
        answer = answer_create(&job->head, &body, has_links ? &job->page : NULL,
                               has_links ? &job->spelling : NULL, &failure->error);
    }
    msgpack_sbuffer_destroy(&body);
    return answer;
}

static enum MHD_Result answer_miss(const struct exchange *exchange, struct cache_entry *entry,
                                   const void *parameters)
{
    struct cache *cache = exchange->service->cache;
    struct failure failure;
    struct answer_job job;
    double start = monotonic_seconds();
    exchange->outcome->has_computed = true;
    struct answer *answer = compute_answer(exchange, parameters, &job, &failure);
    if (answer == NULL) {
        cache_abandon(cache, entry);
        return exchange_failure(exchange, &failure);
    }
    cache_fill(cache, entry, answer, answer_cost(answer));
    enum MHD_Result result = cached_answer_miss(exchange, entry, monotonic_seconds() - start);
    cache_release(cache, entry);
    return result;
}

static enum MHD_Result answer_cached(const struct exchange *exchange, const void *parameters,
                                     const struct canonical_key *key)
{
    struct cache *cache = exchange->service->cache;
    enum cache_outcome found;
    struct cache_entry *entry =
        cache_try_acquire(cache, key->bytes, key->size, exchange->haste == TRANSACTION_COMPUTES,
                          exchange->again != NULL, &found);
    if (found == CACHE_FAILED)
        return exchange_out_of_memory(exchange);
    if (entry == NULL && exchange->haste == TRANSACTION_LATE) {
        exchange->outcome->is_late = true;
        return exchange_error(exchange, MHD_HTTP_SERVICE_UNAVAILABLE,
                              "the server has more to compute than it can: try again later");
    }
    if (entry == NULL)
        return exchange_put_off(exchange, 0);
    if (found == CACHE_COMPUTE)
        return answer_miss(exchange, entry, parameters);
    enum MHD_Result result = cached_answer_hit(exchange, entry, key);
    cache_release(cache, entry);
    return result;
}

static enum MHD_Result answer_uncached(const struct exchange *exchange, const void *parameters)
{
    struct failure failure;
    struct answer_job job;
    msgpack_sbuffer body;
    msgpack_sbuffer_init(&body);
    if (compute_body(exchange, parameters, &job, &body, &failure) != 0) {
        msgpack_sbuffer_destroy(&body);
        return exchange_failure(exchange, &failure);
    }
    const struct response_headers headers = {
        .content_type = job.head.content_type,
        .cache_control = job.head.cache_control,
        .request_id = request_id(exchange->request),
        .varies_by_accept = job.head.is_negotiated,
        .varies_by_coding = job.head.is_negotiated && exchange->endpoint->plain_type == NULL,
        .is_for_own_origin = exchange_is_admin(exchange),
    };
    size_t size = body.size;
    exchange_note_body(exchange, exchange->endpoint->plain_type != NULL, CODING_IDENTITY);
    return exchange_queue_once(exchange, job.head.status, plain_response(&body, &headers), size);
}

/* Parameters and key, then the cache. */
static enum MHD_Result answer(const struct exchange *exchange, struct request *request)
{
    union endpoint_parameters parameters;
    struct canonical_key key;
    struct failure failure;
    struct query_string query;
    if (request_parse_query(request, &query, &failure) != 0)
        return exchange_failure(exchange, &failure);
    const struct question question = {
        .service = exchange->service,
        .snapshot = exchange->snapshot,
        .request = request,
        .arm = exchange->arm,
        .key = &key,
    };
    canonical_key_init(&key, exchange->outcome->route,
                       exchange->endpoint->plain_type == NULL ? exchange->encoding : 0);
    canonical_key_number(&key, 'g', exchange->snapshot->generation);
    if (exchange->endpoint->prepare != NULL &&
        exchange->endpoint->prepare(&question, &parameters, &failure) != 0)
        return exchange_failure(exchange, &failure);
    enum MHD_Result result;
    if (exchange->endpoint->is_action && !reload_is_over(exchange, &result))
        return result;
    if (!exchange->endpoint->is_cached)
        return answer_uncached(exchange, &parameters);
    if (key.is_too_long)
        return exchange_error(exchange, MHD_HTTP_URI_TOO_LONG, "the query is too long");
    return answer_cached(exchange, &parameters, &key);
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
    exchange->endpoint = router_find(request, exchange->service->role, &exchange->outcome->route);
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
    return answer(exchange, request);
}

enum MHD_Result respond_error(struct exchange *exchange, unsigned status, const char *detail)
{
    outcome_init(exchange->outcome, router_other());
    exchange->endpoint = NULL;
    if (negotiate_encoding(exchange->request->fields.accept, &exchange->encoding) != 0)
        exchange->encoding = ENCODING_JSON;
    return exchange_error(exchange, status, detail);
}
