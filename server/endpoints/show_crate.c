/* GET /api/v1/crates/{name}: a crate with its versions, keywords and categories, as far as
   `include` wants them. `new`, which crates.io routes by itself, is a name like others here. */
#include "server/endpoints/crate_path.h"
#include "server/endpoints/endpoint.h"
#include "server/parameters/include_parameter.h"

#include <cratedex/crate_fragment.h>
#include <cratedex/crate_page.h>

struct crate_page_parameters {
    uint32_t rank;
    unsigned components; /* enum crate_component */
};
ENDPOINT_PARAMETERS_FIT(struct crate_page_parameters);

static int read_components(const struct query_string *query, unsigned *components,
                           struct failure *failure)
{
    static const struct include_word words[] = {
        {"versions", CRATE_VERSIONS},     {"keywords", CRATE_KEYWORDS},
        {"categories", CRATE_CATEGORIES}, {"badges", CRATE_BADGES},
        {"downloads", CRATE_DOWNLOADS},   {"default_version", CRATE_DEFAULT_VERSION},
        {"full", CRATE_FULL_PAGE},
    };
    static const char refusal[] =
        "invalid component for ?include= (expected 'versions', 'keywords', 'categories',"
        " 'badges', 'downloads', 'default_version', or 'full')";
    if (include_parameter(query, words, sizeof words / sizeof *words, refusal, CRATE_FULL_PAGE,
                          components, failure) != 0)
        return -1;
    /* What makes no difference is left out of the key. */
    *components &= ~(unsigned)CRATE_BADGES;
    if ((*components & CRATE_VERSIONS) != 0)
        *components &= ~(unsigned)CRATE_DEFAULT_VERSION;
    return 0;
}

static int prepare(const struct question *question, void *parameters, struct failure *failure)
{
    struct crate_page_parameters *page = parameters;
    if (read_components(question->request->query, &page->components, failure) != 0 ||
        crate_path_prepare(question, &page->rank, failure) != 0)
        return -1;
    canonical_key_number(question->key, 'i', page->components);
    return 0;
}

static int answer(struct answer_job *job, const void *parameters, struct failure *failure)
{
    const struct crate_page_parameters *page = parameters;
    crate_path_tag(job->snapshot->index, page->rank, job->surrogate_key);
    failure->status = 500;
    return index_reader_encode_crate_page(job->reader, page->rank, page->components, &job->encoder,
                                          &failure->error);
}

const struct endpoint show_crate_endpoint = {
    .path = "/api/v1/crates/{name}",
    .name = "crate",
    .cache_control = RESPONSE_PUBLIC(60, 600),
    .is_cached = true,
    .prepare = prepare,
    .answer = answer,
};
