/* GET /search: what was found, as GET /api/v1/crates has it. */
#include "server/pages/page.h"
#include "server/pages/pages.h"

#include "server/endpoints/endpoints.h"

/* The query lies in the request, which outlives the answer. */
struct search_page_parameters {
    struct part crates;
    const struct query_parameter *text;
};
ENDPOINT_PARAMETERS_FIT(struct search_page_parameters);

static int prepare(const struct question *question, void *parameters, struct failure *failure)
{
    struct search_page_parameters *wanted = parameters;
    const struct request *request = question->request;
    wanted->crates = (struct part){
        .endpoint = &list_crates_endpoint,
        .query = request->query_text,
        .query_length = request->query_length,
    };
    wanted->text = query_string_find(request->query, "q");
    if (wanted->text != NULL)
        canonical_key_text(question->key, 't', wanted->text->value, wanted->text->value_length);
    return part_prepare(question, &wanted->crates, failure);
}

static int answer(struct answer_job *job, const void *parameters, struct failure *failure)
{
    const struct search_page_parameters *wanted = parameters;
    struct page page;
    page_begin(&page, job, 2);
    encoder_key(&page.model, "q");
    if (wanted->text != NULL)
        encoder_string(&page.model, wanted->text->value, wanted->text->value_length);
    else
        encoder_null(&page.model);
    if (page_add_part(&page, "found", &wanted->crates, failure) != 0)
        return page_abandon(&page);
    return page_finish(&page, "search", failure);
}

const struct endpoint search_page_endpoint = {
    .path = "/search",
    .name = "search_page",
    .cache_control = RESPONSE_PUBLIC(60, 600),
    .surrogate_key = "crates",
    .plain_type = PAGE_MEDIA_TYPE,
    .audience = ENDPOINT_FOR_PEOPLE,
    .is_cached = true,
    .prepare = prepare,
    .answer = answer,
};
