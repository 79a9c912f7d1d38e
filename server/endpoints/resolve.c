/* GET /api/v1/crates/{name}/resolve?req=&rust=&prerelease=: the version that cargo would take,
   ours.

   `req` is a requirement as in a manifest, default `*`; `rust` a version of Rust that must suffice;
   `prerelease=yes` takes pre-releases by range. The key has the requirement's canonical text, so
   that all spellings of one question share an entry of the cache. Where nothing matches the answer
   is still 200, with `version` null: the question was answered, and the counts say why there is
   none. A 404 would tell a client that the crate does not exist. */
#include "server/endpoints/crate_path.h"
#include "server/endpoints/endpoint.h"

#include <cratedex/resolve.h>
#include <string.h>

/* The query's requirement borrows from the request's query string. */
ENDPOINT_PARAMETERS_FIT(struct resolve_query);

static int read_requirement(const struct query_string *query, struct resolve_query *resolve,
                            struct failure *failure)
{
    const struct query_parameter *req = query_string_find(query, "req");
    resolve->requirement.n_comparators = 0; /* `*` */
    if (req == NULL)
        return 0;
    if (version_requirement_parse(&resolve->requirement, req->value, req->value_length,
                                  &failure->error) != 0) {
        failure->status = 400;
        return -1;
    }
    return 0;
}

static int read_rust(const struct query_string *query, struct resolve_query *resolve,
                     struct failure *failure)
{
    const struct query_parameter *rust = query_string_find(query, "rust");
    resolve->has_rust = rust != NULL;
    resolve->rust = (struct rust_version){{0}};
    if (rust == NULL || rust_version_parse(&resolve->rust, rust->value, rust->value_length) == 0)
        return 0;
    return failure_set(failure, 400,
                       "invalid rust: a version such as `1.70` or `1.70.1` is expected");
}

static int read_prerelease(const struct query_string *query, struct resolve_query *resolve,
                           struct failure *failure)
{
    const struct query_parameter *prerelease = query_string_find(query, "prerelease");
    resolve->takes_prereleases = prerelease != NULL && strcmp(prerelease->value, "yes") == 0;
    if (prerelease == NULL || resolve->takes_prereleases || strcmp(prerelease->value, "no") == 0)
        return 0;
    return failure_set(failure, 400, "invalid prerelease: `yes` or `no` is expected");
}

static int prepare(const struct question *question, void *parameters, struct failure *failure)
{
    struct resolve_query *resolve = parameters;
    char text[VERSION_REQUIREMENT_MAX_TEXT];
    const struct query_string *query = question->request->query;
    struct canonical_key *key = question->key;
    if (crate_path_prepare(question, &resolve->rank, failure) != 0 ||
        read_requirement(query, resolve, failure) != 0 || read_rust(query, resolve, failure) != 0 ||
        read_prerelease(query, resolve, failure) != 0)
        return -1;
    canonical_key_text(key, 'r', text, version_requirement_print(&resolve->requirement, text));
    canonical_key_number(key, 'p', resolve->takes_prereleases);
    canonical_key_number(key, 'u', resolve->has_rust);
    for (int i = 0; i < 3; i++)
        canonical_key_number(key, 'u', resolve->rust.numbers[i]);
    return 0;
}

static int answer(struct answer_job *job, const void *parameters, struct failure *failure)
{
    const struct resolve_query *resolve = parameters;
    struct resolution resolution;
    crate_path_tag(job->snapshot->index, resolve->rank, job->surrogate_key);
    if (resolve_run(job->reader, resolve, &resolution, &failure->error) == 0 &&
        resolution_encode(job->reader, resolve, &resolution, &job->encoder, &failure->error) == 0)
        return 0;
    return failure_internal(failure);
}

const struct endpoint resolve_endpoint = {
    .path = "/api/v1/crates/{name}/resolve",
    .name = "resolve",
    .cache_control = RESPONSE_PUBLIC(60, 600),
    .is_cached = true,
    .prepare = prepare,
    .answer = answer,
};
