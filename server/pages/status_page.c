/* GET /status: the figures of /status.json, as they were when the page was asked for; a script then
   asks each second (assets/status.js). */
#include "server/endpoints/endpoints.h"
#include "server/pages/page.h"
#include "server/pages/pages.h"

static int answer(struct answer_job *job, const void *parameters, struct failure *failure)
{
    (void)parameters;
    struct page page;
    const struct part status = {.endpoint = &status_endpoint};
    page_begin(&page, job, 3);
    encoder_member_text(&page.model, "title", "Status");
    encoder_member_boolean(&page.model, "is_for_operators", job->service->role == ADDRESS_ADMIN);
    if (page_add_part(&page, "status", &status, failure) != 0)
        return page_abandon(&page);
    return page_finish(&page, "status", failure);
}

const struct endpoint status_page_endpoint = {
    .path = "/status",
    .name = "status_page",
    .cache_control = RESPONSE_PRIVATE_NO_STORE,
    .plain_type = PAGE_MEDIA_TYPE,
    .audience = ENDPOINT_FOR_STATUS,
    .needs_no_index = true,
    .answer = answer,
};
