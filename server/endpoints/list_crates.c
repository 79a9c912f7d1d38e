/* GET /api/v1/crates: search and lists. A page is the search's hits, each copied from the index as
   it was encoded there, between the frame that all lists share. */
#include "server/endpoints/crate_list_parameters.h"
#include "server/endpoints/endpoint.h"

#include "server/answer/search_meta.h"
#include "server/http/response_headers.h"
#include "server/service/experiment.h"
#include "server/service/monotonic.h"
#include "server/telemetry/asked_queries.h"

#include <cratedex/crate_fragment.h>
#include <cratedex/query_plan.h>
#include <cratedex/search.h>
#include <cratedex/search_hit.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

ENDPOINT_PARAMETERS_FIT(struct crate_list_parameters);

/* Links exist only from a full page on, as on crates.io: the last page may be full, and then the
   next is empty. */
static void set_links(struct list_page *page, const struct pagination *pagination,
                      const struct search_result *result)
{
    bool is_full = result->n_hits == pagination->per_page;
    page->next[0] = '\0';
    page->previous[0] = '\0';
    if (pagination->mode == PAGE_NUMBER) {
        if (is_full)
            snprintf(page->next, sizeof page->next, "%" PRIu32, pagination->page + 1);
        if (pagination->page > 1)
            snprintf(page->previous, sizeof page->previous, "%" PRIu32, pagination->page - 1);
    } else if (is_full) {
        snprintf(page->next, sizeof page->next, "%s", result->seek_key);
    }
}

/* What crates say of the search besides themselves. */
static unsigned members_of(const struct crate_list_parameters *parameters)
{
    return (parameters->highlight ? SEARCH_HIT_HIGHLIGHTS : 0U) |
           (parameters->explain ? SEARCH_HIT_EXPLANATION : 0U);
}

static int encode_page(struct answer_job *job, const struct crate_list_parameters *parameters,
                       const struct search_result *result, struct failure *failure)
{
    unsigned members = members_of(parameters);
    for (uint32_t i = 0; i < result->n_hits; i++)
        index_reader_fetch_document(job->reader, result->hits[i].rank);
    list_page_begin(&job->page, "crates", result->n_hits, &job->encoder);
    for (uint32_t i = 0; i < result->n_hits; i++)
        if (search_hit_encode(job->reader, result->search, &result->hits[i], members, &job->encoder,
                              &failure->error) != 0) {
            failure->status = 500;
            return -1;
        }
    /* crates.io counts in the rows of the page itself: no rows, no count. */
    job->page.total = result->n_hits > 0 ? result->total : 0;
    set_links(&job->page, &parameters->pagination, result);
    search_meta_write(&job->page, &job->spelling, &parameters->search, result, &job->encoder);
    return 0;
}

/* Who turns a page asks for nothing new. */
static bool is_first_page(const struct search_query *query)
{
    return query->offset == 0 && query->after.data == NULL;
}

/* Whether something else than the text may be why nothing was found. */
static bool is_narrowed(const struct search_query *query)
{
    return query->filters != NULL || query->category.data != NULL || query->n_keywords > 0 ||
           query->letter.data != NULL || query->by_names || query->by_user || query->by_team;
}

static int answer(struct answer_job *job, const void *parameters, struct failure *failure)
{
    struct search_result result;
    const struct crate_list_parameters *wanted = parameters;
    struct search_query query = wanted->search;
    enum experiment_arm arm = wanted->arm;
    const struct settings *settings = &job->snapshot->settings;
    query.ranking = arm == EXPERIMENT_B ? &settings->ranking_b : &settings->ranking;
    if (arm != EXPERIMENT_NONE) {
        job->head.arm = arm;
        job->head.cache_control.everyone = experiment_cache_control(job->service->experiment);
        job->head.cache_control.shared = NULL;
    }
    double start = monotonic_seconds();
    enum search_status status = search_run(job->reader, &query, &result, &failure->error);
    job->trace->search_seconds = monotonic_seconds() - start;
    if (status != SEARCH_OK) {
        failure->status = status == SEARCH_FAILED ? 500 : 400;
        return -1;
    }
    for (uint32_t i = 0; query.filters != NULL && i < query.filters->n; i++)
        job->trace->filters |= UINT32_C(1) << query.filters->filters[i].kind;
    job->trace->has_plan = settings->slow_query_seconds > 0;
    if (job->trace->has_plan)
        query_plan_describe(&query, &result, &job->trace->plan);
    if (job->service->asked != NULL && query.text.length > 0 && is_first_page(&wanted->search)) {
        bool found_nothing = result.total == 0 && !is_narrowed(&query);
        asked_queries_describe(job->service->asked, query.text.data, query.text.length,
                               found_nothing, &job->asked);
        job->head.asked = &job->asked;
    }
    return encode_page(job, wanted, &result, failure);
}

static int prepare(const struct question *question, void *parameters, struct failure *failure)
{
    return crate_list_parse(question->request->query, question->snapshot->index, question->arm,
                            parameters, question->key, failure);
}

const struct endpoint list_crates_endpoint = {
    .path = "/api/v1/crates",
    .name = "crates",
    .cache_control = RESPONSE_PUBLIC(60, 600),
    .surrogate_key = "crates",
    .is_cached = true,
    .has_links = true,
    .prepare = prepare,
    .answer = answer,
};
