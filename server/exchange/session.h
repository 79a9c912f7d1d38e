/* Where the web front end logs in and out: a session that is never begun, and ends whenever that is
   asked. */
#ifndef CRATEDEX_SERVER_SESSION_H
#define CRATEDEX_SERVER_SESSION_H

#include "server/exchange/exchange.h"

#include <microhttpd.h>
#include <stdbool.h>

/* Answers a request for one of the session's paths, whatever its method; `is_acceptable` says
   whether Accept names an encoding of ours. Returns false, with nothing done, for any other path;
   else `*result` is what libmicrohttpd wants to hear. */
bool session_answer(const struct exchange *exchange, bool is_acceptable, enum MHD_Result *result);

#endif
