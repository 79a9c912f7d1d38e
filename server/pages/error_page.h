/* What people read where a page cannot be had. */
#ifndef CRATEDEX_SERVER_ERROR_PAGE_H
#define CRATEDEX_SERVER_ERROR_PAGE_H

#include "server/html/site.h"
#include "server/http/response_headers.h"

#include <microhttpd.h>

/* The page of a status, with a sentence that says what is wrong. Of `headers` count `allow` and
   `request_id`; `*size` becomes the body's. Returns NULL when memory runs out. */
struct MHD_Response *error_page(const struct site *site, unsigned status, const char *detail,
                                const struct response_headers *headers, size_t *size);

#endif
