/* All endpoints by name, for the one who routes to them (router.c). */
#ifndef CRATEDEX_SERVER_ENDPOINTS_H
#define CRATEDEX_SERVER_ENDPOINTS_H

#include "server/endpoints/endpoint.h"

extern const struct endpoint list_crates_endpoint;
extern const struct endpoint summary_endpoint;
extern const struct endpoint suggest_endpoint;
extern const struct endpoint show_crate_endpoint;
extern const struct endpoint list_versions_endpoint;
extern const struct endpoint show_version_endpoint;
extern const struct endpoint reverse_dependencies_endpoint;
extern const struct endpoint sparse_index_endpoint;
extern const struct endpoint sparse_index_short_endpoint;
extern const struct endpoint sparse_index_config_endpoint;
extern const struct endpoint resolve_endpoint;
extern const struct endpoint dependency_tree_endpoint;
extern const struct endpoint health_endpoint;
extern const struct endpoint readiness_endpoint;
extern const struct endpoint metrics_endpoint;
extern const struct endpoint reload_endpoint;
extern const struct endpoint status_endpoint;
extern const struct endpoint list_keywords_endpoint;
extern const struct endpoint keyword_endpoint;
extern const struct endpoint list_categories_endpoint;
extern const struct endpoint category_endpoint;
extern const struct endpoint category_slugs_endpoint;
extern const struct endpoint user_endpoint;
extern const struct endpoint user_stats_endpoint;
extern const struct endpoint team_endpoint;
extern const struct endpoint crate_owners_endpoint;
extern const struct endpoint crate_owner_user_endpoint;
extern const struct endpoint crate_owner_team_endpoint;
extern const struct endpoint site_metadata_endpoint;
extern const struct endpoint openapi_endpoint;
extern const struct endpoint crate_downloads_endpoint;
extern const struct endpoint version_dependencies_endpoint;
extern const struct endpoint version_downloads_endpoint;
extern const struct endpoint version_authors_endpoint;
extern const struct endpoint version_readme_endpoint;
extern const struct endpoint version_download_endpoint;

#endif
