/* What proxies say of the client that they stand in front of: X-Forwarded-For, X-Forwarded-Proto
   and Forwarded (RFC 7239). */
#ifndef CRATEDEX_SERVER_FORWARDING_H
#define CRATEDEX_SERVER_FORWARDING_H

#include "server/http/trusted_proxies.h"

#include <netinet/in.h>

/* The fields of one request, several lines joined by `, `; NULL where absent. */
struct forwarding_fields {
    const char *x_forwarded_for;
    const char *x_forwarded_proto;
    const char *forwarded;
};

struct forwarding {
    bool has_client;
    char client[INET6_ADDRSTRLEN];
    const char *scheme; /* "http" or "https", static; NULL: not said */
};

/* Reads the fields of a request whose sender is itself trusted (of any other, believe nothing). The
   client is the rightmost address that is no trusted proxy's; the leftmost where all are; none
   where the nearest proxy does not know or hides it. X-Forwarded-For counts where it is present,
   else Forwarded. The scheme is the last one in X-Forwarded-Proto, else the one that Forwarded has
   beside the client. */
void forwarding_read(const struct trusted_proxies *proxies, const struct forwarding_fields *fields,
                     struct forwarding *forwarding);

#endif
