/* What people read where a page cannot be had. */
#ifndef CRATEDEX_SERVER_ERROR_PAGE_H
#define CRATEDEX_SERVER_ERROR_PAGE_H

#include "server/html/site.h"
#include "server/http/response_headers.h"

#include <cratedex/index_file.h>
#include <microhttpd.h>

struct error_page {
    unsigned status;
    const char *detail;        /* a sentence that says what is wrong */
    const char *path;          /* of a 404: what was asked for, decoded; "": it cannot be shown */
    const char *banner;        /* the operator's line; "": none */
    const struct index *index; /* that may have something like it; NULL: is not asked */
};

/* Makes the page. Of `headers` count `allow` and `request_id`; `*size` becomes the body's. Returns
   NULL when memory runs out. */
struct MHD_Response *error_page(const struct site *site, const struct error_page *page,
                                const struct response_headers *headers, size_t *size);

#endif
