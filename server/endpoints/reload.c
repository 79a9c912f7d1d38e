/* POST /-/reload at the admin address: what is served when the reload has succeeded. Who may ask,
   and the wait, are not ours (reload_request.c). */
#include "server/endpoints/endpoint.h"

#include "server/endpoints/served_index.h"
#include "server/http/response_headers.h"

static int answer(struct answer_job *job, const void *parameters, struct failure *failure)
{
    (void)parameters;
    (void)failure;
    encoder_object(&job->encoder, 4);
    served_index_encode(job);
    encoder_key(&job->encoder, "generation");
    encoder_integer(&job->encoder, (int64_t)job->snapshot->generation);
    encoder_end_object(&job->encoder);
    return 0;
}

const struct endpoint reload_endpoint = {
    .path = "/-/reload",
    .name = "reload",
    .audience = ENDPOINT_FOR_ADMIN,
    .cache_control = RESPONSE_NO_STORE,
    .needs_no_index = true,
    .is_action = true,
    .answer = answer,
};
