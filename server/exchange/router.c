/* A table of path patterns, tried from the top: a segment `{name}` takes whatever stands there, so
   a pattern of fixed text must stand before one that would take its path. Paths must be exact: no
   trailing or doubled slash. */
#include "server/exchange/router.h"

#include "server/endpoints/endpoints.h"
#include "server/http/local_request.h"
#include "server/http/path_pattern.h"
#include "server/pages/pages.h"

static const struct endpoint *const endpoints[] = {
    &list_crates_endpoint,
    &suggest_endpoint,
    &summary_endpoint,
    &health_endpoint,
    &readiness_endpoint,
    &metrics_endpoint,
    &reload_endpoint,
    &status_endpoint,
    &show_crate_endpoint,
    &list_versions_endpoint,
    &reverse_dependencies_endpoint,
    &crate_owners_endpoint,
    &crate_owner_user_endpoint,
    &crate_owner_team_endpoint,
    &crate_downloads_endpoint,
    &resolve_endpoint,
    &dependency_tree_endpoint,
    &version_download_endpoint,
    &version_dependencies_endpoint,
    &version_downloads_endpoint,
    &version_authors_endpoint,
    &version_readme_endpoint,
    /* Behind every other `/api/v1/crates/{name}/…` of fixed text. */
    &show_version_endpoint,
    &list_keywords_endpoint,
    &keyword_endpoint,
    &list_categories_endpoint,
    &category_endpoint,
    &category_slugs_endpoint,
    &user_endpoint,
    &user_stats_endpoint,
    &team_endpoint,
    &site_metadata_endpoint,
    &openapi_endpoint,
    &sparse_index_endpoint,
    &sparse_index_short_endpoint,
    &sparse_index_config_endpoint,
    &home_page_endpoint,
    &search_page_endpoint,
    &all_crates_page_endpoint,
    &crate_page_endpoint,
    &crate_versions_page_endpoint,
    &dependents_page_endpoint,
    &crate_dependencies_page_endpoint,
    &version_dependencies_page_endpoint,
    &version_features_page_endpoint,
    /* Behind every other `/crates/{name}/…` of fixed text. */
    &version_page_endpoint,
    &keywords_page_endpoint,
    &keyword_page_endpoint,
    &categories_page_endpoint,
    &category_page_endpoint,
    &user_page_endpoint,
    &team_page_endpoint,
    &robots_endpoint,
    &favicon_endpoint,
    &opensearch_endpoint,
    &encodings_page_endpoint,
    &docs_page_endpoint,
    &docs_try_endpoint,
    &status_page_endpoint,
    &asset_endpoint,
};
#define N_ENDPOINTS (sizeof endpoints / sizeof endpoints[0])
_Static_assert(N_ENDPOINTS < OUTCOME_MAX_ROUTES, "every route is a label of the metrics");

static bool is_answered_at(const struct service *service, enum endpoint_audience audience,
                           const struct request *request)
{
    static const bool is_answered[N_ADDRESS_ROLES][N_ENDPOINT_AUDIENCES] = {
        [ADDRESS_SOLE] = {[ENDPOINT_FOR_CLIENTS] = true,
                          [ENDPOINT_FOR_OPERATORS] = true,
                          [ENDPOINT_FOR_PEOPLE] = true,
                          [ENDPOINT_FOR_PAGES] = true,
                          [ENDPOINT_FOR_STATUS] = true},
        [ADDRESS_PUBLIC] = {[ENDPOINT_FOR_CLIENTS] = true,
                            [ENDPOINT_FOR_PEOPLE] = true,
                            [ENDPOINT_FOR_PAGES] = true},
        [ADDRESS_ADMIN] = {[ENDPOINT_FOR_OPERATORS] = true,
                           [ENDPOINT_FOR_ADMIN] = true,
                           [ENDPOINT_FOR_PAGES] = true,
                           [ENDPOINT_FOR_STATUS] = true},
    };
    if (!is_answered[service->role][audience])
        return false;
    if (audience == ENDPOINT_FOR_STATUS)
        return service->pulse != NULL &&
               (service->role == ADDRESS_ADMIN || request_is_local(request));
    return service->site != NULL ||
           (audience != ENDPOINT_FOR_PEOPLE && audience != ENDPOINT_FOR_PAGES);
}

const struct endpoint *router_find(struct request *request, const struct service *service,
                                   unsigned *route)
{
    for (unsigned i = 0; i < N_ENDPOINTS; i++)
        if (path_pattern_matches(endpoints[i]->path, request->path, request->path_values) &&
            is_answered_at(service, endpoints[i]->audience, request)) {
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

const struct endpoint *router_endpoint(unsigned route)
{
    return endpoints[route];
}

bool router_is_for_operators(unsigned route)
{
    const enum endpoint_audience audience = endpoints[route]->audience;
    return audience == ENDPOINT_FOR_OPERATORS || audience == ENDPOINT_FOR_ADMIN ||
           audience == ENDPOINT_FOR_STATUS;
}

unsigned router_names(const char *names[OUTCOME_MAX_ROUTES])
{
    for (unsigned i = 0; i < N_ENDPOINTS; i++)
        names[i] = endpoints[i]->name;
    names[N_ENDPOINTS] = "other";
    return N_ENDPOINTS + 1;
}
