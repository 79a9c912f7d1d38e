/* A page is found at one address, so that caches and search engines have it once: a redirect leads
   there. It is permanent, but no longer than any answer is kept: who deletes a crate may publish it
   anew under another spelling. */
#include "server/pages/crate/crate_page_path.h"

#include "server/pages/crate/crate_address.h"
#include "server/pages/crate/crate_missing.h"

#include <cratedex/index_format.h>
#include <stdio.h>
#include <string.h>

#define MAX_NUMBER 128 /* of a version, in a title */

bool crate_page_is_shown(const struct crate_page_path *path)
{
    return path->rank != 0 && path->typed.length == path->name.length &&
           memcmp(path->typed.text, path->name.text, path->name.length) == 0;
}

void crate_page_path_read(const struct question *question, bool has_version,
                          struct crate_page_path *path)
{
    const struct request *request = question->request;
    const struct index *index = question->snapshot->index;
    struct canonical_key *key = question->key;
    *path = (struct crate_page_path){
        .rank =
            index_find_crate(index, request->path_values[0].text, request->path_values[0].length),
        .typed = request->path_values[0],
        .name = request->path_values[0],
        .query = request->query_text,
        .query_length = request->query_length,
    };
    if (has_version)
        path->version = request->path_values[1];
    if (path->rank != 0) {
        struct index_crate crate;
        index_crate(index, path->rank, &crate);
        path->name = (struct path_value){crate.name, crate.name_length};
        crate_path_key(index, path->rank, key);
    } else {
        canonical_key_text(key, 'm', path->typed.text, path->typed.length);
    }
    canonical_key_text(key, 'v', path->version.text, path->version.length);
    canonical_key_number(key, 's', crate_page_is_shown(path));
    if (path->rank != 0 && !crate_page_is_shown(path))
        canonical_key_text(key, 'q', path->query, path->query_length);
}

struct part crate_part(const struct endpoint *endpoint, const struct crate_page_path *path,
                       const char *query)
{
    return (struct part){
        .endpoint = endpoint,
        .path_values = {path->name, path->version},
        .query = query,
        .query_length = query != NULL ? strlen(query) : 0,
    };
}

/* A number that no title has room for is left out. */
void crate_page_add_title(struct page *page, const char *heading, const struct path_value *name,
                          const struct path_value *version)
{
    char title[INDEX_MAX_NAME_BYTES + MAX_NUMBER + 64];
    bool has_version = version != NULL && version->length > 0 && version->length < MAX_NUMBER;
    int length = snprintf(title, sizeof title, "%s%s%.*s%s%.*s", heading != NULL ? heading : "",
                          heading != NULL ? " of " : "", (int)name->length, name->text,
                          has_version ? " " : "", has_version ? (int)version->length : 0,
                          has_version ? version->text : "");
    encoder_key(&page->model, "title");
    encoder_string(&page->model, title, (size_t)length);
}

int crate_page_answer_other(struct answer_job *job, const struct crate_page_path *path,
                            const char *tail, struct failure *failure)
{
    if (path->rank == 0)
        return crate_missing_show(job, &path->typed, failure);
    crate_path_tag(job->snapshot->index, path->rank, job->surrogate_key);
    if (crate_address_redirect(job, &path->name, &path->version, tail, failure) != 0)
        return -1;
    crate_address_add_query(job, path->query, path->query_length);
    job->head.status = MHD_HTTP_MOVED_PERMANENTLY;
    return 0;
}

int crate_page_find_version(struct answer_job *job, const struct crate_page_path *path,
                            int64_t *version_id, struct failure *failure)
{
    const struct crate_version_path version = {
        .rank = path->rank, .name = path->name, .version = path->version};
    crate_path_tag(job->snapshot->index, path->rank, job->surrogate_key);
    if (crate_path_find_version(job->reader, &version, version_id, failure) == 0)
        return 1;
    if (failure->status != MHD_HTTP_NOT_FOUND)
        return -1;
    return crate_missing_show_version(job, &path->name, &path->version, failure);
}
