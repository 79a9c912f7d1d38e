/* What needs a login is refused as crates.io refuses it without one. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

static void refuses_what_needs_a_login(void **state)
{
    static const struct http_request requests[] = {
        {.method = "GET", .target = "/api/v1/me"},
        {.method = "GET", .target = "/api/v1/me/updates"},
        {.method = "GET", .target = "/api/v1/me/tokens"},
        {.method = "GET", .target = "/api/v1/me/tokens/1"},
        {.method = "GET", .target = "/api/v1/me/crate_owner_invitations"},
        {.method = "GET", .target = "/api/v1/crates/serde/following"},
        {.method = "GET", .target = "/api/v1/crates/no-such/following"},
        {.method = "GET", .target = "/api/v1/trusted_publishing/github_configs?crate=serde"},
        {.method = "GET", .target = "/api/v1/trusted_publishing/gitlab_configs"},
        {.method = "GET", .target = "/api/private/session/authorize"},
        {.method = "GET", .target = "/api/private/crate_owner_invitations"},
        {.method = "GET", .target = "/api/v1/users/x/admin"},
        {.method = "PUT", .target = "/api/v1/me/tokens"},
        {.method = "DELETE", .target = "/api/v1/me/tokens/1"},
        {.method = "PUT", .target = "/api/v1/me/email_notifications"},
        {.method = "PUT", .target = "/api/v1/me/crate_owner_invitations/1"},
        {.method = "PUT", .target = "/api/v1/me/crate_owner_invitations/accept/abc"},
        {.method = "DELETE", .target = "/api/v1/tokens/current"},
        {.method = "PUT", .target = "/api/v1/confirm/abc"},
        {.method = "PUT", .target = "/api/v1/users/1/resend"},
        {.method = "PUT", .target = "/api/v1/crates/serde/follow"},
        {.method = "DELETE", .target = "/api/v1/crates/serde/follow"},
        {.method = "DELETE", .target = "/api/v1/crates/serde/1.0.0/yank"},
        {.method = "PUT", .target = "/api/v1/crates/serde/1.0.0/unyank"},
        {.method = "POST", .target = "/api/v1/crates/serde/1.0.0/rebuild_docs"},
        {.method = "POST", .target = "/api/v1/trusted_publishing/tokens"},
        {.method = "DELETE", .target = "/api/v1/trusted_publishing/github_configs/1"},
    };
    for (size_t i = 0; i < N_ELEMENTS(requests); i++) {
        const struct http_case test = {
            .request = requests[i],
            .status = 403,
            .headers = {"Cache-Control: no-store", "!Allow"},
            .body = {{"errors[0].detail", "\"this action requires authentication\""}}};
        http_cases_run(client_of(state), &test, 1);
    }
    static const struct http_case head = {.request = {.method = "HEAD", .target = "/api/v1/me"},
                                          .status = 403};
    http_cases_run(client_of(state), &head, 1);
}

static void names_the_methods_of_such_a_path(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = "/api/v1/crates/serde/follow"},
         .status = 405,
         .headers = {"Allow: PUT, DELETE"},
         .body = {{"errors[0].detail", "\"method not allowed: use PUT, DELETE\""}}},
        {.request = {.method = "POST", .target = "/api/v1/me"},
         .status = 405,
         .headers = {"Allow: GET, HEAD"},
         .body = {{"errors[0].detail", "\"method not allowed: use GET, HEAD\""}}},
        {
            .request = {.target = "/api/v1/me/email_notifications"},
            .status = 405,
            .headers = {"Allow: PUT"},
        },
        {
            .request = {.method = "PATCH", .target = "/api/v1/me/tokens/1"},
            .status = 405,
            .headers = {"Allow: GET, HEAD, DELETE"},
        },
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

/* What a public path has for people who are logged in is a write like any other. */
static void only_reads_public_paths(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.method = "PUT", .target = "/api/v1/crates/serde/owners"},
         .status = 405,
         .headers = {"Allow: GET, HEAD, OPTIONS", "Cache-Control: no-store"},
         .body = {{"errors[0].detail", "\"method not allowed: use GET, HEAD, OPTIONS\""}}},
        {
            .request = {.method = "DELETE", .target = "/api/v1/crates/serde/owners"},
            .status = 405,
            .headers = {"Allow: GET, HEAD, OPTIONS", "Cache-Control: no-store"},
        },
        {
            .request = {.method = "PUT", .target = "/api/v1/users/sample-user-13"},
            .status = 405,
            .headers = {"Allow: GET, HEAD, OPTIONS", "Cache-Control: no-store"},
        },
        {
            .request = {.method = "POST", .target = "/api/v1/keywords"},
            .status = 405,
            .headers = {"Allow: GET, HEAD, OPTIONS", "Cache-Control: no-store"},
        },
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void knows_no_other_paths(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = "/api/v1/me/"},
         .status = 404,
         .body = {{"errors[0].detail", "\"Not Found\""}}},
        {.request = {.target = "/api/v1/me/nothing"},
         .status = 404,
         .body = {{"errors[0].detail", "\"Not Found\""}}},
        {.request = {.method = "PUT", .target = "/api/v1/nothing"},
         .status = 404,
         .body = {{"errors[0].detail", "\"Not Found\""}}},
        {.request = {.target = "/api/private/"},
         .status = 404,
         .body = {{"errors[0].detail", "\"Not Found\""}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_needs_a_login),
        cmocka_unit_test(names_the_methods_of_such_a_path),
        cmocka_unit_test(only_reads_public_paths),
        cmocka_unit_test(knows_no_other_paths),
    };
    return cmocka_run_group_tests_name("login_only", tests, http_fixture_start, http_fixture_stop);
}
