/* The header fields that have a meaning here: borrowed from libmicrohttpd until the request ends;
   NULL where absent. */
#ifndef CRATEDEX_SERVER_REQUEST_FIELDS_H
#define CRATEDEX_SERVER_REQUEST_FIELDS_H

#include "server/http/conditional.h"
#include "server/http/forwarding.h"

#include <stdbool.h>
#include <stddef.h>

struct request_fields {
    const char *host;
    const char *accept;
    const char *accept_encoding;
    struct preconditions preconditions;
    struct forwarding_fields forwarding;
    const char *via;
    const char *x_real_ip;
    const char *user_agent;
    const char *referer;
    const char *id;
    bool has_repeated; /* a field came in several lines; the last of them is here */
};

/* Where a field of that name belongs; NULL where it has no meaning here. */
const char **request_fields_find(struct request_fields *fields, const char *name, size_t name_size);

#endif
