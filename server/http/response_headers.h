/* The headers that answers have in common. */
#ifndef CRATEDEX_SERVER_RESPONSE_HEADERS_H
#define CRATEDEX_SERVER_RESPONSE_HEADERS_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

/* What caches may do with an answer, in static texts: Cache-Control, and CDN-Cache-Control (RFC
   9213), which goes before it in the shared caches that know it; NULL: the same for them. */
struct cache_control {
    const char *everyone;
    const char *shared;
};

#define RESPONSE_NO_STORE                                                                          \
    {                                                                                              \
        "no-store", NULL                                                                           \
    }
/* Made for who asked alone: also a cache that is told to ignore one of the two has a reason not to
   share it. */
#define RESPONSE_PRIVATE_NO_STORE                                                                  \
    {                                                                                              \
        "private, no-store", NULL                                                                  \
    }
/* May be kept, and must be asked for again before it is used. */
#define RESPONSE_NO_CACHE                                                                          \
    {                                                                                              \
        "public, no-cache", NULL                                                                   \
    }
/* May be kept for `max_age` seconds by any cache, and sent by shared ones for `stale` seconds more
   while they ask for a newer one (RFC 5861). A browser that is allowed that says for so long that
   it is loading. Two literal numbers. */
#define RESPONSE_PUBLIC(max_age, stale)                                                            \
    {                                                                                              \
        "public, max-age=" #max_age,                                                               \
            "public, max-age=" #max_age ", stale-while-revalidate=" #stale                         \
    }

/* What a response says about itself; NULL members are left out. */
struct response_headers {
    const char *content_type;
    const char *content_encoding;
    const char *etag;
    int64_t last_modified; /* seconds since 1970-01-01; 0 is left out */
    const char *location;
    const char *surrogate_key; /* tags to purge by, for CDNs, and as xkey for Varnish */
    const char *request_id;
    const char *experiment; /* the arm that answered */
    struct cache_control cache_control;
    const char *x_cache;
    const char *server_timing;
    const char *allow;
    bool varies_by_accept; /* what was negotiated, for Vary */
    bool varies_by_coding;
    bool is_for_own_origin; /* scripts of other origins may not read it */
    bool is_page;           /* HTML or what belongs to it: bound to our own origin in all that it
                               loads, asks and is shown in */
};

/* Whether Last-Modified can say it: the years of IMF-fixdate (RFC 9110, section 5.6.7) have four
   digits. */
bool response_date_is_sayable(int64_t seconds);

/* Whether a header can have it as its value: printable ASCII (RFC 9110, section 5.5). NULL can. */
bool response_value_is_sayable(const char *value);

/* Adds them, Server and, unless it is for its own origin, Access-Control-Allow-Origin. Gives
   `response` back; destroys it and returns NULL when memory runs out. NULL is passed on. */
struct MHD_Response *response_add_headers(struct MHD_Response *response,
                                          const struct response_headers *headers);

#endif
