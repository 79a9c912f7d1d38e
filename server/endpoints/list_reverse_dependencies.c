/* GET /api/v1/crates/{name}/reverse_dependencies: who depends on a crate, in numbered pages. */
#include "server/endpoints/crate_path.h"
#include "server/endpoints/endpoint.h"
#include "server/parameters/pagination.h"
#include "server/parameters/text_parameter.h"

#include <cratedex/canonical_name.h>
#include <cratedex/reverse_dependencies.h>
#include <cratedex/search_query.h>

/* `query` points to `name`. */
struct reverse_dependencies_parameters {
    struct dependents_query query;
    struct pagination pagination;
    char name[SEARCH_MAX_TEXT_BYTES];
};
ENDPOINT_PARAMETERS_FIT(struct reverse_dependencies_parameters);

_Static_assert(PAGINATION_MAX_PER_PAGE <= DEPENDENTS_MAX_LIMIT, "every page has room");

static int read_sort(const struct query_string *query, struct dependents_query *wanted,
                     struct failure *failure)
{
    const struct query_parameter *sort = query_string_find(query, "sort");
    return sort == NULL || dependents_sort_parse(sort->value, &wanted->sort) == 0
               ? 0
               : failure_set(failure, 400,
                             "invalid value for ?sort= (expected 'downloads', 'recent-downloads', "
                             "'alpha', or 'new')");
}

static int read_kind(const struct query_string *query, struct dependents_query *wanted,
                     struct failure *failure)
{
    const struct query_parameter *kind = query_string_find(query, "kind");
    return kind == NULL || dependents_kind_parse(kind->value, &wanted->kind) == 0
               ? 0
               : failure_set(failure, 400,
                             "invalid value for ?kind= (expected 'normal', 'build', or 'dev')");
}

/* The part of names, in its canonical form. */
static int read_name(const struct query_string *query,
                     struct reverse_dependencies_parameters *parameters, struct failure *failure)
{
    size_t length;
    if (text_parameter(query, parameters->name, &length, failure) != 0)
        return -1;
    canonical_name(parameters->name, parameters->name, length);
    parameters->query.name = parameters->name;
    parameters->query.name_length = length;
    return 0;
}

static void write_key(const struct reverse_dependencies_parameters *parameters,
                      struct canonical_key *key)
{
    const struct dependents_query *query = &parameters->query;
    canonical_key_number(key, 'n', parameters->pagination.per_page);
    canonical_key_number(key, 'p', parameters->pagination.page);
    if (query->sort != DEPENDENTS_SORT_DOWNLOADS)
        canonical_key_number(key, 'o', query->sort);
    if (query->kind != DEPENDENTS_KIND_ANY)
        canonical_key_number(key, 'k', query->kind);
    if (query->name_length > 0)
        canonical_key_text(key, 'q', query->name, query->name_length);
}

static int prepare(const struct question *question, void *parameters, struct failure *failure)
{
    struct reverse_dependencies_parameters *wanted = parameters;
    const struct query_string *query = question->request->query;
    wanted->query = (struct dependents_query){.rank = 0};
    if (pagination_parse_for(query, PAGINATION_PAGE_LIMIT, &wanted->pagination, failure) != 0 ||
        read_sort(query, &wanted->query, failure) != 0 ||
        read_kind(query, &wanted->query, failure) != 0 || read_name(query, wanted, failure) != 0 ||
        crate_path_prepare(question, &wanted->query.rank, failure) != 0)
        return -1;
    wanted->query.offset = pagination_offset(&wanted->pagination);
    wanted->query.limit = wanted->pagination.per_page;
    write_key(wanted, question->key);
    return 0;
}

static int answer(struct answer_job *job, const void *parameters, struct failure *failure)
{
    const struct reverse_dependencies_parameters *wanted = parameters;
    crate_path_tag(job->snapshot->index, wanted->query.rank, job->surrogate_key);
    failure->status = 500;
    return index_reader_encode_reverse_dependencies(job->reader, &wanted->query, &job->encoder,
                                                    &failure->error);
}

const struct endpoint reverse_dependencies_endpoint = {
    .path = "/api/v1/crates/{name}/reverse_dependencies",
    .name = "reverse_dependencies",
    .cache_control = RESPONSE_PUBLIC(60, 600),
    .is_cached = true,
    .prepare = prepare,
    .answer = answer,
};
