/* GET /docs: our OpenAPI document, /api/openapi.json as this server has it, as a page whose forms
   ask the operations (assets/docs.js).
   GET /docs/try/{operation}: where such a form leads without JavaScript: on to the address that its
   fields make. An answer shows in the browser then as it comes. */
#include "server/endpoints/endpoints.h"
#include "server/pages/docs/docs_address.h"
#include "server/pages/docs/docs_model.h"
#include "server/pages/page.h"
#include "server/pages/pages.h"
#include "server/pages/part_value.h"

static const struct part document_part = {.endpoint = &openapi_endpoint};

static int answer_docs(struct answer_job *job, const void *parameters, struct failure *failure)
{
    (void)parameters;
    struct page page;
    struct part_value document;
    if (part_value_read(job, &document_part, &document, failure) != 0)
        return -1;
    page_begin(&page, job, 3);
    encoder_member_text(&page.model, "title", "API");
    encoder_member_boolean(&page.model, "at_docs", true);
    encoder_key(&page.model, "groups");
    docs_model_encode(&document.unpacked.data, &page.model);
    part_value_free(&document);
    return page_finish(&page, "docs", failure);
}

/* Both are borrowed from the request. */
struct try_parameters {
    struct path_value operation;
    const struct query_string *query;
};
ENDPOINT_PARAMETERS_FIT(struct try_parameters);

static int prepare_try(const struct question *question, void *parameters, struct failure *failure)
{
    (void)failure;
    struct try_parameters *wanted = parameters;
    const struct request *request = question->request;
    wanted->operation = request->path_values[0];
    wanted->query = request->query;
    canonical_key_text(question->key, 'o', wanted->operation.text, wanted->operation.length);
    canonical_key_text(question->key, 'q', request->query_text, request->query_length);
    return 0;
}

static int answer_try(struct answer_job *job, const void *parameters, struct failure *failure)
{
    const struct try_parameters *wanted = parameters;
    struct part_value document;
    if (part_value_read(job, &document_part, &document, failure) != 0)
        return -1;
    int result = docs_address_write(&document.unpacked.data, &wanted->operation, wanted->query,
                                    job->location, sizeof job->location, failure);
    part_value_free(&document);
    job->head.status = MHD_HTTP_FOUND;
    return result;
}

const struct endpoint docs_page_endpoint = {
    .path = "/docs",
    .name = "docs_page",
    .cache_control = RESPONSE_PUBLIC(3600, 86400),
    .plain_type = PAGE_MEDIA_TYPE,
    .audience = ENDPOINT_FOR_PEOPLE,
    .needs_no_index = true,
    .is_cached = true,
    .answer = answer_docs,
};

const struct endpoint docs_try_endpoint = {
    .path = "/docs/try/{operation}",
    .name = "docs_try",
    .cache_control = RESPONSE_NO_CACHE,
    .plain_type = PAGE_MEDIA_TYPE,
    .audience = ENDPOINT_FOR_PEOPLE,
    .needs_no_index = true,
    .is_cached = true,
    .prepare = prepare_try,
    .answer = answer_try,
};
