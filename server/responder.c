/* An exchange goes through stages, each of which either answers or hands on:

       spelled as one before → route and method → encoding → parameters and key → cache → compute

   A request that this thread has answered from the cache before, and whose entry is still there, needs the
   first alone (recent_hits.h); its conditions, its id and the counting of downloads are looked at as for any
   other.

   Everything up to the cache works on the stack and touches no file, so a bad request costs its
   parsing and nothing else. The thread that is told CACHE_COMPUTE computes while the others who want
   the same key wait in cache_acquire; they then queue the very response objects that the cache keeps.
   The one that computed queues a response of its own over the same bytes, which says "miss" and how
   long the parts took.

   Links: two requests that share an entry may spell their links differently (link_spelling.h). On a
   hit with another spelling the items are copied into an answer with the links of this request,
   which is cached under the key with the spelling behind it: no search, and no more than one copy for
   each spelling. */
#include "server/responder.h"

#include "server/answer.h"
#include "server/conditional.h"
#include "server/endpoint.h"
#include "server/login_only.h"
#include "server/negotiation.h"
#include "server/plain_response.h"
#include "server/recent_hits.h"
#include "server/router.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

struct exchange {
    const struct service *service;
    struct MHD_Connection *connection;
    struct request *request;
    const struct endpoint *endpoint;
    enum encoding encoding;
    const struct recent_key *recent_key; /* NULL: none was made */
    struct outcome *outcome;
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static enum MHD_Result queue(const struct exchange *exchange, unsigned status,
                             struct MHD_Response *response, size_t body_bytes)
{
    if (response == NULL)
        return MHD_NO;
    exchange->outcome->status = status;
    exchange->outcome->body_bytes = exchange->request->method == METHOD_HEAD ? 0 : body_bytes;
    return MHD_queue_response(exchange->connection, status, response);
}

static enum MHD_Result queue_once(const struct exchange *exchange, unsigned status,
                                  struct MHD_Response *response, size_t body_bytes)
{
    enum MHD_Result result = queue(exchange, status, response, body_bytes);
    if (response != NULL)
        MHD_destroy_response(response);
    return result;
}

/* Notes what the body is written in. */
static void note_body(const struct exchange *exchange, bool is_plain, enum content_coding coding)
{
    enum body_format encoded = exchange->encoding == ENCODING_JSON ? BODY_JSON : BODY_MESSAGEPACK;
    exchange->outcome->format = is_plain ? BODY_PLAIN : encoded;
    exchange->outcome->coding = coding;
}

/* `allow` is a list of methods for a 405, else NULL. */
static enum MHD_Result queue_error_allowing(const struct exchange *exchange, unsigned status,
                                            const char *detail, const char *allow)
{
    size_t size = 0;
    exchange->outcome->cache_state = CACHE_STATE_NONE;
    note_body(exchange, false, CODING_IDENTITY);
    struct MHD_Response *response =
        error_response(exchange->encoding, detail, allow, request_id(exchange->request), &size);
    return queue_once(exchange, status, response, size);
}

static enum MHD_Result queue_error(const struct exchange *exchange, unsigned status,
                                   const char *detail)
{
    return queue_error_allowing(exchange, status, detail,
                                status == MHD_HTTP_METHOD_NOT_ALLOWED ? ALLOWED_METHODS : NULL);
}

static enum MHD_Result queue_login_only(const struct exchange *exchange,
                                        const struct login_only *login_only)
{
    exchange->outcome->route = router_other();
    if (login_only_has_method(login_only, exchange->request->method_name))
        return queue_error(exchange, MHD_HTTP_FORBIDDEN, LOGIN_ONLY_DETAIL);
    char detail[96];
    snprintf(detail, sizeof detail, "method not allowed: use %s", login_only->methods);
    return queue_error_allowing(exchange, MHD_HTTP_METHOD_NOT_ALLOWED, detail, login_only->methods);
}

/* Clients are told what they did wrong; what went wrong here is for the log. */
static enum MHD_Result queue_failure(const struct exchange *exchange, const struct failure *failure)
{
    if (failure->status != 500)
        return queue_error(exchange, failure->status, failure->error.message);
    fprintf(stderr, "cratedex-server: %s: %s (request %s)\n", exchange->endpoint->path,
            failure->error.message, request_id(exchange->request));
    return queue_error(exchange, 500, "internal error: the server's log says more");
}

static enum MHD_Result queue_out_of_memory(const struct exchange *exchange)
{
    struct failure failure = {.status = 500};
    error_out_of_memory(&failure.error);
    return queue_failure(exchange, &failure);
}

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
    struct counted_download download = answer_head(answer)->download;
    if (download.rank == 0 || exchange->request->method != METHOD_GET)
        return;
    download_counters_add(exchange->service->downloads, download);
    metrics_count_download(exchange->service->metrics);
}

