/* POST /-/reload: who may ask, and until when the request waits. */
#ifndef CRATEDEX_SERVER_RELOAD_REQUEST_H
#define CRATEDEX_SERVER_RELOAD_REQUEST_H

#include "server/exchange/exchange.h"

#include <microhttpd.h>
#include <stdbool.h>

/* Whether the reload that the request asks for has succeeded: then the answer is to be made of a
   snapshot that was taken since. Else the request was put off or answered by an error, and
   `*result` is what libmicrohttpd wants to hear. */
bool reload_is_over(const struct exchange *exchange, enum MHD_Result *result);

#endif
