/* Requests of somebody at this very machine. */
#ifndef CRATEDEX_SERVER_LOCAL_REQUEST_H
#define CRATEDEX_SERVER_LOCAL_REQUEST_H

#include "server/http/request.h"

#include <stdbool.h>

/* Whether the connection comes from a loopback address, for nobody else as far as that shows: no
   field says that a proxy forwards it, and the host that it names is this machine by its loopback
   name or address (a page of another name that resolves to 127.0.0.1 is somebody else's: DNS
   rebinding). Of a proxy here that hides all that nobody can tell. */
bool request_is_local(const struct request *request);

#endif
