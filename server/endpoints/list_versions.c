/* GET /api/v1/crates/{name}/versions: the versions of a crate, all at once or, where `per_page` is
   given, in pages by seek. */
#include "server/endpoints/crate_path.h"
#include "server/endpoints/endpoint.h"
#include "server/endpoints/version_list_parameters.h"

#include <cratedex/version_list.h>
#include <stdio.h>

ENDPOINT_PARAMETERS_FIT(struct version_list_parameters);

static int prepare(const struct question *question, void *parameters, struct failure *failure)
{
    uint32_t rank = 0;
    if (version_list_check(question->request->query, failure) != 0 ||
        crate_path_prepare(question, &rank, failure) != 0)
        return -1;
    return version_list_parse(question->request->query, rank, parameters, question->key, failure);
}

/* The meta, with the tracks where they are wanted. */
static void encode_meta(struct answer_job *job, const struct version_list *list, bool has_tracks)
{
    list_page_begin_meta(&job->page, &job->spelling, has_tracks, &job->encoder);
    if (has_tracks) {
        list_page_begin_extra(&job->page, "release_tracks", &job->encoder);
        version_list_encode_tracks(list, &job->encoder);
        list_page_end_extra(&job->page, &job->encoder);
    }
    list_page_end(&job->encoder);
}

static int encode_page(struct answer_job *job, const struct version_list *list, bool has_tracks,
                       struct error *error)
{
    struct list_page *page = &job->page;
    list_page_begin(page, "versions", list->n, &job->encoder);
    if (version_list_encode(list, &job->encoder, error) != 0)
        return -1;
    page->total = list->total;
    page->is_one_way = true;
    page->previous[0] = '\0';
    snprintf(page->next, sizeof page->next, "%s", list->seek_key);
    encode_meta(job, list, has_tracks);
    return 0;
}

static int answer(struct answer_job *job, const void *parameters, struct failure *failure)
{
    const struct version_list_parameters *wanted = parameters;
    const struct version_query *query = &wanted->query;
    struct version_list list;
    enum version_list_status status = version_list_open(&list, job->reader, query, &failure->error);
    if (status != VERSION_LIST_OK) {
        failure->status = status == VERSION_LIST_INVALID_SEEK ? 400 : 500;
        return -1;
    }
    crate_path_tag(job->snapshot->index, query->rank, job->surrogate_key);
    failure->status = 500;
    int result = encode_page(job, &list, query->has_release_tracks, &failure->error);
    version_list_close(&list);
    return result;
}

const struct endpoint list_versions_endpoint = {
    .path = "/api/v1/crates/{name}/versions",
    .name = "versions",
    .cache_control = RESPONSE_PUBLIC(60, 600),
    .is_cached = true,
    .has_links = true,
    .prepare = prepare,
    .answer = answer,
};
