/* Users, teams and the owners of crates. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

static void finds_users(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = "/api/v1/users/sample-user-13"},
         .status = 200,
         .headers =
             {
                 "Cache-Control: public, max-age=60",
                 "CDN-Cache-Control: public, max-age=60, stale-while-revalidate=600",
             },
         .body = {{"length", "1"},
                  {"user",
                   "{\"id\":13,\"login\":\"Sample-User-13\",\"name\":\"Sample User 13\","
                   "\"avatar\":\"https://avatars.githubusercontent.com/u/2004773711?v=4\","
                   "\"url\":\"https://github.com/Sample-User-13\","
                   "\"created_at\":\"2014-11-10T18:00:00Z\",\"github_username_matches\":true}"}}},
        {.request = {.target = "/api/v1/users/SAMPLE-USER-13"},
         .status = 200,
         .headers =
             {
                 "X-Cache: hit",
             },
         .body = {{"user.id", "13"}}},
        {.request = {.target = "/api/v1/users/sample_User_13"},
         .status = 200,
         .headers =
             {
                 "X-Cache: hit",
             },
         .body = {{"user.login", "\"Sample-User-13\""}}},
        {.request = {.target = "/api/v1/users/sample_user_1"},
         .status = 200,
         .body = {{"user.login", "\"sample-user-1\""}}},
        /* Without an account on GitHub; with one without a picture; of another name there; with
           two. */
        {.request = {.target = "/api/v1/users/sample-user-40"},
         .status = 200,
         .body = {{"user.avatar", "null"}, {"user.github_username_matches", "false"}}},
        {.request = {.target = "/api/v1/users/sample-user-41"},
         .status = 200,
         .body = {{"user.avatar", "null"}, {"user.github_username_matches", "true"}}},
        {.request = {.target = "/api/v1/users/sample-user-42"},
         .status = 200,
         .body = {{"user.url", "\"https://github.com/sample-renamed-42\""},
                  {"user.avatar", "\"https://avatars.githubusercontent.com/u/2005611777?v=4\""},
                  {"user.github_username_matches", "false"}}},
        {.request = {.target = "/api/v1/users/sample-user-43"},
         .status = 200,
         .body = {{"user.github_username_matches", "true"}}},
        {.request = {.target = "/api/v1/users/sample-user-11"},
         .status = 200,
         .body = {{"user.name", "null"}}},
        {.request = {.target = "/api/v1/users/nobody"},
         .status = 404,
         .headers = {"Cache-Control: no-store"},
         .body = {{"errors[0].detail", "\"Not Found\""}}},
        {.request = {.target = "/api/v1/users/"},
         .status = 404,
         .headers = {"Cache-Control: no-store"},
         .body = {{"errors[0].detail", "\"Not Found\""}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void sums_downloads(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = "/api/v1/users/109/stats"},
         .status = 200,
         .body = {{"length", "1"}, {"total_downloads", "8555973888"}}},
        {.request = {.target = "/api/v1/users/999999/stats"},
         .status = 200,
         .body = {{"total_downloads", "0"}}},
        {.request = {.target = "/api/v1/users/-1/stats"},
         .status = 200,
         .body = {{"total_downloads", "0"}}},
        {.request = {.target = "/api/v1/users/sample-user-13/stats"},
         .status = 400,
         .headers = {"Cache-Control: no-store"},
         .body = {{"errors[0].detail",
                   "\"Invalid URL: Cannot parse `sample-user-13` to a `i32`\""}}},
        {.request = {.target = "/api/v1/users/2147483648/stats"},
         .status = 400,
         .headers = {"Cache-Control: no-store"},
         .body = {{"errors[0].detail", "\"Invalid URL: Cannot parse `2147483648` to a `i32`\""}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void finds_teams(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = "/api/v1/teams/github:sample-org-3:publishers"},
         .status = 200,
         .body = {{"length", "1"},
                  {"team",
                   "{\"id\":3,\"login\":\"github:sample-org-3:publishers\",\"name\":\"Publishers\","
                   "\"avatar\":\"https://example.com/avatars/3.png\","
                   "\"url\":\"https://github.com/sample-org-3\"}"}}},
        {.request = {.target = "/api/v1/teams/github%3Asample-org-3%3Apublishers"},
         .status = 200,
         .headers =
             {
                 "X-Cache: hit",
             },
         .body = {{"team.id", "3"}}},
        {.request = {.target = "/api/v1/teams/GitHub:sample_org-3:Publishers"},
         .status = 200,
         .body = {{"team.login", "\"github:sample-org-3:publishers\""}}},
        {.request = {.target = "/api/v1/teams/github:sample-org-3"},
         .status = 404,
         .headers = {"Cache-Control: no-store"},
         .body = {{"errors[0].detail", "\"Not Found\""}}},
        {.request = {.target = "/api/v1/teams/3"},
         .status = 404,
         .headers = {"Cache-Control: no-store"},
         .body = {{"errors[0].detail", "\"Not Found\""}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void lists_owners(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = "/api/v1/crates/serde_json/owners"},
         .status = 200,
         .headers =
             {
                 "Cache-Control: public, max-age=60",
                 "CDN-Cache-Control: public, max-age=60, stale-while-revalidate=600",
                 "Surrogate-Key: crate/serde_json",
             },
         .body =
             {{"length", "1"},
              {"users.length", "3"},
              {"users[0]", "{\"id\":33,\"login\":\"sample-user-33\",\"kind\":\"user\","
                           "\"url\":\"https://github.com/sample-user-33\",\"name\":null,"
                           "\"avatar\":\"https://avatars.githubusercontent.com/u/2000560982?v=4\","
                           "\"github_username_matches\":true}"},
              {"users[1].id", "146"},
              {"users[2]",
               "{\"id\":28,\"login\":\"github:sample-org-28:core\",\"kind\":\"team\","
               "\"url\":\"https://github.com/sample-org-28\",\"name\":\"Core\",\"avatar\":null}"}}},
        {.request = {.target = "/api/v1/crates/Serde-JSON/owners"},
         .status = 200,
         .headers =
             {
                 "X-Cache: hit",
             },
         .body = {{"users.length", "3"}}},
        {.request = {.target = "/api/v1/crates/serde_json/owner_user"},
         .status = 200,
         .body = {{"length", "1"}, {"users.length", "2"}, {"users[1].kind", "\"user\""}}},
        {.request = {.target = "/api/v1/crates/serde_json/owner_team"},
         .status = 200,
         .body = {{"length", "1"}, {"teams.length", "1"}, {"teams[0].kind", "\"team\""}}},
        {.request = {.target = "/api/v1/crates/nothing/owners"},
         .status = 404,
         .headers = {"Cache-Control: no-store"},
         .body = {{"errors[0].detail", "\"crate `nothing` does not exist\""}}},
        {.request = {.target = "/api/v1/crates/nothing/owner_user"},
         .status = 404,
         .headers = {"Cache-Control: no-store"},
         .body = {{"errors[0].detail", "\"crate `nothing` does not exist\""}}},
        {.request = {.target = "/api/v1/crates/nothing/owner_team"},
         .status = 404,
         .headers = {"Cache-Control: no-store"},
         .body = {{"errors[0].detail", "\"crate `nothing` does not exist\""}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_users),
        cmocka_unit_test(sums_downloads),
        cmocka_unit_test(finds_teams),
        cmocka_unit_test(lists_owners),
    };
    return cmocka_run_group_tests_name("people", tests, http_fixture_start, http_fixture_stop);
}
