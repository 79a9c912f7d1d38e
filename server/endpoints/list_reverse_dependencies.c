/* GET /api/v1/crates/{name}/reverse_dependencies: who depends on a crate, in numbered pages. */
#include "server/endpoints/crate_path.h"
#include "server/endpoints/endpoint.h"
#include "server/parameters/pagination.h"

#include <cratedex/crate_fragment.h>
#include <cratedex/reverse_dependencies.h>

struct reverse_dependencies_parameters {
    uint32_t rank;
    struct pagination pagination;
};
ENDPOINT_PARAMETERS_FIT(struct reverse_dependencies_parameters);

static int prepare(const struct question *question, void *parameters, struct failure *failure)
{
    struct reverse_dependencies_parameters *wanted = parameters;
    if (pagination_parse_for(question->request->query, PAGINATION_PAGE_LIMIT, &wanted->pagination,
                             failure) != 0 ||
        crate_path_prepare(question, &wanted->rank, failure) != 0)
        return -1;
    canonical_key_number(question->key, 'n', wanted->pagination.per_page);
    canonical_key_number(question->key, 'p', wanted->pagination.page);
    return 0;
}

static int answer(struct answer_job *job, const void *parameters, struct failure *failure)
{
    const struct reverse_dependencies_parameters *wanted = parameters;
    crate_path_tag(job->snapshot->index, wanted->rank, job->surrogate_key);
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
