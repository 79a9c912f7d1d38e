/* GET /crates/{name}/{version}/dependencies and …/features: a version's long lists, in pages; and
   /crates/{name}/dependencies, which leads to those of the default version. */
#include "server/pages/crate/crate_address.h"
#include "server/pages/crate/crate_page_path.h"
#include "server/pages/crate/crate_subpage.h"
#include "server/pages/crate/dependency_groups.h"
#include "server/pages/crate/feature_rows.h"
#include "server/pages/pages.h"
#include "server/pages/part_value.h"

#include "server/endpoints/endpoints.h"

#include <string.h>

/* Each has one order. */
static const struct listing_kind dependencies_kind = {.per_page = CRATE_PAGE_DEPENDENCIES};
static const struct listing_kind features_kind = {.per_page = CRATE_PAGE_FEATURES};

struct version_part_parameters {
    struct crate_page_path path;
    struct listing listing;
};
ENDPOINT_PARAMETERS_FIT(struct version_part_parameters);

static int prepare(const struct question *question, const struct listing_kind *kind,
                   struct version_part_parameters *wanted, struct failure *failure)
{
    crate_page_path_read(question, true, &wanted->path);
    if (!crate_page_is_shown(&wanted->path))
        return 0;
    return listing_read(question, kind, &wanted->listing, failure);
}

static int prepare_dependencies(const struct question *question, void *parameters,
                                struct failure *failure)
{
    return prepare(question, &dependencies_kind, parameters, failure);
}

static int prepare_features(const struct question *question, void *parameters,
                            struct failure *failure)
{
    return prepare(question, &features_kind, parameters, failure);
}

/* Where the page is another one, it is answered. Returns 1 where it is not. */
static int begin(struct answer_job *job, const struct version_part_parameters *wanted,
                 const char *tail, struct failure *failure)
{
    int64_t version_id;
    if (!crate_page_is_shown(&wanted->path))
        return crate_page_answer_other(job, &wanted->path, tail, failure);
    return crate_page_find_version(job, &wanted->path, &version_id, failure);
}

static int show_dependencies(struct answer_job *job, const struct version_part_parameters *wanted,
                             const struct part_value *value, struct failure *failure)
{
    struct page page;
    const struct list_window window = list_window_of(&wanted->listing);
    const msgpack_object *dependencies = object_member(&value->unpacked.data, "dependencies");
    page_begin(&page, job, CRATE_SUBPAGE_MEMBERS + 4);
    crate_subpage_begin(&page, &wanted->path, "Dependencies", "/dependencies");
    crate_subpage_add_listing(&page, &wanted->path, "/dependencies", &wanted->listing,
                              object_n_elements(dependencies));
    encoder_key(&page.model, "dependencies");
    if (dependency_groups_encode(job, dependencies, &window, &page.model, failure) != 0)
        return page_abandon(&page);
    return page_finish(&page, "crate_dependencies", failure);
}

static int answer_dependencies(struct answer_job *job, const void *parameters,
                               struct failure *failure)
{
    const struct version_part_parameters *wanted = parameters;
    struct part_value value;
    int result = begin(job, wanted, "/dependencies", failure);
    if (result != 1)
        return result;
    const struct part part = crate_part(&version_dependencies_endpoint, &wanted->path, NULL);
    if (part_value_read(job, &part, &value, failure) != 0)
        return -1;
    result = show_dependencies(job, wanted, &value, failure);
    part_value_free(&value);
    return result;
}

static int show_features(struct answer_job *job, const struct version_part_parameters *wanted,
                         const struct part_value *value, struct failure *failure)
{
    struct page page;
    const struct list_window window = list_window_of(&wanted->listing);
    const msgpack_object *features = part_value_at(value, "version", "features");
    uint32_t n = feature_rows_n(features);
    page_begin(&page, job, CRATE_SUBPAGE_MEMBERS + 5);
    crate_subpage_begin(&page, &wanted->path, "Features", "/features");
    crate_subpage_add_listing(&page, &wanted->path, "/features", &wanted->listing, n);
    encoder_member_boolean(&page.model, "has_feature_rows", n > window.begin);
    encoder_key(&page.model, "features");
    if (feature_rows_encode(features, &window, &page.model, failure) != 0)
        return page_abandon(&page);
    return page_finish(&page, "crate_features", failure);
}

static int answer_features(struct answer_job *job, const void *parameters, struct failure *failure)
{
    const struct version_part_parameters *wanted = parameters;
    struct part_value value;
    int result = begin(job, wanted, "/features", failure);
    if (result != 1)
        return result;
    const struct part part = crate_part(&show_version_endpoint, &wanted->path, NULL);
    if (part_value_read(job, &part, &value, failure) != 0)
        return -1;
    result = show_features(job, wanted, &value, failure);
    part_value_free(&value);
    return result;
}

static int prepare_default(const struct question *question, void *parameters,
                           struct failure *failure)
{
    (void)failure;
    crate_page_path_read(question, false, parameters);
    return 0;
}

static int answer_default(struct answer_job *job, const void *parameters, struct failure *failure)
{
    const struct crate_page_path *path = parameters;
    struct part_value value;
    struct path_value number;
    if (path->rank == 0)
        return crate_page_answer_other(job, path, "", failure);
    const struct part part = crate_part(&show_crate_endpoint, path, "include=default_version");
    if (part_value_read(job, &part, &value, failure) != 0)
        return -1;
    crate_path_tag(job->snapshot->index, path->rank, job->surrogate_key);
    number.text = object_text(part_value_at(&value, "crate", "default_version"), &number.length);
    int result = crate_address_redirect(job, &path->name, &number,
                                        number.length > 0 ? "/dependencies" : "", failure);
    part_value_free(&value);
    return result;
}

const struct endpoint crate_dependencies_page_endpoint =
    PAGE_ENDPOINT("/crates/{name}/dependencies", "crate_dependencies_page", NULL, prepare_default,
                  answer_default);
const struct endpoint version_dependencies_page_endpoint =
    PAGE_ENDPOINT("/crates/{name}/{version}/dependencies", "version_dependencies_page", NULL,
                  prepare_dependencies, answer_dependencies);
const struct endpoint version_features_page_endpoint =
    PAGE_ENDPOINT("/crates/{name}/{version}/features", "version_features_page", NULL,
                  prepare_features, answer_features);
