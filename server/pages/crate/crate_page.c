/* GET /crates/{name} and /crates/{name}/{version}: all about a crate at one look. The first shows
   the default version. Both are one page; long lists begin here and go on in pages of their own. */
#include "server/pages/crate/crate_page_path.h"
#include "server/pages/crate/crate_subpage.h"
#include "server/pages/crate/dependency_groups.h"
#include "server/pages/crate/download_chart.h"
#include "server/pages/crate/feature_rows.h"
#include "server/pages/crate/install_lines.h"
#include "server/pages/crate/readme_part.h"
#include "server/pages/crate/version_rows.h"
#include "server/pages/pages.h"
#include "server/pages/part_value.h"

#include "server/endpoints/endpoints.h"

#include <string.h>

#define MAX_TAGS 30 /* keywords, categories */
#define MAX_OWNERS 30
#define N_VERSIONS 10
#define VERSIONS_QUERY "per_page=10&sort=date"
#define N_DEPENDENTS 10
#define DEPENDENTS_QUERY "per_page=10"

static const struct list_window first_dependencies = {.max = CRATE_PAGE_DEPENDENCIES};
static const struct list_window first_features = {.max = CRATE_PAGE_FEATURES};

ENDPOINT_PARAMETERS_FIT(struct crate_page_path);

/* What the page is of. */
struct subject {
    const struct crate_page_path *path; /* with the version that is shown, if there is one */
    const msgpack_object *answer;       /* of the crate's endpoint */
    const msgpack_object *version;      /* NULL: the crate has none */
    bool is_default;
};

static struct part downloads_part(const struct crate_page_path *path, bool is_default)
{
    return crate_part(is_default ? &crate_downloads_endpoint : &version_downloads_endpoint, path,
                      NULL);
}

/* Seven members. */
static void add_head(struct page *page, const struct subject *subject)
{
    struct encoder *model = &page->model;
    const msgpack_object *version = subject->version;
    crate_page_add_title(page, NULL, &subject->path->name,
                         subject->is_default ? NULL : &subject->path->version);
    encoder_key(model, "name");
    encoder_string(model, subject->path->name.text, subject->path->name.length);
    object_encode_member(subject->answer, "crate", model);
    encoder_key(model, "version");
    version_row_encode(version, model);
    encoder_key(model, "publisher");
    object_encode(object_member(object_member(version, "published_by"), "login"), model);
    encoder_member_boolean(model, "is_default", subject->is_default);
    encoder_key(model, "install");
    install_lines_encode(version, subject->is_default, model);
}

static void encode_owner(const msgpack_object *owner, struct encoder *model)
{
    encoder_object(model, 3);
    object_encode_member(owner, "login", model);
    object_encode_member(owner, "name", model);
    encoder_member_boolean(model, "is_team", object_is_text(object_member(owner, "kind"), "team"));
    encoder_end_object(model);
}

/* Two members. */
static int add_owners(struct page *page, const struct subject *subject, struct failure *failure)
{
    struct part_value value;
    const struct part part = crate_part(&crate_owners_endpoint, subject->path, NULL);
    if (part_value_read(page->job, &part, &value, failure) != 0)
        return -1;
    const msgpack_object *owners = object_member(&value.unpacked.data, "users");
    uint32_t n = object_n_elements(owners);
    uint32_t n_shown = n < MAX_OWNERS ? n : MAX_OWNERS;
    encoder_key(&page->model, "owners");
    encoder_array(&page->model, n_shown);
    for (uint32_t i = 0; i < n_shown; i++)
        encode_owner(object_element(owners, i), &page->model);
    encoder_end_array(&page->model);
    list_more_encode("more_owners", n, MAX_OWNERS, &page->model);
    part_value_free(&value);
    return 0;
}

