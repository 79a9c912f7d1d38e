/* GET /api/v1/users/{user}, /users/{id}/stats and /teams/{team}. */
#include "server/endpoints/endpoint.h"
#include "server/endpoints/named_answer.h"

#include "server/parameters/number_parameter.h"

#include <cratedex/people.h>

static int prepare_user(const struct service *service, const struct request *request,
                        union endpoint_parameters *parameters, struct canonical_key *key,
                        struct failure *failure)
{
    (void)service;
    return path_text_read(&request->path_values[0], PATH_TEXT_CANONICAL, &parameters->path_text,
                          key, failure);
}

static int answer_user(struct answer_job *job, const union endpoint_parameters *parameters,
                       struct failure *failure)
{
    return named_answer(job, "user", &parameters->path_text, user_encode, failure);
}

/* The sentence is that of axum, the framework that crates.io is written with. */
static int prepare_stats(const struct service *service, const struct request *request,
                         union endpoint_parameters *parameters, struct canonical_key *key,
                         struct failure *failure)
{
    (void)service;
    const struct path_value *id = &request->path_values[0];
    if (number_parse(id->text, id->length, NUMBER_SIGNED, &parameters->user_id) != NULL)
        return failure_set(failure, 400, "Invalid URL: Cannot parse `%.*s` to a `i32`",
                           (int)id->length, id->text);
    canonical_key_number(key, 'u', (uint64_t)parameters->user_id);
    return 0;
}

static int answer_stats(struct answer_job *job, const union endpoint_parameters *parameters,
                        struct failure *failure)
{
    (void)failure;
    encoder_object(&job->encoder, 1);
    encoder_member_integer(&job->encoder, "total_downloads",
                           user_total_downloads(job->reader, parameters->user_id));
    encoder_end_object(&job->encoder);
    return 0;
}

/* Two teams may differ in no more than a separator: which is meant depends on the spelling. */
static int prepare_team(const struct service *service, const struct request *request,
                        union endpoint_parameters *parameters, struct canonical_key *key,
                        struct failure *failure)
{
    (void)service;
    return path_text_read(&request->path_values[0], PATH_TEXT_AS_TYPED, &parameters->path_text, key,
                          failure);
}

static int answer_team(struct answer_job *job, const union endpoint_parameters *parameters,
                       struct failure *failure)
{
    return named_answer(job, "team", &parameters->path_text, team_encode, failure);
}

const struct endpoint user_endpoint = {
    .path = "/api/v1/users/{user}",
    .name = "user",
    .cache_control = RESPONSE_PUBLIC(60, 600),
    .is_cached = true,
    .prepare = prepare_user,
    .answer = answer_user,
};

const struct endpoint user_stats_endpoint = {
    .path = "/api/v1/users/{id}/stats",
    .name = "user_stats",
    .cache_control = RESPONSE_PUBLIC(60, 600),
    .is_cached = true,
    .prepare = prepare_stats,
    .answer = answer_stats,
};

const struct endpoint team_endpoint = {
    .path = "/api/v1/teams/{team}",
    .name = "team",
    .cache_control = RESPONSE_PUBLIC(60, 600),
    .is_cached = true,
    .prepare = prepare_team,
    .answer = answer_team,
};
