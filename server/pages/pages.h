/* All pages by name, for the one who routes to them (router.c). */
#ifndef CRATEDEX_SERVER_PAGES_H
#define CRATEDEX_SERVER_PAGES_H

#include "server/endpoints/endpoint.h"

extern const struct endpoint home_page_endpoint;
extern const struct endpoint search_page_endpoint;
extern const struct endpoint all_crates_page_endpoint;
extern const struct endpoint crate_page_endpoint;
extern const struct endpoint crate_versions_page_endpoint;
extern const struct endpoint dependents_page_endpoint;
extern const struct endpoint crate_dependencies_page_endpoint;
extern const struct endpoint version_page_endpoint;
extern const struct endpoint version_dependencies_page_endpoint;
extern const struct endpoint version_features_page_endpoint;
extern const struct endpoint keywords_page_endpoint;
extern const struct endpoint keyword_page_endpoint;
extern const struct endpoint categories_page_endpoint;
extern const struct endpoint category_page_endpoint;
extern const struct endpoint user_page_endpoint;
extern const struct endpoint team_page_endpoint;
extern const struct endpoint robots_endpoint;
extern const struct endpoint favicon_endpoint;
extern const struct endpoint opensearch_endpoint;
extern const struct endpoint encodings_page_endpoint;
extern const struct endpoint docs_page_endpoint;
extern const struct endpoint docs_try_endpoint;
extern const struct endpoint status_page_endpoint;
extern const struct endpoint asset_endpoint;

#endif
