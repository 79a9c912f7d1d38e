/* GET /crates, which others have as the list of all crates: here that is a search without a text,
   and this leads there. */
#include "server/pages/crate/crate_address.h"
#include "server/pages/page.h"
#include "server/pages/pages.h"

#include <string.h>

struct all_crates_parameters {
    const char *query;
    size_t query_length;
};
ENDPOINT_PARAMETERS_FIT(struct all_crates_parameters);

static int prepare(const struct question *question, void *parameters, struct failure *failure)
{
    (void)failure;
    struct all_crates_parameters *wanted = parameters;
    wanted->query = question->request->query_text;
    wanted->query_length = question->request->query_length;
    canonical_key_text(question->key, 'q', wanted->query, wanted->query_length);
    return 0;
}

static int answer(struct answer_job *job, const void *parameters, struct failure *failure)
{
    (void)failure;
    static const char address[] = "/search";
    const struct all_crates_parameters *wanted = parameters;
    job->head.status = MHD_HTTP_FOUND;
    memcpy(job->location, address, sizeof address);
    crate_address_add_query(job, wanted->query, wanted->query_length);
    return 0;
}

const struct endpoint all_crates_page_endpoint = {
    .path = "/crates",
    .name = "all_crates_page",
    .cache_control = RESPONSE_PUBLIC(60, 600),
    .plain_type = PAGE_MEDIA_TYPE,
    .audience = ENDPOINT_FOR_PEOPLE,
    .needs_no_index = true,
    .is_cached = true,
    .prepare = prepare,
    .answer = answer,
};