/* Three members. */
static int add_dependencies(struct page *page, const struct subject *subject,
                            struct failure *failure)
{
    struct part_value value;
    struct encoder *model = &page->model;
    if (subject->version == NULL) {
        encoder_key(model, "dependencies");
        encoder_null(model);
        encoder_member_integer(model, "n_dependencies", 0);
        list_more_encode("more_dependencies", 0, 0, &page->model);
        return 0;
    }
    const struct part part = crate_part(&version_dependencies_endpoint, subject->path, NULL);
    if (part_value_read(page->job, &part, &value, failure) != 0)
        return -1;
    const msgpack_object *dependencies = object_member(&value.unpacked.data, "dependencies");
    encoder_key(model, "dependencies");
    int result =
        dependency_groups_encode(page->job, dependencies, &first_dependencies, model, failure);
    uint32_t n = object_n_elements(dependencies);
    encoder_member_integer(model, "n_dependencies", n);
    list_more_encode("more_dependencies", n, first_dependencies.max, &page->model);
    part_value_free(&value);
    return result;
}

/* Four members. */
static int add_features(struct page *page, const struct subject *subject, struct failure *failure)
{
    const msgpack_object *features = object_member(subject->version, "features");
    uint32_t n = feature_rows_n(features);
    encoder_member_integer(&page->model, "n_features", n);
    encoder_member_boolean(&page->model, "has_feature_rows", n > 0);
    list_more_encode("more_features", n, first_features.max, &page->model);
    encoder_key(&page->model, "features");
    return feature_rows_encode(features, &first_features, &page->model, failure);
}

/* Three members. */
static int add_versions(struct page *page, const struct subject *subject, struct failure *failure)
{
    struct part_value value;
    const struct part part = crate_part(&list_versions_endpoint, subject->path, VERSIONS_QUERY);
    if (part_value_read(page->job, &part, &value, failure) != 0)
        return -1;
    const msgpack_object *versions = object_member(&value.unpacked.data, "versions");
    encoder_member_boolean(&page->model, "has_version_rows", object_n_elements(versions) > 0);
    list_more_encode("more_versions", part_value_number(&value, "meta", "total"), N_VERSIONS,
                     &page->model);
    encoder_key(&page->model, "versions");
    version_rows_encode(versions, &page->model);
    part_value_free(&value);
    return 0;
}

static int add_chart(struct page *page, const struct subject *subject, struct failure *failure)
{
    struct part_value value;
    const struct part part = downloads_part(subject->path, subject->is_default);
    if (part_value_read(page->job, &part, &value, failure) != 0)
        return -1;
    encoder_key(&page->model, "chart");
    download_chart_encode(page->job, &value.unpacked.data, "chart-title", &page->model);
    part_value_free(&value);
    return 0;
}

/* Two members: the first of a list of the crate's answer, and how many more there are. */
static void add_tags(struct page *page, const struct subject *subject, const char *name,
                     const char *more)
{
    uint32_t n = object_n_elements(object_member(subject->answer, name));
    object_encode_first(subject->answer, name, MAX_TAGS, &page->model);
    list_more_encode(more, n, MAX_TAGS, &page->model);
}

/* Three members: names, and how many there are. */
static int add_dependents(struct page *page, const struct subject *subject, struct failure *failure)
{
    struct part_value value;
    struct encoder *model = &page->model;
    const struct part part =
        crate_part(&reverse_dependencies_endpoint, subject->path, DEPENDENTS_QUERY);
    if (part_value_read(page->job, &part, &value, failure) != 0)
        return -1;
    const msgpack_object *versions = object_member(&value.unpacked.data, "versions");
    uint64_t n = part_value_number(&value, "meta", "total");
    encoder_member_integer(model, "n_dependents", (int64_t)n);
    list_more_encode("more_dependents", n, N_DEPENDENTS, &page->model);
    encoder_key(model, "dependents");
    encoder_array(model, object_n_elements(versions));
    for (uint32_t i = 0; i < object_n_elements(versions); i++)
        object_encode(object_member(object_element(versions, i), "crate"), model);
    encoder_end_array(model);
    part_value_free(&value);
    return 0;
}

/* One member. The index has the README of the default version alone. */
static int add_readme(struct page *page, const struct subject *subject, struct failure *failure)
{
    const msgpack_object *crate = object_member(subject->answer, "crate");
    const struct crate_page_path *path = subject->path;
    if (subject->is_default || object_equals(object_member(crate, "default_version"),
                                             path->version.text, path->version.length))
        return readme_part_add(page, path->rank, failure);
    encoder_key(&page->model, "readme");
    encoder_null(&page->model);
    return 0;
}

