/* A request as the endpoints see it: no pointer into libmicrohttpd's interface, all text borrowed
   for the time of the answer. */
#ifndef CRATEDEX_SERVER_REQUEST_H
#define CRATEDEX_SERVER_REQUEST_H

#include "server/failure.h"
#include "server/query_string.h"

#include <microhttpd.h>
#include <stddef.h>

/* Longer targets (path and query as sent) get 414. */
#define REQUEST_MAX_TARGET_BYTES 8192

/* Room for header fields that were sent in several lines and are read as one. */
#define REQUEST_MAX_JOINED_BYTES 4096

/* A piece of the path that a route takes as a parameter: borrowed, not NUL-terminated, not empty. */
struct path_value {
    const char *text;
    size_t length;
};
#define REQUEST_MAX_PATH_VALUES 3

enum request_method { METHOD_GET, METHOD_HEAD, METHOD_OPTIONS, METHOD_OTHER };

struct request {
    enum request_method method;
    const char *method_name;
    const char
        *path; /* percent-decoded; empty where that is no valid UTF-8 or has a control character */
    struct path_value path_values[REQUEST_MAX_PATH_VALUES]; /* set by router_find, in order */
    const char *target;                                     /* as sent: for the log */
    const char *query_text;
    size_t query_length;
    const char *host; /* header fields; NULL where absent */
    const char *accept;
    const char *accept_encoding;
    const char *if_none_match;
    const char *user_agent;
    const char *referer;
    struct query_string query; /* set by request_parse_query */
    size_t joined_length;
    char joined[REQUEST_MAX_JOINED_BYTES];
};

/* Fills `request` but for the query. `target` may be NULL (it was too long to be kept). */
void request_read(struct request *request, struct MHD_Connection *connection, const char *method,
                  const char *path, const char *target);

/* Parses the query. Returns 0, or -1 with a status 400 (414 where it is too long). */
int request_parse_query(struct request *request, struct failure *failure);

#endif
