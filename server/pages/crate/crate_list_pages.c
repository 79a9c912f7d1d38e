/* GET /crates/{name}/versions and /crates/{name}/reverse_dependencies: a crate's long lists, in
   pages. Versions go on by a seek key, as they do in the API, for nobody counts to one that is far
   behind; who depends on a crate has numbered pages. */
#include "server/pages/crate/crate_page_path.h"
#include "server/pages/crate/crate_subpage.h"
#include "server/pages/crate/version_rows.h"
#include "server/pages/pages.h"
#include "server/pages/part_value.h"

#include "server/endpoints/endpoints.h"
#include "server/parameters/pagination.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct versions_parameters {
    struct crate_page_path path;
    bool is_by_number; /* else by date */
    size_t query_length;
    char query[LISTING_MAX_QUERY]; /* for the endpoint */
};
ENDPOINT_PARAMETERS_FIT(struct versions_parameters);

/* Copies a parameter behind what is written, or writes what stands for it where none was sent. */
static int write_parameter(const struct query_string *query, const char *name,
                           const char *otherwise, struct versions_parameters *wanted)
{
    const struct query_parameter *sent = query_string_find(query, name);
    const char *value = sent != NULL ? sent->value : otherwise;
    size_t length = wanted->query_length;
    if (value == NULL)
        return 0;
    int written = snprintf(wanted->query + length, sizeof wanted->query - length, "&%s=", name);
    if (written < 0 || (size_t)written >= sizeof wanted->query - length)
        return -1;
    wanted->query_length += (size_t)written;
    return query_string_encode(wanted->query, sizeof wanted->query, &wanted->query_length, value,
                               sent != NULL ? sent->value_length : strlen(value));
}

static struct part versions_part(const struct versions_parameters *wanted)
{
    struct part part = crate_part(&list_versions_endpoint, &wanted->path, NULL);
    part.query = wanted->query;
    part.query_length = wanted->query_length;
    return part;
}

static int prepare_versions(const struct question *question, void *parameters,
                            struct failure *failure)
{
    struct versions_parameters *wanted = parameters;
    const struct query_string *query = question->request->query;
    crate_page_path_read(question, false, &wanted->path);
    if (!crate_page_is_shown(&wanted->path))
        return 0;
    const struct query_parameter *sort = query_string_find(query, "sort");
    /* What names no order is by number to the endpoint. */
    wanted->is_by_number = sort != NULL && strcasecmp(sort->value, "date") != 0;
    wanted->query_length = 0;
    if (write_parameter(query, "sort", "date", wanted) != 0 ||
        write_parameter(query, "per_page", "100", wanted) != 0 ||
        write_parameter(query, "seek", NULL, wanted) != 0)
        return failure_set(failure, MHD_HTTP_URI_TOO_LONG, "the query is too long");
    const struct part part = versions_part(wanted);
    return part_prepare(question, &part, failure);
}

static int answer_versions(struct answer_job *job, const void *parameters, struct failure *failure)
{
    const struct versions_parameters *wanted = parameters;
    struct page page;
    struct part_value value;
    if (!crate_page_is_shown(&wanted->path))
        return crate_page_answer_other(job, &wanted->path, "/versions", failure);
    const struct part part = versions_part(wanted);
    if (part_value_read(job, &part, &value, failure) != 0)
        return -1;
    crate_path_tag(job->snapshot->index, wanted->path.rank, job->surrogate_key);
    const msgpack_object *versions = object_member(&value.unpacked.data, "versions");
    page_begin(&page, job, CRATE_SUBPAGE_MEMBERS + 6);
    crate_subpage_begin(&page, &wanted->path, "Versions", "/versions");
    encoder_member_integer(&page.model, "n", (int64_t)part_value_number(&value, "meta", "total"));
    encoder_member_boolean(&page.model, "is_by_number", wanted->is_by_number);
    encoder_member_boolean(&page.model, "is_continued", strstr(wanted->query, "&seek=") != NULL);
    encoder_key(&page.model, "next");
    object_encode(part_value_at(&value, "meta", "next_page"), &page.model);
    encoder_member_boolean(&page.model, "has_version_rows", object_n_elements(versions) > 0);
    encoder_key(&page.model, "versions");
    version_rows_encode(versions, &page.model);
    part_value_free(&value);
    return page_finish(&page, "crate_versions", failure);
}

