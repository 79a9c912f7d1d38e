/* Whoever queues also notes in the outcome what the metrics and the logs tell of it. Errors are
   made for one request and say its id. */
#include "server/exchange/exchange.h"

#include "server/http/negotiation.h"
#include "server/http/plain_response.h"
#include "server/pages/error_page.h"

#include <stdio.h>
#include <string.h>

/* What keeps us from answering is over soon, if it ends at all. */
#define RETRY_AFTER_SECONDS "1"

enum MHD_Result exchange_queue(const struct exchange *exchange, unsigned status,
                               struct MHD_Response *response, size_t body_bytes)
{
    if (response == NULL)
        return MHD_NO;
    exchange->outcome->status = status;
    exchange->outcome->body_bytes = exchange->request->method == METHOD_HEAD ? 0 : body_bytes;
    return MHD_queue_response(exchange->connection, status, response);
}

enum MHD_Result exchange_queue_once(const struct exchange *exchange, unsigned status,
                                    struct MHD_Response *response, size_t body_bytes)
{
    enum MHD_Result result = exchange_queue(exchange, status, response, body_bytes);
    if (response != NULL)
        MHD_destroy_response(response);
    return result;
}

void exchange_note_body(const struct exchange *exchange, bool is_plain, enum content_coding coding)
{
    enum body_format encoded = exchange->encoding == ENCODING_JSON ? BODY_JSON : BODY_MESSAGEPACK;
    exchange->outcome->format = is_plain ? BODY_PLAIN : encoded;
    exchange->outcome->coding = coding;
}

/* Whether a path, of which nothing may be known, is one that programs ask: what is there never
   depends on whether Accept names HTML. */
static bool is_for_programs(const char *path)
{
    static const char *const roots[] = {"/api", "/index", "/metrics", "/healthz", "/readyz", "/-"};
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        size_t length = strlen(roots[i]);
        if (strncmp(path, roots[i], length) == 0 && (path[length] == '/' || path[length] == '\0'))
            return true;
    }
    return path[0] != '/';
}

/* Whether errors are to be read by people: of a page, or of a path that nothing answers and that
   somebody went to with a browser. */
static bool is_for_people(const struct exchange *exchange)
{
    const struct request *request = exchange->request;
    if (exchange->endpoint != NULL)
        return endpoint_is_page(exchange->endpoint);
    const char *path =
        request->path[0] != '\0' || request->target == NULL ? request->path : request->target;
    return exchange->service->site != NULL && !exchange_is_admin(exchange) &&
           !is_for_programs(path) && accept_names_html(request->fields.accept);
}

/* The error as whoever asked reads it; NULL when memory runs out. */
static struct MHD_Response *make_error(const struct exchange *exchange, unsigned status,
                                       const char *detail, const char *allow, size_t *size)
{
    const struct response_headers headers = {
        .allow = allow,
        .request_id = request_id(exchange->request),
        .is_for_own_origin = exchange_is_private(exchange),
    };
    const struct error_page page = {
        .status = status,
        .detail = detail,
        .path = exchange->request->path,
        .banner = exchange->snapshot->settings.banner,
        .index = exchange->snapshot->is_damaged ? NULL : exchange->snapshot->index,
    };
    const bool is_page = is_for_people(exchange);
    exchange_note_body(exchange, is_page, CODING_IDENTITY);
    return is_page ? error_page(exchange->service->site, &page, &headers, size)
                   : error_response(exchange->encoding, detail, &headers, size);
}

enum MHD_Result exchange_error_allowing(const struct exchange *exchange, unsigned status,
                                        const char *detail, const char *allow)
{
    size_t size = 0;
    exchange->outcome->cache_state = CACHE_STATE_NONE;
    struct MHD_Response *response = make_error(exchange, status, detail, allow, &size);
    if (response != NULL && status == MHD_HTTP_SERVICE_UNAVAILABLE)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, RETRY_AFTER_SECONDS);
    return exchange_queue_once(exchange, status, response, size);
}

enum MHD_Result exchange_put_off(const struct exchange *exchange, uint64_t ticket)
{
    exchange->outcome->is_put_off = true;
    exchange->outcome->ticket = ticket;
    return MHD_YES;
}

enum MHD_Result exchange_options(const struct exchange *exchange, const char *methods)
{
    const struct response_headers headers = {
        .allow = methods,
        .request_id = request_id(exchange->request),
        .is_for_own_origin = exchange_is_private(exchange),
    };
    return exchange_queue_once(exchange, MHD_HTTP_NO_CONTENT, options_response(&headers), 0);
}

enum MHD_Result exchange_error(const struct exchange *exchange, unsigned status, const char *detail)
{
    return exchange_error_allowing(exchange, status, detail,
                                   status == MHD_HTTP_METHOD_NOT_ALLOWED ? ALLOWED_METHODS : NULL);
}

enum MHD_Result exchange_not_acceptable(const struct exchange *exchange)
{
    return exchange_error(exchange, MHD_HTTP_NOT_ACCEPTABLE,
                          "not acceptable: use application/json or application/msgpack");
}

enum MHD_Result exchange_failure(const struct exchange *exchange, const struct failure *failure)
{
    if (failure->status != 500)
        return exchange_error(exchange, failure->status, failure->error.message);
    fprintf(stderr, "cratedex-server: %s: %s (request %s)\n", exchange->endpoint->path,
            failure->error.message, request_id(exchange->request));
    return exchange_error(exchange, 500, "internal error: the server's log says more");
}

enum MHD_Result exchange_out_of_memory(const struct exchange *exchange)
{
    struct failure failure = {.status = 500};
    error_out_of_memory(&failure.error);
    return exchange_failure(exchange, &failure);
}
