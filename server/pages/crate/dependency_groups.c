/* Requirements are resolved by the functions that answer /resolve, as that does by default: for any
   Rust, pre-releases only where they are named. */
#include "server/pages/crate/dependency_groups.h"

#include <cratedex/resolve.h>
#include <string.h>

#define MAX_FEATURES 12 /* of one dependency */

struct kind {
    const char *name; /* the API's */
    const char *title;
};
static const struct kind kinds[] = {
    {"normal", "Normal"}, {"build", "Build"}, {"dev", "Development"}};
#define N_KINDS (sizeof kinds / sizeof *kinds)

static bool is_of_kind(const msgpack_object *dependency, const struct kind *kind)
{
    return object_is_text(object_member(dependency, "kind"), kind->name);
}

static uint32_t count(const msgpack_object *dependencies, const struct kind *kind)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < object_n_elements(dependencies); i++)
        n += is_of_kind(object_element(dependencies, i), kind);
    return n;
}

/* Writes what cargo would take, or null: the index has no such crate, or nobody can read the
   requirement. */
static int encode_resolution(struct answer_job *job, const msgpack_object *dependency,
                             uint32_t rank, struct encoder *model, struct failure *failure)
{
    struct resolve_query query = {.rank = rank};
    struct resolution resolution;
    size_t length;
    const char *req = object_text(object_member(dependency, "req"), &length);
    encoder_key(model, "resolution");
    if (rank == 0 || version_requirement_parse(&query.requirement, req, length, NULL) != 0) {
        encoder_null(model);
        return 0;
    }
    if (resolve_run(job->reader, &query, &resolution, &failure->error) == 0 &&
        resolution_encode(job->reader, &query, &resolution, model, &failure->error) == 0)
        return 0;
    return failure_internal(failure);
}

static int encode_item(struct answer_job *job, const msgpack_object *dependency,
                       struct encoder *model, struct failure *failure)
{
    static const char *const members[] = {"crate_id", "req", "optional", "target",
                                          "default_features"};
    const uint32_t n_members = sizeof members / sizeof *members;
    size_t length;
    const char *name = object_text(object_member(dependency, "crate_id"), &length);
    uint32_t rank = index_find_crate(job->snapshot->index, name, length);
    uint32_t n_features = object_n_elements(object_member(dependency, "features"));
    encoder_object(model, n_members + 5);
    for (uint32_t i = 0; i < n_members; i++)
        object_encode_member(dependency, members[i], model);
    object_encode_first(dependency, "features", MAX_FEATURES, model);
    list_more_encode("more_features", n_features, MAX_FEATURES, model);
    encoder_member_boolean(model, "has_features", n_features > 0);
    encoder_member_boolean(model, "is_known", rank != 0);
    if (encode_resolution(job, dependency, rank, model, failure) != 0)
        return -1;
    encoder_end_object(model);
    return 0;
}

/* `begin` is the number of dependencies of the kinds before. */
static int encode_group(struct answer_job *job, const msgpack_object *dependencies,
                        const struct kind *kind, uint32_t begin, uint32_t n,
                        const struct list_window *window, struct encoder *model,
                        struct failure *failure)
{
    uint32_t place = begin;
    encoder_object(model, 4);
    encoder_member_text(model, "kind", kind->name);
    encoder_member_text(model, "title", kind->title);
    encoder_member_integer(model, "n", n);
    encoder_key(model, "items");
    encoder_array(model, list_window_share(window, begin, n));
    for (uint32_t i = 0; i < object_n_elements(dependencies); i++) {
        const msgpack_object *dependency = object_element(dependencies, i);
        if (is_of_kind(dependency, kind) && list_window_has(window, place++) &&
            encode_item(job, dependency, model, failure) != 0)
            return -1;
    }
    encoder_end_array(model);
    encoder_end_object(model);
    return 0;
}

int dependency_groups_encode(struct answer_job *job, const msgpack_object *dependencies,
                             const struct list_window *window, struct encoder *model,
                             struct failure *failure)
{
    uint32_t n[N_KINDS];
    uint32_t n_groups = 0;
    uint32_t begin = 0;
    for (size_t i = 0; i < N_KINDS; i++) {
        n[i] = count(dependencies, &kinds[i]);
        n_groups += list_window_share(window, begin, n[i]) > 0;
        begin += n[i];
    }
    encoder_array(model, n_groups);
    begin = 0;
    for (size_t i = 0; i < N_KINDS; i++) {
        if (list_window_share(window, begin, n[i]) > 0 &&
            encode_group(job, dependencies, &kinds[i], begin, n[i], window, model, failure) != 0)
            return -1;
        begin += n[i];
    }
    encoder_end_array(model);
    return 0;
}
