/* From a whole request to a queued response. */
#ifndef CRATEDEX_SERVER_RESPONDER_H
#define CRATEDEX_SERVER_RESPONDER_H

#include "server/exchange/exchange.h"

#include <microhttpd.h>

/* Both begin the exchange's outcome and set what they find out.

   Routes the request, negotiates, and queues the answer: from the cache where it is there, else
   computed and left there. A cache hit is one look-up (two where the answer has links that another
   client spelled differently), without a lock where the thread has answered the same request
   before, and allocates nothing, unless the request has an id: X-Request-Id then needs a response
   of its own. Every other answer says the request's id. Where the outcome is put off, nothing is
   queued. Returns what libmicrohttpd wants to hear: MHD_NO, where not even an error could be made
   for want of memory, closes the connection. */
enum MHD_Result respond(struct exchange *exchange);

/* Queues an error that needs no route. `encoding` is negotiated, JSON where nothing is
   acceptable. */
enum MHD_Result respond_error(struct exchange *exchange, unsigned status, const char *detail);

#endif
