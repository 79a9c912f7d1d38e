/* GET /api/v1/crates/{name}/{version}: one version. */
#include "server/endpoint.h"

#include <cratedex/version_document.h>

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
    int64_t version_id = 0;
    if (crate_path_find_version(job->reader, path, &version_id, failure) != 0)
        return -1;
    crate_path_tag(job->service->index, path->rank, job->surrogate_key);
    encoder_object(&job->encoder, 1);
    encoder_key(&job->encoder, "version");
    if (index_reader_encode_version(job->reader, path->rank, version_id, &job->encoder,
                                    &failure->error) != 0) {
        failure->status = 500;
        return -1;
    }
    encoder_end_object(&job->encoder);
    return 0;
}

const struct endpoint show_version_endpoint = {
    .path = "/api/v1/crates/{name}/{version}",
    .name = "version",
    .cache_control = RESPONSE_PUBLIC(60, 600),
    .is_cached = true,
    .prepare = prepare,
    .answer = answer,
};
