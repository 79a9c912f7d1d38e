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

/* `{"errors":[{"detail":"…"}]}`, never to be stored. `allow` (a list of methods) or NULL; `*size`
   becomes the size of the body. */
struct MHD_Response *error_response(enum encoding encoding, const char *detail, const char *allow,
                                    const char *request_id, size_t *size);

/* The empty answer to OPTIONS: which methods there are (as in Allow), and that scripts of any
   origin may use them (https://fetch.spec.whatwg.org/#http-cors-protocol). */
struct MHD_Response *options_response(const char *methods, const char *request_id);

#endif
