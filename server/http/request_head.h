/* What must hold of a request's head before anything is answered: where the request ends, and for
   which host it is (RFC 9112, sections 2.2, 3, 5 and 6). */
#ifndef CRATEDEX_SERVER_REQUEST_HEAD_H
#define CRATEDEX_SERVER_REQUEST_HEAD_H

#include "server/http/failure.h"
#include "server/http/request_fields.h"

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

/* Longer targets (path and query as sent) get 414. */
#define REQUEST_MAX_TARGET_BYTES 8192

/* Header fields that have more bytes together get 431. */
#define REQUEST_MAX_HEADER_BYTES 16384
/* A request's body has no meaning here; a longer one gets 413, or where it does not say its length
   ends the connection. */
#define REQUEST_MAX_BODY_BYTES 65536

/* What libmicrohttpd may hold for a connection: the request line and headers as long as they may be
   (REQUEST_MAX_TARGET_BYTES, REQUEST_MAX_HEADER_BYTES), and 4 KiB for the response's. It zeroes all
   of this after every request, which is a tenth of a hit's time: no more than is needed. */
#define REQUEST_MEMORY_BYTES 28672

/* The request line as libmicrohttpd has it in the connection's memory, and what it was sent as. */
struct request_line {
    const char *method;
    const char *url;     /* begins where the target did; decoded, without the query */
    const char *version; /* "HTTP/1.1" */
    const char *target;  /* as sent; NULL: it was too long to be kept */
};

/* Checks the request line and the fields, and finds those that have a meaning here; to be called
   when libmicrohttpd calls first for a request. Returns 0, or -1 with the status: the answer must
   be queued before the body is read, so that the connection ends with it. `fields` is filled in
   either case. */
int request_head_check(struct MHD_Connection *connection, const struct request_line *line,
                       struct request_fields *fields, struct failure *failure);

/* Where an absolute-form target (`http://host:port/path`) has its authority: a pointer into the
   target and its length. Returns NULL where the target is in another form. */
const char *absolute_form_authority(const char *target, size_t *length);

#endif
