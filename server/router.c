/* A table of path patterns, tried from the top: a segment `{name}` takes whatever stands there, so a
   pattern of fixed text must stand before one that would take its path. Two patterns part at the first byte or
   two that differ; that is cheaper than anything cleverer. Paths must be exact: no trailing or doubled
   slash. */
#include "server/router.h"

#include <string.h>

static const struct endpoint *const endpoints[] = {
    &list_crates_endpoint,       &suggest_endpoint,
    &summary_endpoint,           &health_endpoint,
    &readiness_endpoint,         &metrics_endpoint,
    &crate_downloads_endpoint,   &version_dependencies_endpoint,
    &version_downloads_endpoint, &version_authors_endpoint,
    &version_readme_endpoint,    &version_download_endpoint,
};
#define N_ENDPOINTS (sizeof endpoints / sizeof *endpoints)
_Static_assert(N_ENDPOINTS < METRICS_MAX_ROUTES, "every route is a label of the metrics");

/* Compares from the start of both; a parameter takes all up to the next slash. */
static bool matches(const char *pattern, const char *path,
                    struct path_value values[REQUEST_MAX_PATH_VALUES])
{
    unsigned n_values = 0;
    while (*pattern != '\0') {
        if (*pattern != '{') {
            if (*pattern++ != *path++)
                return false;
            continue;
        }
        size_t length = strcspn(path, "/");
        if (length == 0 || n_values == REQUEST_MAX_PATH_VALUES)
            return false;
        values[n_values++] = (struct path_value){path, length};
        path += length;
        pattern = strchr(pattern, '}') + 1;
    }
    return *path == '\0';
}

const struct endpoint *router_find(struct request *request, unsigned *route)
{
    for (unsigned i = 0; i < N_ENDPOINTS; i++)
        if (matches(endpoints[i]->path, request->path, request->path_values)) {
            *route = i;
            return endpoints[i];
        }
    *route = N_ENDPOINTS;
    return NULL;
}

unsigned router_other(void)
{
    return N_ENDPOINTS;
}

unsigned router_names(const char *names[METRICS_MAX_ROUTES])
{
    for (unsigned i = 0; i < N_ENDPOINTS; i++)
        names[i] = endpoints[i]->name;
    names[N_ENDPOINTS] = "other";
    return N_ENDPOINTS + 1;
}
