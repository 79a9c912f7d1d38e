/* GET /api/v1/crates/{name}/owners, /owner_user and /owner_team: one list and its two halves. */
#include "server/endpoints/crate_path.h"
#include "server/endpoints/endpoint.h"

#include <cratedex/people.h>

struct owners_parameters {
    uint32_t rank; /* of the crate */
};
ENDPOINT_PARAMETERS_FIT(struct owners_parameters);

static int prepare(const struct question *question, void *parameters, struct failure *failure)
{
    struct owners_parameters *owned = parameters;
    return crate_path_prepare(question, &owned->rank, failure);
}

static int answer_owners(struct answer_job *job, const struct owners_parameters *owned,
                         const char *key, enum owners owners, struct failure *failure)
{
    uint32_t rank = owned->rank;
    crate_path_tag(job->snapshot->index, rank, job->surrogate_key);
    encoder_object(&job->encoder, 1);
    encoder_key(&job->encoder, key);
    if (crate_owners_encode(job->reader, rank, owners, &job->encoder, &failure->error) != 0)
        return failure_internal(failure);
    encoder_end_object(&job->encoder);
    return 0;
}

static int answer_all(struct answer_job *job, const void *parameters, struct failure *failure)
{
    return answer_owners(job, parameters, "users", OWNERS_ALL, failure);
}

static int answer_users(struct answer_job *job, const void *parameters, struct failure *failure)
{
    return answer_owners(job, parameters, "users", OWNERS_USERS, failure);
}

static int answer_teams(struct answer_job *job, const void *parameters, struct failure *failure)
{
    return answer_owners(job, parameters, "teams", OWNERS_TEAMS, failure);
}

const struct endpoint crate_owners_endpoint = {
    .path = "/api/v1/crates/{name}/owners",
    .name = "owners",
    .cache_control = RESPONSE_PUBLIC(60, 600),
    .is_cached = true,
    .prepare = prepare,
    .answer = answer_all,
};

const struct endpoint crate_owner_user_endpoint = {
    .path = "/api/v1/crates/{name}/owner_user",
    .name = "owner_user",
    .cache_control = RESPONSE_PUBLIC(60, 600),
    .is_cached = true,
    .prepare = prepare,
    .answer = answer_users,
};

const struct endpoint crate_owner_team_endpoint = {
    .path = "/api/v1/crates/{name}/owner_team",
    .name = "owner_team",
    .cache_control = RESPONSE_PUBLIC(60, 600),
    .is_cached = true,
    .prepare = prepare,
    .answer = answer_teams,
};
