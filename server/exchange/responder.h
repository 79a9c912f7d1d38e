/* From a whole request to a queued response. */
#ifndef CRATEDEX_SERVER_RESPONDER_H
#define CRATEDEX_SERVER_RESPONDER_H

#include "server/http/request.h"
#include "server/service/service.h"
#include "server/telemetry/outcome.h"

#include <microhttpd.h>

/* Routes the request, negotiates, and queues the answer: from the cache where it is there, else
   computed and left there. A cache hit is one look-up (two where the answer has links that another
   client spelled differently), without a lock where the thread has answered the same request before, and
   allocates nothing, unless the request has an id: X-Request-Id then
   needs a response of its own. Every other answer says the request's id. Returns what libmicrohttpd wants to hear:
   MHD_NO, where not even an error could be made for want of memory, closes the connection. */
enum MHD_Result respond(const struct service *service, struct MHD_Connection *connection,
                        struct request *request, struct outcome *outcome);

/* Queues an error that needs no route. `encoding` is negotiated, JSON where nothing is acceptable. */
enum MHD_Result respond_error(struct MHD_Connection *connection, struct request *request,
                              unsigned status, const char *detail, struct outcome *outcome);

#endif
