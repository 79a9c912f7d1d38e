/* GET /api/v1/crates/{name}/{version}: one version; and /dependencies below it. */
#include "server/endpoints/crate_path.h"
#include "server/endpoints/endpoint.h"

#include <cratedex/crate_fragment.h>
#include <cratedex/version_dependencies.h>
#include <cratedex/version_document.h>

ENDPOINT_PARAMETERS_FIT(struct crate_version_path);

static int prepare(const struct question *question, void *parameters, struct failure *failure)
{
    return crate_path_prepare_version(question, parameters, failure);
}

/* Finds the version and tags the answer. What fails behind it is an internal error. */
static int begin(struct answer_job *job, const struct crate_version_path *path, int64_t *version_id,
                 struct failure *failure)
{
    if (crate_path_find_version(job->reader, path, version_id, failure) != 0)
        return -1;
    crate_path_tag(job->snapshot->index, path->rank, job->surrogate_key);
    failure->status = 500;
    return 0;
}

static int answer_version(struct answer_job *job, const void *parameters, struct failure *failure)
{
    const struct crate_version_path *path = parameters;
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

static int answer_dependencies(struct answer_job *job, const void *parameters,
                               struct failure *failure)
{
    int64_t version_id;
    if (begin(job, parameters, &version_id, failure) != 0)
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
