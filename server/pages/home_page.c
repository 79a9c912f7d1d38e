/* GET /: the search box, and the homepage's lists. */
#include "server/pages/page.h"
#include "server/pages/pages.h"

#include "server/endpoints/endpoints.h"

static int answer(struct answer_job *job, const void *parameters, struct failure *failure)
{
    (void)parameters;
    struct page page;
    const struct part summary = {.endpoint = &summary_endpoint};
    page_begin(&page, job, 3);
    encoder_member_boolean(&page.model, "is_home", true);
    encoder_member_text(&page.model, "dump", index_dump_timestamp(job->snapshot->index));
    if (page_add_part(&page, "summary", &summary, failure) != 0)
        return page_abandon(&page);
    return page_finish(&page, "home", failure);
}

const struct endpoint home_page_endpoint = {
    .path = "/",
    .name = "home_page",
    .cache_control = RESPONSE_PUBLIC(15, 60),
    .surrogate_key = "crates",
    .plain_type = PAGE_MEDIA_TYPE,
    .audience = ENDPOINT_FOR_PEOPLE,
    .is_cached = true,
    .answer = answer,
};
