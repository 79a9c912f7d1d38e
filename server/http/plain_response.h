/* Responses that are made for one request and never cached. */
#ifndef CRATEDEX_SERVER_PLAIN_RESPONSE_H
#define CRATEDEX_SERVER_PLAIN_RESPONSE_H

#include "server/http/response_headers.h"

#include <cratedex/encoder.h>
#include <microhttpd.h>
#include <msgpack/sbuffer.h>
#include <stddef.h>

#define ALLOWED_METHODS "GET, HEAD, OPTIONS"

/* A response of the bytes of `body`, which is empty after. The caller destroys it. NULL when memory
   runs out, as below. */
struct MHD_Response *plain_response(msgpack_sbuffer *body, const struct response_headers *headers);

/* `{"errors":[{"detail":"…"}]}`, never to be stored. Of `headers` it has `allow`, `request_id` and
   whether it is for its own origin; `*size` becomes the size of the body. */
struct MHD_Response *error_response(enum encoding encoding, const char *detail,
                                    const struct response_headers *headers, size_t *size);

/* The empty answer to OPTIONS, with the same of `headers`: which methods there are, and unless it
   is for its own origin, that scripts of any may use them
   (https://fetch.spec.whatwg.org/#http-cors-protocol). */
struct MHD_Response *options_response(const struct response_headers *headers);

#endif