static const struct listing_kind dependents_kind = {
    .sorts = {{"downloads", "All downloads"},
              {"recent-downloads", "Recent downloads"},
              {"alpha", "Name"},
              {"new", "Newest"}},
    .per_page = 50,
    .max_page = PAGINATION_MAX_PAGE,
};

struct dependents_parameters {
    struct crate_page_path path;
    struct listing listing;
};
ENDPOINT_PARAMETERS_FIT(struct dependents_parameters);

static int prepare_dependents(const struct question *question, void *parameters,
                              struct failure *failure)
{
    struct dependents_parameters *wanted = parameters;
    crate_page_path_read(question, false, &wanted->path);
    if (!crate_page_is_shown(&wanted->path))
        return 0;
    return listing_read(question, &dependents_kind, &wanted->listing, failure);
}

/* A dependency and the version that has it. */
static void encode_dependent(const msgpack_object *dependency, const msgpack_object *version,
                             struct encoder *model)
{
    static const char *const of_dependency[] = {"req", "optional", "kind", "target"};
    const uint32_t n_members = sizeof of_dependency / sizeof *of_dependency;
    encoder_object(model, n_members + 3);
    for (uint32_t i = 0; i < n_members; i++)
        object_encode_member(dependency, of_dependency[i], model);
    object_encode_member(version, "crate", model);
    object_encode_member(version, "num", model);
    encoder_member_boolean(model, "is_normal",
                           object_is_text(object_member(dependency, "kind"), "normal"));
    encoder_end_object(model);
}

static int show_dependents(struct answer_job *job, const struct dependents_parameters *wanted,
                           const struct part_value *value, struct failure *failure)
{
    struct page page;
    const msgpack_object *dependencies = object_member(&value->unpacked.data, "dependencies");
    const msgpack_object *versions = object_member(&value->unpacked.data, "versions");
    uint32_t n = object_n_elements(dependencies);
    page_begin(&page, job, CRATE_SUBPAGE_MEMBERS + 4);
    crate_subpage_begin(&page, &wanted->path, "Dependents", "/reverse_dependencies");
    crate_subpage_add_listing(&page, &wanted->path, "/reverse_dependencies", &wanted->listing,
                              part_value_number(value, "meta", "total"));
    encoder_key(&page.model, "dependents");
    encoder_array(&page.model, n);
    for (uint32_t i = 0; i < n; i++)
        encode_dependent(object_element(dependencies, i), object_element(versions, i), &page.model);
    encoder_end_array(&page.model);
    return page_finish(&page, "crate_dependents", failure);
}

static int answer_dependents(struct answer_job *job, const void *parameters,
                             struct failure *failure)
{
    const struct dependents_parameters *wanted = parameters;
    struct part_value value;
    char query[LISTING_MAX_QUERY];
    if (!crate_page_is_shown(&wanted->path))
        return crate_page_answer_other(job, &wanted->path, "/reverse_dependencies", failure);
    struct part part = crate_part(&reverse_dependencies_endpoint, &wanted->path, NULL);
    part.query = query;
    part.query_length = listing_query(&wanted->listing, NULL, NULL, 0, query);
    if (part_value_read(job, &part, &value, failure) != 0)
        return -1;
    crate_path_tag(job->snapshot->index, wanted->path.rank, job->surrogate_key);
    int result = show_dependents(job, wanted, &value, failure);
    part_value_free(&value);
    return result;
}

const struct endpoint crate_versions_page_endpoint = PAGE_ENDPOINT(
    "/crates/{name}/versions", "versions_page", NULL, prepare_versions, answer_versions);

const struct endpoint dependents_page_endpoint =
    PAGE_ENDPOINT("/crates/{name}/reverse_dependencies", "dependents_page", NULL,
                  prepare_dependents, answer_dependents);