/* The answer's status, or what the request's conditions make of it. */
static enum MHD_Result queue_representation(const struct exchange *exchange,
                                            const struct answer *answer,
                                            const struct representation *representation,
                                            struct MHD_Response *response)
{
    const struct answer_head *head = answer_head(answer);
    unsigned status = head->status;
    enum precondition_outcome outcome = PRECONDITION_PROCEED;
    if (status == MHD_HTTP_OK)
        outcome = preconditions_weigh(&exchange->request->fields.preconditions,
                                      representation_etag(representation), head->last_modified);
    if (outcome == PRECONDITION_FAILED)
        return queue_error(exchange, MHD_HTTP_PRECONDITION_FAILED, "a precondition failed");
    count_download(exchange, answer);
    exchange->outcome->arm = head->arm;
    note_body(exchange, exchange->endpoint->plain_type != NULL || status == MHD_HTTP_FOUND,
              representation_coding(representation));
    if (outcome == PRECONDITION_NOT_MODIFIED)
        return queue(exchange, MHD_HTTP_NOT_MODIFIED, response, 0);
    return queue(exchange, status, response, representation_size(representation));
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

/* A hit of the cache, which the thread remembers for the next request like this one. */
static enum MHD_Result queue_hit(const struct exchange *exchange, struct cache_entry *entry)
{
    const struct representation *representation = represent(exchange, entry);
    if (representation == NULL)
        return queue_out_of_memory(exchange);
    if (!exchange->endpoint->has_moving_key) {
        const struct recent_hit hit = {entry, representation, exchange->outcome->route,
                                       exchange->encoding};
        recent_hits_keep(exchange->service->recent_hits, exchange->recent_key, &hit);
    }
    return queue_found(exchange, cache_value(entry), representation);
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
    };
}

/* Runs the endpoint into `body`. */
static int compute_body(const struct exchange *exchange,
                        const union endpoint_parameters *parameters, struct answer_job *job,
                        msgpack_sbuffer *body, struct failure *failure)
{
    encoder_init(&job->encoder, exchange->encoding, body);
    job->service = exchange->service;
    begin_head(exchange, job);
    job->trace = &exchange->outcome->trace;
    job->trace->search_seconds = 0;
    failure->status = 500;
    job->reader = reader_pool_borrow(exchange->service->readers);
    if (job->reader == NULL)
        return error_set(&failure->error, "more answers are computed than there are readers");
    int status = exchange->endpoint->answer(job, parameters, failure);
    reader_pool_return(exchange->service->readers, job->reader);
    if (status != 0 || exchange->endpoint->plain_type != NULL || job->location[0] != '\0')
        return status;
    failure->status = 500;
    return encoder_finish(&job->encoder, &failure->error);
}

static struct answer *compute_answer(const struct exchange *exchange,
                                     const union endpoint_parameters *parameters,
                                     struct answer_job *job, struct failure *failure)
{
    struct answer *answer = NULL;
    msgpack_sbuffer body;
    msgpack_sbuffer_init(&body);
    if (exchange->endpoint->has_links)
        link_spelling_write(&job->spelling, &exchange->request->query);
    if (compute_body(exchange, parameters, job, &body, failure) == 0) {
        bool has_links = exchange->endpoint->has_links && list_page_has_links(&job->page);
        failure->status = 500;
        answer = answer_create(&job->head, &body, has_links ? &job->page : NULL,
                               has_links ? &job->spelling : NULL, &failure->error);
    }
    msgpack_sbuffer_destroy(&body);
    return answer;
}

static enum MHD_Result queue_miss(const struct exchange *exchange, struct cache_entry *entry,
                                  double answer_seconds)
{
    struct trace *trace = &exchange->outcome->trace;
    double start = now();
    const struct representation *representation = represent(exchange, entry);
    if (representation == NULL)
        return queue_out_of_memory(exchange);
    trace->has_parts = true;
    trace->assemble_seconds = answer_seconds - trace->search_seconds;
    trace->compress_seconds =
        representation_coding(representation) == CODING_IDENTITY ? 0.0 : now() - start;
    char timing[128];
    snprintf(timing, sizeof timing,
             "cache;desc=miss, search;dur=%.3f, assemble;dur=%.3f, compress;dur=%.3f",
             trace->search_seconds * 1e3, trace->assemble_seconds * 1e3,
             trace->compress_seconds * 1e3);
    exchange->outcome->cache_state = CACHE_STATE_MISS;
    struct MHD_Response *response = representation_miss(cache_value(entry), representation, timing,
                                                        request_id(exchange->request));
    enum MHD_Result result =
        queue_representation(exchange, cache_value(entry), representation, response);
    if (response != NULL)
        MHD_destroy_response(response);
    return result;
}

