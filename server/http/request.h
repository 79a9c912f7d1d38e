/* A request as the endpoints see it: no pointer into libmicrohttpd's interface, all text borrowed
   for the time of the answer. */
#ifndef CRATEDEX_SERVER_REQUEST_H
#define CRATEDEX_SERVER_REQUEST_H

#include "server/http/failure.h"
#include "server/http/query_string.h"
#include "server/http/request_fields.h"
#include "server/http/request_id.h"

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

/* Room for header fields that were sent in several lines and are read as one; where it does not
   suffice, the last line counts. */
#define REQUEST_MAX_JOINED_BYTES 4096

/* A piece of the path that a route takes as a parameter: borrowed, not NUL-terminated, not
   empty. */
struct path_value {
    const char *text;
    size_t length;
};
#define REQUEST_MAX_PATH_VALUES 3

enum request_method {
    METHOD_GET,
    METHOD_HEAD,
    METHOD_OPTIONS,
    METHOD_OTHER,  /* one that no endpoint has: 405 */
    METHOD_UNKNOWN /* one that RFC 9110 and RFC 5789 do not know: 501 */
};

/* What every request has stands first, on as few cache lines as that takes. The parsed query, which
   has room for the longest, lies with whoever parses it: a stack that far down would be touched
   page by page by requests that need none. */
struct request {
    enum request_method method;
    const char *method_name;
    const char
        *path; /* percent-decoded; empty where that is no valid UTF-8 or has a control character */
    const char *target; /* as sent: for the log */
    const char *scheme; /* "http", or "https" where a trusted proxy says so; static */
    const char *
        host; /* of an absolute-form target, else Host; valid, with the port that it has; or NULL */
    const char
        *id; /* the client's, where it is sane; else NULL until request_id is asked for one */
    bool is_from_loopback; /* the connection, whoever it is for; set by whoever has it */
    size_t joined_length;
    struct request_fields fields; /* of which `host` and `id` stand here as they are to be used */
    const char *query_text;       /* this and its length: set by request_read_target */
    size_t query_length;
    struct path_value path_values[REQUEST_MAX_PATH_VALUES]; /* set by router_find, in order */
    char made_id[REQUEST_ID_SIZE];
    struct query_string *query; /* set by request_parse_query */
    char joined[REQUEST_MAX_JOINED_BYTES];
};

/* Fills `request` but for what request_read_target does. `target` may be NULL (it was too long to
   be kept). The head must have passed request_head_check, which gave `fields`. */
void request_read(struct request *request, struct MHD_Connection *connection,
                  const struct request_fields *fields, const char *method, const char *path,
                  const char *target);

/* Makes `path`, until then as libmicrohttpd has it, what it is to be, and finds the query's text.
   What is answered as a request with the same target was before needs neither. */
void request_read_target(struct request *request);

/* The request's id: the client's, or one that is made by the first call. Lives as long as
   `request`. */
const char *request_id(struct request *request);

/* Parses the query into `query`, to which the request points from then on. Returns 0, or -1 with a
   status 400 (414 where it is too long). */
int request_parse_query(struct request *request, struct query_string *query,
                        struct failure *failure);

#endif
