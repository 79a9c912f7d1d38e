/* What must hold of a request's head before anything is answered: where the request ends, and for
   which host it is (RFC 9112, sections 3.2, 5.1 and 6). */
#ifndef CRATEDEX_SERVER_REQUEST_HEAD_H
#define CRATEDEX_SERVER_REQUEST_HEAD_H

#include "server/http/failure.h"
#include "server/http/request_fields.h"

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

/* Header fields that have more bytes together get 431. */
#define REQUEST_MAX_HEADER_BYTES 16384
/* A request's body has no meaning here; a longer one gets 413, or where it does not say its length
   ends the connection. */
#define REQUEST_MAX_BODY_BYTES 65536

/* Checks the fields, and `target` (NULL: it was too long to be kept), and finds those that have a
   meaning here. Returns 0, or -1 with the status: the answer must be queued before the body is
   read, so that the connection ends with it. `fields` is filled in either case. */
int request_head_check(struct MHD_Connection *connection, const char *version, const char *target,
                       struct request_fields *fields, struct failure *failure);

/* Where an absolute-form target (`http://host:port/path`) has its authority: a pointer into the
   target and its length. Returns NULL where the target is in another form. */
const char *absolute_form_authority(const char *target, size_t *length);

#endif
