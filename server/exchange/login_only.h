/* The operations of crates.io that need a login, which we do not have. */
#ifndef CRATEDEX_SERVER_LOGIN_ONLY_H
#define CRATEDEX_SERVER_LOGIN_ONLY_H

#include "server/endpoints/endpoint.h"

/* What a request for a path that exists only for people who are logged in is answered with. */
struct login_only {
    const char *path;    /* a pattern */
    const char *methods; /* as in Allow */
};

/* The record of the path, or NULL where it is none. `endpoint` is what answers the path otherwise,
   or NULL: a pattern that ends in a parameter gives way to a fixed segment, as on crates.io. */
const struct login_only *login_only_find(const char *path, const struct endpoint *endpoint);

/* Whether the path has that method: then it is 403, else 405. */
bool login_only_has_method(const struct login_only *login_only, const char *method);

#define LOGIN_ONLY_DETAIL "this action requires authentication"

#endif
