/* GET /api/v1/crates/{name}/reverse_dependencies: who depends on a crate, in numbered pages. */
#include "server/endpoints/endpoint.h"

#include <cratedex/reverse_dependencies.h>

static int prepare(const struct service *service, const struct request *request,
                   union endpoint_parameters *parameters, struct canonical_key *key,
                   struct failure *failure)
{
    struct reverse_dependencies_parameters *wanted = &parameters->reverse_dependencies;
    if (pagination_parse_for(request->query, PAGINATION_PAGE_LIMIT, &wanted->pagination, failure) !=
            0 ||
        crate_path_find(service->index, &request->path_values[0], &wanted->rank, failure) != 0)
        return -1;
    canonical_key_number(key, 'c', wanted->rank);
    canonical_key_number(key, 'n', wanted->pagination.per_page);
    canonical_key_number(key, 'p', wanted->pagination.page);
    return 0;
}

static int answer(struct answer_job *job, const union endpoint_parameters *parameters,
                  struct failure *failure)
{
    const struct reverse_dependencies_parameters *wanted = &parameters->reverse_dependencies;
    crate_path_tag(job->service->index, wanted->rank, job->surrogate_key);
    failure->status = 500;
    return index_reader_encode_reverse_dependencies(
        job->reader, wanted->rank, pagination_offset(&wanted->pagination),
        wanted->pagination.per_page, &job->encoder, &failure->error);
}

const struct endpoint reverse_dependencies_endpoint = {
    .path = "/api/v1/crates/{name}/reverse_dependencies",
    .name = "reverse_dependencies",
    .cache_control = RESPONSE_PUBLIC(60, 600),
    .is_cached = true,
    .prepare = prepare,
    .answer = answer,
};
