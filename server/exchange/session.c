/* Beginning a session is a write, which a mirror refuses, and says so: the front end shows the
   sentence. Ending one succeeds, as on crates.io without a login, so that a front end that believes
   in a session gets rid of it. No cookie is read or set. */
#include "server/exchange/session.h"

#include "server/http/plain_response.h"

#include <stdio.h>
#include <string.h>

#define READ_ONLY_DETAIL "this registry is read-only"

struct session_path {
    const char *path;
    const char *method;
    const char *allow; /* the same, and OPTIONS: scripts of other origins ask first */
    enum MHD_Result (*answer)(const struct exchange *exchange, bool is_acceptable);
};

static enum MHD_Result refuse_to_begin(const struct exchange *exchange, bool is_acceptable)
{
    (void)is_acceptable;
    return exchange_error(exchange, MHD_HTTP_FORBIDDEN, READ_ONLY_DETAIL);
}

static enum MHD_Result end(const struct exchange *exchange, bool is_acceptable)
{
    msgpack_sbuffer body;
    struct encoder encoder;
    if (!is_acceptable)
        return exchange_not_acceptable(exchange);
    msgpack_sbuffer_init(&body);
    encoder_init(&encoder, exchange->encoding, &body);
    encoder_object(&encoder, 1);
    encoder_member_boolean(&encoder, "ok", true);
    encoder_end_object(&encoder);
    if (encoder_finish(&encoder, NULL) != 0) {
        msgpack_sbuffer_destroy(&body);
        return exchange_error(exchange, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory");
    }
    const struct response_headers headers = {
        .content_type = encoding_media_type(exchange->encoding),
        .cache_control = RESPONSE_NO_STORE,
        .request_id = request_id(exchange->request),
        .varies_by_accept = true,
    };
    size_t size = body.size;
    exchange_note_body(exchange, false, CODING_IDENTITY);
    return exchange_queue_once(exchange, MHD_HTTP_OK, plain_response(&body, &headers), size);
}

static const struct session_path paths[] = {
    {"/api/private/session", "DELETE", "DELETE, OPTIONS", end},
    {"/api/private/session/begin", "POST", "POST, OPTIONS", refuse_to_begin},
};

static enum MHD_Result answer_method(const struct exchange *exchange,
                                     const struct session_path *path, bool is_acceptable)
{
    struct request *request = exchange->request;
    char detail[64];
    if (request->method == METHOD_OPTIONS)
        return exchange_options(exchange, path->allow);
    if (strcmp(request->method_name, path->method) == 0)
        return path->answer(exchange, is_acceptable);
    snprintf(detail, sizeof detail, "method not allowed: use %s", path->allow);
    return exchange_error_allowing(exchange, MHD_HTTP_METHOD_NOT_ALLOWED, detail, path->allow);
}

bool session_answer(const struct exchange *exchange, bool is_acceptable, enum MHD_Result *result)
{
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (strcmp(exchange->request->path, paths[i].path) == 0) {
            *result = answer_method(exchange, &paths[i], is_acceptable);
            return true;
        }
    return false;
}
