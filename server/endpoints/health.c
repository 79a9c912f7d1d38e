/* For those who run the server: GET /healthz (the process answers) and GET /readyz (it can serve:
   the index answers, its file is sound and no shutdown has begun). */
#include "server/endpoints/endpoint.h"

#include "server/endpoints/served_index.h"
#include "server/http/response_headers.h"

#include <cratedex/crate_fragment.h>
#include <inttypes.h>

static void encode_state(struct answer_job *job)
{
    encoder_object(&job->encoder, 3);
    served_index_encode(job);
    encoder_end_object(&job->encoder);
}

static int answer_health(struct answer_job *job, const void *parameters, struct failure *failure)
{
    (void)parameters;
    (void)failure;
    encoder_object(&job->encoder, 1);
    encoder_key(&job->encoder, "status");
    encoder_text(&job->encoder, "ok");
    encoder_end_object(&job->encoder);
    return 0;
}

static int answer_readiness(struct answer_job *job, const void *parameters, struct failure *failure)
{
    (void)parameters;
    if (atomic_load(&job->service->is_stopping))
        return failure_set(failure, 503, "shutting down");
    struct index_pages_state pages;
    index_pages_state(job->snapshot->index, &pages);
    if (pages.n_damaged > 0)
        return failure_set(failure, 503,
                           "the index file is damaged: %" PRIu32 " of its pages, page %" PRIu32
                           " is the first; restore it or build it again",
                           pages.n_damaged, pages.first_damaged);
    const void *document;
    size_t size;
    if (index_n_crates(job->snapshot->index) > 0 &&
        index_reader_document(job->reader, 1, ENCODING_JSON, &document, &size, &failure->error) !=
            0) {
        failure->status = 500;
        return -1;
    }
    encode_state(job);
    return 0;
}

const struct endpoint health_endpoint = {
    .path = "/healthz",
    .name = "healthz",
    .audience = ENDPOINT_FOR_OPERATORS,
    .cache_control = RESPONSE_NO_STORE,
    .needs_no_index = true,
    .answer = answer_health,
};

const struct endpoint readiness_endpoint = {
    .path = "/readyz",
    .name = "readyz",
    .audience = ENDPOINT_FOR_OPERATORS,
    .cache_control = RESPONSE_NO_STORE,
    .answer = answer_readiness,
};