static enum MHD_Result answer_miss(const struct exchange *exchange, struct cache_entry *entry,
                                   const union endpoint_parameters *parameters)
{
    struct cache *cache = exchange->service->cache;
    struct failure failure;
    struct answer_job job;
    double start = now();
    struct answer *answer = compute_answer(exchange, parameters, &job, &failure);
    if (answer == NULL) {
        cache_abandon(cache, entry);
        return queue_failure(exchange, &failure);
    }
    cache_fill(cache, entry, answer, answer_cost(answer));
    enum MHD_Result result = queue_miss(exchange, entry, now() - start);
    cache_release(cache, entry);
    return result;
}

/* The answer of `entry` with its links spelled in another way. */
static struct answer *respell(const struct exchange *exchange, const struct cache_entry *entry,
                              const struct link_spelling *spelling)
{
    struct answer *answer = cache_value(entry);
    struct answer *respelled = NULL;
    struct list_page page;
    struct encoder encoder;
    struct error error;
    msgpack_sbuffer body;
    size_t size;
    const void *bytes = answer_body(answer, &size);
    msgpack_sbuffer_init(&body);
    encoder_init(&encoder, exchange->encoding, &body);
    list_page_respell(answer_page(answer), bytes, spelling, &encoder, &page);
    if (encoder_finish(&encoder, &error) == 0)
        respelled = answer_create(answer_head(answer), &body, &page, spelling, &error);
    msgpack_sbuffer_destroy(&body);
    return respelled;
}

/* A hit whose links another client spelled: looks for the answer with our spelling, or makes it. */
static enum MHD_Result answer_respelled(const struct exchange *exchange,
                                        const struct cache_entry *entry,
                                        const struct canonical_key *key,
                                        const struct link_spelling *spelling)
{
    struct cache *cache = exchange->service->cache;
    unsigned char
        bytes[1 + CANONICAL_KEY_MAX_BYTES + sizeof spelling->value_at + LINK_SPELLING_MAX_BYTES];
    size_t size = 0;
    bytes[size++] = 0xff; /* no route: apart from all canonical keys */
    memcpy(bytes + size, key->bytes, key->size);
    size += key->size;
    memcpy(bytes + size, &spelling->value_at, sizeof spelling->value_at);
    size += sizeof spelling->value_at;
    memcpy(bytes + size, spelling->text, spelling->length);
    size += spelling->length;

    enum cache_outcome found;
    struct cache_entry *own = cache_acquire(cache, bytes, size, &found);
    if (own == NULL)
        return queue_out_of_memory(exchange);
    if (found == CACHE_COMPUTE) {
        struct answer *answer = respell(exchange, entry, spelling);
        if (answer == NULL) {
            cache_abandon(cache, own);
            return queue_out_of_memory(exchange);
        }
        cache_fill(cache, own, answer, answer_cost(answer));
    }
    enum MHD_Result result = queue_hit(exchange, own);
    cache_release(cache, own);
    return result;
}

static enum MHD_Result answer_hit(const struct exchange *exchange, struct cache_entry *entry,
                                  const struct canonical_key *key)
{
    const struct answer *answer = cache_value(entry);
    if (answer_page(answer) == NULL)
        return queue_hit(exchange, entry);
    struct link_spelling spelling;
    link_spelling_write(&spelling, &exchange->request->query);
    if (answer_is_spelled(answer, &spelling))
        return queue_hit(exchange, entry);
    return answer_respelled(exchange, entry, key, &spelling);
}

static enum MHD_Result answer_cached(const struct exchange *exchange,
                                     const union endpoint_parameters *parameters,
                                     const struct canonical_key *key)
{
    struct cache *cache = exchange->service->cache;
    enum cache_outcome found;
    struct cache_entry *entry = cache_acquire(cache, key->bytes, key->size, &found);
    if (entry == NULL)
        return queue_out_of_memory(exchange);
    if (found == CACHE_COMPUTE)
        return answer_miss(exchange, entry, parameters);
    enum MHD_Result result = answer_hit(exchange, entry, key);
    cache_release(cache, entry);
    return result;
}

