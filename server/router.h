/* Which endpoint answers a path. */
#ifndef CRATEDEX_SERVER_ROUTER_H
#define CRATEDEX_SERVER_ROUTER_H

#include "server/endpoint.h"

/* The endpoint of exactly `path` and its number, from 0; NULL and ROUTE_OTHER for any other path. */
const struct endpoint *router_find(const char *path, unsigned *route);

/* The names of all routes by number, the last of which is "other": labels for metrics. */
#define N_ROUTES 7
#define ROUTE_OTHER (N_ROUTES - 1)
void router_names(const char *names[N_ROUTES]);

#endif
