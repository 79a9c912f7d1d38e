/* GET /users/{user} and /teams/{team}: who owns crates, and which. */
#include "server/pages/groups/crate_group.h"
#include "server/pages/page.h"
#include "server/pages/pages.h"

#include "server/endpoints/endpoints.h"

#include <cratedex/people.h>

static const struct crate_group user_group = {
    .endpoint = &user_endpoint,
    .member = "user",
    .path = "/users/",
    .name = "login",
    .title = "name",
    .filter = "user_id",
    .filter_value = "id",
    .downloads = user_total_downloads,
    .template = "owner",
};

static int prepare_user(const struct question *question, void *parameters, struct failure *failure)
{
    return crate_group_prepare(&user_group, question, parameters, failure);
}

static int answer_user(struct answer_job *job, const void *parameters, struct failure *failure)
{
    return crate_group_answer(&user_group, job, parameters, failure);
}

static const struct crate_group team_group = {
    .endpoint = &team_endpoint,
    .member = "team",
    .path = "/teams/",
    .name = "login",
    .title = "name",
    .filter = "team_id",
    .filter_value = "id",
    .downloads = team_total_downloads,
    .template = "owner",
};

static int prepare_team(const struct question *question, void *parameters, struct failure *failure)
{
    return crate_group_prepare(&team_group, question, parameters, failure);
}

static int answer_team(struct answer_job *job, const void *parameters, struct failure *failure)
{
    return crate_group_answer(&team_group, job, parameters, failure);
}

const struct endpoint user_page_endpoint =
    PAGE_ENDPOINT("/users/{user}", "user_page", "crates", prepare_user, answer_user);

const struct endpoint team_page_endpoint =
    PAGE_ENDPOINT("/teams/{team}", "team_page", "crates", prepare_team, answer_team);
