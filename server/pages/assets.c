/* GET /assets/{name}: what pages load by themselves. A name changes with what it names, so that a
   browser never asks for it again (RFC 8246). */
#include "server/html/site.h"
#include "server/pages/pages.h"

#include <msgpack/sbuffer.h>

struct asset_parameters {
    struct site_asset asset;
};
ENDPOINT_PARAMETERS_FIT(struct asset_parameters);

static int prepare(const struct question *question, void *parameters, struct failure *failure)
{
    struct asset_parameters *wanted = parameters;
    const struct path_value *name = &question->request->path_values[0];
    int number = site_find_asset(question->service->site, name->text, name->length, &wanted->asset);
    if (number < 0)
        return failure_set(failure, MHD_HTTP_NOT_FOUND, "Not Found");
    canonical_key_number(question->key, 'a', (uint64_t)number);
    return 0;
}

static int answer(struct answer_job *job, const void *parameters, struct failure *failure)
{
    const struct asset_parameters *wanted = parameters;
    job->head.content_type = wanted->asset.media_type;
    if (msgpack_sbuffer_write(job->encoder.out, wanted->asset.bytes, wanted->asset.size) == 0)
        return 0;
    error_out_of_memory(&failure->error);
    return failure_internal(failure);
}

const struct endpoint asset_endpoint = {
    .path = "/assets/{name}",
    .name = "asset",
    .cache_control = {"public, max-age=31536000, immutable", NULL},
    .plain_type = "application/octet-stream",
    .audience = ENDPOINT_FOR_PAGES,
    .needs_no_index = true,
    .is_cached = true,
    .prepare = prepare,
    .answer = answer,
};
