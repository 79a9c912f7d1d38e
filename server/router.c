/* A table in the order in which paths are asked for: with a handful of routes, comparing a few
   strings costs less than anything cleverer. Paths must be exact: no trailing or doubled slash. */
#include "server/router.h"

#include <string.h>

static const struct endpoint *const endpoints[ROUTE_OTHER] = {
    &list_crates_endpoint, &suggest_endpoint,   &summary_endpoint,
    &health_endpoint,      &readiness_endpoint, &metrics_endpoint,
};

const struct endpoint *router_find(const char *path, unsigned *route)
{
    for (unsigned i = 0; i < ROUTE_OTHER; i++)
        if (strcmp(path, endpoints[i]->path) == 0) {
            *route = i;
            return endpoints[i];
        }
    *route = ROUTE_OTHER;
    return NULL;
}

void router_names(const char *names[N_ROUTES])
{
    for (unsigned i = 0; i < ROUTE_OTHER; i++)
        names[i] = endpoints[i]->name;
    names[ROUTE_OTHER] = "other";
}
