/* GET /api/v1/crates/{name}/{version}/dependencies. */
#include "server/endpoint.h"

#include <cratedex/version_dependencies.h>

static int prepare(const struct service *service, const struct request *request,
                   union endpoint_parameters *parameters, struct canonical_key *key,
                   struct failure *failure)
{
    return crate_path_prepare_version(service->index, request, &parameters->crate_version, key,
                                      failure);
}

static int answer(struct answer_job *job, const union endpoint_parameters *parameters,
                  struct failure *failure)
{
    const struct crate_version_path *path = &parameters->crate_version;
    int64_t version_id;
    if (crate_path_find_version(job->reader, path, &version_id, failure) != 0)
        return -1;
    crate_path_tag(job->service->index, path->rank, job->surrogate_key);
    failure->status = 500;
    return version_dependencies_encode(job->reader, version_id, &job->encoder, &failure->error);
}

const struct endpoint version_dependencies_endpoint = {
    .path = "/api/v1/crates/{name}/{version}/dependencies",
    .name = "version_dependencies",
    .cache_control = RESPONSE_PUBLIC(60, 600),
    .is_cached = true,
    .prepare = prepare,
    .answer = answer,
};
