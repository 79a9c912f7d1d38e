/* The crate, or the version of one, that a page's path names. A name in another spelling leads to
   the page under the crate's own; what does not exist has a page that says which and what to do. */
#ifndef CRATEDEX_SERVER_CRATE_PAGE_PATH_H
#define CRATEDEX_SERVER_CRATE_PAGE_PATH_H

#include "server/endpoints/crate_path.h"
#include "server/pages/page.h"

#include <stdbool.h>

/* The parameters that all pages of crates have, borrowed from the request and the index. */
struct crate_page_path {
    uint32_t rank;             /* 0: there is no such crate */
    struct path_value typed;   /* the name as it was spelled */
    struct path_value name;    /* as the crate spells it; as it was typed where there is none */
    struct path_value version; /* length 0: the path has none */
    const char *query;         /* as it was sent */
    size_t query_length;
};

/* For `prepare`. The first value of the path is a name, the second a version, where there is one.
   Nothing fails here; parameters of the query need not be looked at where there is no such crate or
   it is spelled otherwise, which crate_page_is_shown tells. */
void crate_page_path_read(const struct question *question, bool has_version,
                          struct crate_page_path *path);
bool crate_page_is_shown(const struct crate_page_path *path);

/* For `answer`, where the page is not shown: redirects to the page under the crate's own spelling,
   at the path that `tail` ends ("", "/versions"), with the query; or shows the page of what is
   missing, with status 404. Returns 0 or -1. */
int crate_page_answer_other(struct answer_job *job, const struct crate_page_path *path,
                            const char *tail, struct failure *failure);

/* Finds the version and tags the answer, to begin a page with. Returns 1; 0 where there is no such
   version, and the page that says so is the answer; or -1. */
int crate_page_find_version(struct answer_job *job, const struct crate_page_path *path,
                            int64_t *version_id, struct failure *failure);

/* Writes the member `title`: "Features of NAME VERSION", without what is NULL or empty. */
void crate_page_add_title(struct page *page, const char *heading, const struct path_value *name,
                          const struct path_value *version);

/* A part of the page: what an endpoint says of the crate, or of its version. `query` may be
   NULL. */
struct part crate_part(const struct endpoint *endpoint, const struct crate_page_path *path,
                       const char *query);

#endif
