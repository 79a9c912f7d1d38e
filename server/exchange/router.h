/* Which endpoint answers a path. */
#ifndef CRATEDEX_SERVER_ROUTER_H
#define CRATEDEX_SERVER_ROUTER_H

#include "server/endpoints/endpoint.h"
#include "server/telemetry/metrics.h"

#include <stdbool.h>

/* The endpoint of the request's path and its number, from 0; the values of the pattern's parameters
   go to `request->path_values`. NULL and router_other() for a path that nothing answers at the
   address that is served with `service`. */
const struct endpoint *router_find(struct request *request, const struct service *service,
                                   unsigned *route);

/* The number of what no endpoint answers: one more than that of the last endpoint. */
unsigned router_other(void);

/* The endpoint of a route below router_other(). */
const struct endpoint *router_endpoint(unsigned route);

/* Whether who asks there looks after the server, and is none of those for whom it is. */
bool router_is_for_operators(unsigned route);

/* The names of all routes by number, the last of which is "other": labels for metrics. Returns how
   many there are. */
unsigned router_names(const char *names[OUTCOME_MAX_ROUTES]);

#endif
