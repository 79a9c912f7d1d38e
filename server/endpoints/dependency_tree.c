/* GET /api/v1/crates/{name}/{version}/tree?depth=: the closure of a version's dependencies,
   ours. */
#include "server/endpoints/crate_path.h"
#include "server/endpoints/endpoint.h"

#include "server/parameters/number_parameter.h"

#include <cratedex/dependency_tree.h>

struct tree_parameters {
    struct crate_version_path path;
    uint32_t depth;
};
ENDPOINT_PARAMETERS_FIT(struct tree_parameters);

static int prepare(const struct question *question, void *parameters, struct failure *failure)
{
    struct tree_parameters *tree = parameters;
    bool is_given;
    int64_t depth = DEPENDENCY_TREE_DEFAULT_DEPTH;
    if (crate_path_prepare_version(question, &tree->path, failure) != 0 ||
        number_parameter(question->request->query, "depth", NUMBER_POSITIVE, &is_given, &depth,
                         failure) != 0)
        return -1;
    if (depth > DEPENDENCY_TREE_MAX_DEPTH)
        return failure_set(failure, 400, "cannot request a depth of more than %d",
                           DEPENDENCY_TREE_MAX_DEPTH);
    tree->depth = (uint32_t)depth;
    canonical_key_number(question->key, 'd', tree->depth);
    return 0;
}

static int answer(struct answer_job *job, const void *parameters, struct failure *failure)
{
    const struct tree_parameters *wanted = parameters;
    int64_t version_id;
    if (crate_path_find_version(job->reader, &wanted->path, &version_id, failure) != 0)
        return -1;
    struct dependency_tree *tree =
        dependency_tree_open(job->reader, version_id, wanted->depth, &failure->error);
    if (tree == NULL)
        return failure_internal(failure);
    crate_path_tag(job->snapshot->index, wanted->path.rank, job->surrogate_key);
    dependency_tree_encode(tree, &job->encoder);
    dependency_tree_close(tree);
    return 0;
}

const struct endpoint dependency_tree_endpoint = {
    .path = "/api/v1/crates/{name}/{version}/tree",
    .name = "dependency_tree",
    .cache_control = RESPONSE_PUBLIC(60, 600),
    .is_cached = true,
    .prepare = prepare,
    .answer = answer,
};