static int show(struct answer_job *job, const struct subject *subject, struct failure *failure)
{
    struct page page;
    page_begin(&page, job, 28);
    add_head(&page, subject);
    add_tags(&page, subject, "keywords", "more_keywords");
    add_tags(&page, subject, "categories", "more_categories");
    if (add_owners(&page, subject, failure) != 0 ||
        add_dependencies(&page, subject, failure) != 0 ||
        add_features(&page, subject, failure) != 0 || add_versions(&page, subject, failure) != 0 ||
        add_chart(&page, subject, failure) != 0 || add_dependents(&page, subject, failure) != 0 ||
        add_readme(&page, subject, failure) != 0)
        return page_abandon(&page);
    return page_finish(&page, "crate", failure);
}

static int prepare(const struct question *question, bool has_version, struct crate_page_path *path,
                   struct failure *failure)
{
    crate_page_path_read(question, has_version, path);
    if (!crate_page_is_shown(path))
        return 0;
    const struct part downloads = downloads_part(path, !has_version);
    return part_prepare(question, &downloads, failure);
}

static int prepare_crate(const struct question *question, void *parameters, struct failure *failure)
{
    return prepare(question, false, parameters, failure);
}

static int prepare_version(const struct question *question, void *parameters,
                           struct failure *failure)
{
    return prepare(question, true, parameters, failure);
}

static int answer_crate(struct answer_job *job, const void *parameters, struct failure *failure)
{
    struct crate_page_path path = *(const struct crate_page_path *)parameters;
    struct part_value crate;
    if (!crate_page_is_shown(&path))
        return crate_page_answer_other(job, &path, "", failure);
    crate_path_tag(job->snapshot->index, path.rank, job->surrogate_key);
    const struct part part = crate_part(&show_crate_endpoint, &path,
                                        "include=keywords,categories,downloads,default_version");
    if (part_value_read(job, &part, &crate, failure) != 0)
        return -1;
    const msgpack_object *answer = &crate.unpacked.data;
    const struct subject subject = {
        .path = &path,
        .answer = answer,
        .version = object_element(object_member(answer, "versions"), 0),
        .is_default = true,
    };
    path.version.text = object_text(object_member(subject.version, "num"), &path.version.length);
    int result = show(job, &subject, failure);
    part_value_free(&crate);
    return result;
}

static int show_version(struct answer_job *job, const struct crate_page_path *path,
                        const struct part_value *crate, struct failure *failure)
{
    struct part_value version;
    const struct part part = crate_part(&show_version_endpoint, path, NULL);
    if (part_value_read(job, &part, &version, failure) != 0)
        return -1;
    const struct subject subject = {
        .path = path,
        .answer = &crate->unpacked.data,
        .version = object_member(&version.unpacked.data, "version"),
    };
    int result = show(job, &subject, failure);
    part_value_free(&version);
    return result;
}

static int answer_version(struct answer_job *job, const void *parameters, struct failure *failure)
{
    const struct crate_page_path *path = parameters;
    struct part_value crate;
    int64_t version_id;
    if (!crate_page_is_shown(path))
        return crate_page_answer_other(job, path, "", failure);
    int found = crate_page_find_version(job, path, &version_id, failure);
    if (found != 1)
        return found;
    const struct part part =
        crate_part(&show_crate_endpoint, path, "include=keywords,categories,downloads");
    if (part_value_read(job, &part, &crate, failure) != 0)
        return -1;
    int result = show_version(job, path, &crate, failure);
    part_value_free(&crate);
    return result;
}

const struct endpoint crate_page_endpoint = {
    .path = "/crates/{name}",
    .name = "crate_page",
    .cache_control = RESPONSE_PUBLIC(60, 600),
    .plain_type = PAGE_MEDIA_TYPE,
    .audience = ENDPOINT_FOR_PEOPLE,
    .is_cached = true,
    .has_moving_key = true,
    .prepare = prepare_crate,
    .answer = answer_crate,
};

const struct endpoint version_page_endpoint = {
    .path = "/crates/{name}/{version}",
    .name = "version_page",
    .cache_control = RESPONSE_PUBLIC(60, 600),
    .plain_type = PAGE_MEDIA_TYPE,
    .audience = ENDPOINT_FOR_PEOPLE,
    .is_cached = true,
    .has_moving_key = true,
    .prepare = prepare_version,
    .answer = answer_version,
};
