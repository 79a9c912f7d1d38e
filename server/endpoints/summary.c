/* GET /api/v1/summary: the homepage's lists. The whole page was encoded when the index was
   built. */
#include "server/endpoints/endpoint.h"

#include "server/http/response_headers.h"

#include <cratedex/crate_fragment.h>

static int answer(struct answer_job *job, const void *parameters, struct failure *failure)
{
    (void)parameters;
    if (index_reader_encode_page(job->reader, "summary", &job->encoder, &failure->error) == 0)
        return 0;
    failure->status = 500;
    return -1;
}

const struct endpoint summary_endpoint = {
    .path = "/api/v1/summary",
    .name = "summary",
    .cache_control = RESPONSE_PUBLIC(15, 60),
    .surrogate_key = "crates",
    .is_cached = true,
    .answer = answer,
};
