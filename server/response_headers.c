/* libmicrohttpd copies names and values into the response. */
#include "server/response_headers.h"

#include <stddef.h>

static bool add(struct MHD_Response *response, const char *name, const char *value)
{
    return value == NULL || MHD_add_response_header(response, name, value) == MHD_YES;
}

struct MHD_Response *response_add_headers(struct MHD_Response *response,
                                          const struct response_headers *headers)
{
    if (response == NULL)
        return NULL;
    const char *vary =
        headers->varies ? MHD_HTTP_HEADER_ACCEPT ", " MHD_HTTP_HEADER_ACCEPT_ENCODING : NULL;
    if (add(response, MHD_HTTP_HEADER_CONTENT_TYPE, headers->content_type) &&
        add(response, MHD_HTTP_HEADER_CONTENT_ENCODING, headers->content_encoding) &&
        add(response, MHD_HTTP_HEADER_ETAG, headers->etag) &&
        add(response, MHD_HTTP_HEADER_VARY, vary) &&
        add(response, MHD_HTTP_HEADER_CACHE_CONTROL, headers->cache_control) &&
        add(response, MHD_HTTP_HEADER_ACCESS_CONTROL_ALLOW_ORIGIN, "*") &&
        add(response, MHD_HTTP_HEADER_ALLOW, headers->allow) &&
        add(response, "X-Cache", headers->x_cache) &&
        add(response, "Server-Timing", headers->server_timing))
        return response;
    MHD_destroy_response(response);
    return NULL;
}
