/* The bytes go over to libmicrohttpd, which frees them with the response. */
#include "server/http/plain_response.h"

#include "server/http/negotiation.h"

#include <stdlib.h>
#include <string.h>

struct MHD_Response *plain_response(msgpack_sbuffer *body, const struct response_headers *headers)
{
    size_t size = body->size;
    char *bytes = msgpack_sbuffer_release(body);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(size, bytes, MHD_RESPMEM_MUST_FREE);
    if (response == NULL)
        free(bytes);
    return response_add_headers(response, headers);
}

static int encode_error(enum encoding encoding, const char *detail, msgpack_sbuffer *body)
{
    struct encoder encoder;
    encoder_init(&encoder, encoding, body);
    encoder_object(&encoder, 1);
    encoder_key(&encoder, "errors");
    encoder_array(&encoder, 1);
    encoder_object(&encoder, 1);
    encoder_key(&encoder, "detail");
    encoder_text(&encoder, detail);
    encoder_end_object(&encoder);
    encoder_end_array(&encoder);
    encoder_end_object(&encoder);
    return encoder_finish(&encoder, NULL);
}

struct MHD_Response *error_response(enum encoding encoding, const char *detail,
                                    const struct response_headers *headers, size_t *size)
{
    msgpack_sbuffer body;
    msgpack_sbuffer_init(&body);
    if (encode_error(encoding, detail, &body) != 0) {
        msgpack_sbuffer_destroy(&body);
        return NULL;
    }
    *size = body.size;
    const struct response_headers all = {
        .content_type = encoding_media_type(encoding),
        .cache_control = RESPONSE_NO_STORE,
        .allow = headers->allow,
        .request_id = headers->request_id,
        .varies_by_accept = true,
        .varies_by_coding = true,
        .is_for_own_origin = headers->is_for_own_origin,
    };
    return plain_response(&body, &all);
}

struct MHD_Response *options_response(const struct response_headers *headers)
{
    const struct response_headers all = {
        .cache_control = RESPONSE_NO_STORE,
        .allow = headers->allow,
        .request_id = headers->request_id,
        .is_for_own_origin = headers->is_for_own_origin,
    };
    struct MHD_Response *response = response_add_headers(
        MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT), &all);
    if (response == NULL || headers->is_for_own_origin)
        return response;
    if (MHD_add_response_header(response, MHD_HTTP_HEADER_ACCESS_CONTROL_ALLOW_METHODS,
                                headers->allow) == MHD_YES &&
        MHD_add_response_header(response, MHD_HTTP_HEADER_ACCESS_CONTROL_ALLOW_HEADERS, "*") ==
            MHD_YES &&
        MHD_add_response_header(response, MHD_HTTP_HEADER_ACCESS_CONTROL_MAX_AGE, "86400") ==
            MHD_YES)
        return response;
    MHD_destroy_response(response);
    return NULL;
}
