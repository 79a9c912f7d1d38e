/* GET /api/v1/users/{user}, /users/{id}/stats and /teams/{team}. */
#include "server/endpoints/endpoint.h"
#include "server/endpoints/named_answer.h"
#include "server/parameters/number_parameter.h"

#include <cratedex/people.h>

ENDPOINT_PARAMETERS_FIT(struct path_text);

struct stats_parameters {
    int64_t user_id;
};
ENDPOINT_PARAMETERS_FIT(struct stats_parameters);

static int prepare_user(const struct question *question, void *parameters, struct failure *failure)
{
    return path_text_read(&question->request->path_values[0], PATH_TEXT_CANONICAL, parameters,
                          question->key, failure);
}

static int answer_user(struct answer_job *job, const void *parameters, struct failure *failure)
{
    return named_answer(job, "user", parameters, user_encode, failure);
}

/* The sentence is that of axum, the framework that crates.io is written with. */
static int prepare_stats(const struct question *question, void *parameters, struct failure *failure)
{
    struct stats_parameters *stats = parameters;
    const struct path_value *id = &question->request->path_values[0];
    if (number_parse(id->text, id->length, NUMBER_SIGNED, &stats->user_id) != NULL)
        return failure_set(failure, 400, "Invalid URL: Cannot parse `%.*s` to a `i32`",
                           (int)id->length, id->text);
    canonical_key_number(question->key, 'u', (uint64_t)stats->user_id);
    return 0;
}

static int answer_stats(struct answer_job *job, const void *parameters, struct failure *failure)
{
    const struct stats_parameters *stats = parameters;
    (void)failure;
    encoder_object(&job->encoder, 1);
    encoder_member_integer(&job->encoder, "total_downloads",
                           user_total_downloads(job->reader, stats->user_id));
    encoder_end_object(&job->encoder);
    return 0;
}

/* Two teams may differ in no more than a separator: which is meant depends on the spelling. */
static int prepare_team(const struct question *question, void *parameters, struct failure *failure)
{
    return path_text_read(&question->request->path_values[0], PATH_TEXT_AS_TYPED, parameters,
                          question->key, failure);
}

static int answer_team(struct answer_job *job, const void *parameters, struct failure *failure)
{
    return named_answer(job, "team", parameters, team_encode, failure);
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
