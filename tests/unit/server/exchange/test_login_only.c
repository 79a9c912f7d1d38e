/* What needs a login: which paths, and which of their methods. */
#include "server/exchange/login_only.h"
#include "server/exchange/router.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct endpoint ends_in_parameter = {.path = "/api/v1/crates/{name}/{version}"};
static const struct endpoint ends_in_text = {.path = "/api/v1/crates/{name}/follow"};

static void finds_paths_that_nothing_else_answers(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "/api/v1/me",
        "/api/v1/me/tokens",
        "/api/v1/me/tokens/12",
        "/api/v1/users/1/resend",
        "/api/v1/crates/serde/1.0.0/yank",
        "/api/private/session/authorize",
    };
    static const char *const others[] = {
        "",
        "/api/v1/",
        "/api/v1/me/",
        "/api/v1/me/nothing",
        "/api/v1/me/tokens/12/more",
        "/api/v1/crates/serde/1.0.0/yanked",
        "/api/private/session",
        "/api/private/session/begin",
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (login_only_find(paths[i], NULL) == NULL)
            fail_msg("%s needs no login", paths[i]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (login_only_find(others[i], NULL) != NULL)
            fail_msg("%s needs a login", others[i]);
}

static void fixed_text_comes_before_a_parameter(void **state)
{
    (void)state;
    const struct login_only *found =
        login_only_find("/api/v1/crates/serde/following", &ends_in_parameter);
    assert_non_null(found);
    assert_string_equal(found->path, "/api/v1/crates/{name}/following");
    assert_null(login_only_find("/api/v1/crates/serde/1.0.0", &ends_in_parameter));
    assert_null(login_only_find("/api/v1/crates/serde/follow", &ends_in_text));
}

static void knows_the_methods_of_a_path(void **state)
{
    (void)state;
    const struct login_only tokens = {"/tokens", "GET, HEAD, PUT"};
    static const char *const has[] = {"GET", "HEAD", "PUT"};
    static const char *const has_not[] = {"POST", "DELETE", "get", "PU", "GE", "", ","};
    for (size_t i = 0; i < sizeof has / sizeof *has; i++)
        assert_true(login_only_has_method(&tokens, has[i]));
    for (size_t i = 0; i < sizeof has_not / sizeof *has_not; i++)
        assert_false(login_only_has_method(&tokens, has_not[i]));
}

/* A path of the router's own is public and must not be taken from it. */
static void takes_no_public_path(void **state)
{
    (void)state;
    for (unsigned route = 0; route < router_other(); route++)
        if (strchr(router_endpoint(route)->path, '{') == NULL &&
            login_only_find(router_endpoint(route)->path, NULL) != NULL)
            fail_msg("%s is public", router_endpoint(route)->path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_paths_that_nothing_else_answers),
        cmocka_unit_test(fixed_text_comes_before_a_parameter),
        cmocka_unit_test(knows_the_methods_of_a_path),
        cmocka_unit_test(takes_no_public_path),
    };
    return cmocka_run_group_tests_name("login_only", tests, NULL, NULL);
}
