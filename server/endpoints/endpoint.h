/* What one path, or every path of one pattern, answers. An endpoint is a constant record of functions: `prepare` turns the query
   into parameters and the canonical key, before any work on the index; `answer` writes the body, on
   a cache miss or always where nothing is cached. */
#ifndef CRATEDEX_SERVER_ENDPOINT_H
#define CRATEDEX_SERVER_ENDPOINT_H

#include "server/answer/answer.h"
#include "server/answer/list_page.h"
#include "server/endpoints/crate_list_parameters.h"
#include "server/endpoints/crate_page_parameters.h"
#include "server/endpoints/crate_path.h"
#include "server/endpoints/path_text.h"
#include "server/endpoints/resolve_parameters.h"
#include "server/endpoints/suggest_parameters.h"
#include "server/endpoints/taxonomy_page.h"
#include "server/endpoints/tree_parameters.h"
#include "server/endpoints/version_list_parameters.h"
#include "server/endpoints/version_parameters.h"
#include "server/http/failure.h"
#include "server/http/request.h"
#include "server/http/response_headers.h"
#include "server/options.h"
#include "server/parameters/canonical_key.h"
#include "server/parameters/link_spelling.h"
#include "server/service/service.h"

#include <cratedex/encoder.h>
#include <stdbool.h>

/* The validated parameters of one request, borrowed from its path and query. */
union endpoint_parameters {
    struct crate_list_parameters crate_list;
    struct suggest_parameters suggest;
    struct taxonomy_page taxonomy_page;
    struct path_text path_text;
    uint32_t owned_rank; /* of the crate whose owners are asked for */
    int64_t user_id;
    uint32_t sparse_index_rank;
    char base_url[OPTIONS_MAX_URL]; /* without a final slash */
    struct crate_version_path crate_version;
    struct crate_page_parameters crate_page;
    struct version_list_parameters version_list;
    struct reverse_dependencies_parameters reverse_dependencies;
    struct resolve_parameters resolve;
    struct tree_parameters tree;
    struct version_file_parameters version_file;
    struct version_downloads_parameters version_downloads;
    struct crate_downloads_parameters crate_downloads;
    enum exposition_format exposition_format;
};

/* What an answer is computed with, and what it tells beside the body. */
struct answer_job {
    const struct service *service;
    struct index_reader *reader;   /* for this call alone */
    struct encoder encoder;        /* plain_type: write to encoder.out directly */
    struct answer_head head;       /* out: as the endpoint has it, for `answer` to add to */
    struct link_spelling spelling; /* of the request, where the endpoint has links */
    struct list_page page;         /* out, likewise */
    struct trace *trace;           /* out: the time that was searching, and the plan */
    /* The texts of `head`. */
    char location[ANSWER_MAX_LOCATION];           /* out: of a redirect; else empty */
    char surrogate_key[ANSWER_MAX_SURROGATE_KEY]; /* out: as the endpoint has it */
};

struct endpoint {
    const char *path;                   /* a pattern: `{…}` is a parameter, a whole segment */
    const char *name;                   /* the route label in metrics */
    struct cache_control cache_control; /* of a success */
    const char
        *surrogate_key; /* the tag of every answer, for a CDN to purge by; NULL: each has its own */
    const char *plain_type; /* the media type, where Accept is not asked; else NULL */
    bool is_cached;
    bool has_links;      /* the body is a list_page */
    bool has_moving_key; /* the canonical key of one request changes with time */
    bool redirects; /* where Accept names no encoding of ours, so that it refuses none either */
    /* NULL where the endpoint has no parameters. May look at what is in memory of the index, to say
       early that there is no such crate. Returns 0 or -1. */
    int (*prepare)(const struct service *service, const struct request *request,
                   union endpoint_parameters *parameters, struct canonical_key *key,
                   struct failure *failure);
    /* Writes one complete value, or nothing where it makes a redirect of it. Returns 0 or -1. */
    int (*answer)(struct answer_job *job, const union endpoint_parameters *parameters,
                  struct failure *failure);
};

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