static enum MHD_Result answer_uncached(const struct exchange *exchange,
                                       const union endpoint_parameters *parameters)
{
    struct failure failure;
    struct answer_job job;
    msgpack_sbuffer body;
    msgpack_sbuffer_init(&body);
    if (compute_body(exchange, parameters, &job, &body, &failure) != 0) {
        msgpack_sbuffer_destroy(&body);
        return queue_failure(exchange, &failure);
    }
    const struct response_headers headers = {
        .content_type = job.head.content_type,
        .cache_control = job.head.cache_control,
        .request_id = request_id(exchange->request),
        .varies_by_accept = job.head.is_negotiated,
        .varies_by_coding = job.head.is_negotiated && exchange->endpoint->plain_type == NULL,
    };
    size_t size = body.size;
    note_body(exchange, exchange->endpoint->plain_type != NULL, CODING_IDENTITY);
    return queue_once(exchange, job.head.status, plain_response(&body, &headers), size);
}

/* Parameters and key, then the cache. */
static enum MHD_Result answer(const struct exchange *exchange, struct request *request)
{
    union endpoint_parameters parameters;
    struct canonical_key key;
    struct failure failure;
    if (request_parse_query(request, &failure) != 0)
        return queue_failure(exchange, &failure);
    canonical_key_init(&key, exchange->outcome->route,
                       exchange->endpoint->plain_type == NULL ? exchange->encoding : 0);
    if (exchange->endpoint->prepare != NULL &&
        exchange->endpoint->prepare(exchange->service, request, &parameters, &key, &failure) != 0)
        return queue_failure(exchange, &failure);
    if (!exchange->endpoint->is_cached)
        return answer_uncached(exchange, &parameters);
    if (key.is_too_long)
        return queue_error(exchange, MHD_HTTP_URI_TOO_LONG, "the query is too long");
    return answer_cached(exchange, &parameters, &key);
}

/* `OPTIONS *` (RFC 9110, section 9.3.7). */
static bool asks_for_server_options(const struct request *request)
{
    return request->method == METHOD_OPTIONS && strcmp(request->path, "*") == 0;
}

enum MHD_Result respond(const struct service *service, struct MHD_Connection *connection,
                        struct request *request, struct outcome *outcome)
{
    struct exchange exchange = {
        .service = service,
        .connection = connection,
        .request = request,
        .encoding = ENCODING_JSON,
        .outcome = outcome,
    };
    outcome_init(outcome, router_other());
    /* An experiment's arm is drawn from what no key of the kind holds. */
    struct recent_key recent_key = {.size = 0};
    if (service->experiment == NULL)
        recent_key_make(&recent_key, request);
    exchange.recent_key = &recent_key;
    const struct recent_hit *hit = recent_hits_find(service->recent_hits, &recent_key);
    if (hit != NULL) {
        outcome->route = hit->route;
        exchange.endpoint = router_endpoint(hit->route);
        exchange.encoding = hit->encoding;
        return queue_found(&exchange, cache_value(hit->entry), hit->representation);
    }
    bool is_acceptable = negotiate_encoding(request->fields.accept, &exchange.encoding) == 0;
    if (!is_acceptable)
        exchange.encoding = ENCODING_JSON;
    exchange.endpoint = router_find(request, &outcome->route);
    if (request->method == METHOD_UNKNOWN)
        return queue_error(&exchange, MHD_HTTP_NOT_IMPLEMENTED,
                           "method not implemented: use " ALLOWED_METHODS);
    const struct login_only *login_only = login_only_find(request->path, exchange.endpoint);
    if (login_only != NULL)
        return queue_login_only(&exchange, login_only);
    if (exchange.endpoint == NULL && !asks_for_server_options(request))
        return queue_error(&exchange, MHD_HTTP_NOT_FOUND, "Not Found");
    if (request->method == METHOD_OPTIONS)
        return queue_once(&exchange, MHD_HTTP_NO_CONTENT, options_response(request_id(request)), 0);
    if (request->method == METHOD_OTHER)
        return queue_error(&exchange, MHD_HTTP_METHOD_NOT_ALLOWED,
                           "method not allowed: use " ALLOWED_METHODS);
    if (!is_acceptable && exchange.endpoint->plain_type == NULL && !exchange.endpoint->redirects)
        return queue_error(&exchange, MHD_HTTP_NOT_ACCEPTABLE,
                           "not acceptable: use application/json or application/msgpack");
    return answer(&exchange, request);
}

enum MHD_Result respond_error(struct MHD_Connection *connection, struct request *request,
                              unsigned status, const char *detail, struct outcome *outcome)
{
    struct exchange exchange = {
        .connection = connection,
        .request = request,
        .outcome = outcome,
    };
    outcome_init(outcome, router_other());
    if (negotiate_encoding(request->fields.accept, &exchange.encoding) != 0)
        exchange.encoding = ENCODING_JSON;
    return queue_error(&exchange, status, detail);
}
