/* GET /api/v1/crates/{name}/{version}: one version; and /dependencies below it. */
#include "server/endpoints/endpoint.h"

#include <cratedex/version_dependencies.h>
#include <cratedex/version_document.h>

static int prepare(const struct service *service, const struct request *request,
                   union endpoint_parameters *parameters, struct canonical_key *key,
                   struct failure *failure)
{
    return crate_path_prepare_version(service->index, request, &parameters->crate_version, key,
                                      failure);
}

/* Finds the version and tags the answer. What fails behind it is an internal error. */
static int begin(struct answer_job *job, const struct crate_version_path *path, int64_t *version_id,
                 struct failure *failure)
{
    if (crate_path_find_version(job->reader, path, version_id, failure) != 0)
        return -1;
    crate_path_tag(job->service->index, path->rank, job->surrogate_key);
    failure->status = 500;
    return 0;
}

static int answer_version(struct answer_job *job, const union endpoint_parameters *parameters,
                          struct failure *failure)
{
    const struct crate_version_path *path = &parameters->crate_version;
    int64_t version_id;
    if (begin(job, path, &version_id, failure) != 0)
        return -1;
    encoder_object(&job->encoder, 1);
    encoder_key(&job->encoder, "version");
    if (index_reader_encode_version(job->reader, path->rank, version_id, &job->encoder,
                                    &failure->error) != 0)
        return -1;
    encoder_end_object(&job->encoder);
    return 0;
}

static int answer_dependencies(struct answer_job *job, const union endpoint_parameters *parameters,
                               struct failure *failure)
{
    int64_t version_id;
    if (begin(job, &parameters->crate_version, &version_id, failure) != 0)
        return -1;
    return version_dependencies_encode(job->reader, version_id, &job->encoder, &failure->error);
}

const struct endpoint show_version_endpoint = {
    .path = "/api/v1/crates/{name}/{version}",
    .name = "version",
    .cache_control = RESPONSE_PUBLIC(60, 600),
    .is_cached = true,
    .prepare = prepare,
    .answer = answer_version,
};

const struct endpoint version_dependencies_endpoint = {
    .path = "/api/v1/crates/{name}/{version}/dependencies",
    .name = "version_dependencies",
    .cache_control = RESPONSE_PUBLIC(60, 600),
    .is_cached = true,
    .prepare = prepare,
    .answer = answer_dependencies,
};
