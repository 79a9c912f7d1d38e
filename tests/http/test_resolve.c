/* /resolve and /tree over HTTP: parameters, errors, caching, both encodings. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"
#include "tests/support/representation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

static void resolves_requirements(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = "/api/v1/crates/rand/resolve?req=%5E0.9.0&rust=1.70&prerelease=no"},
         .status = 200,
         .headers = {"Cache-Control: public, max-age=60",
                     "CDN-Cache-Control: public, max-age=60, stale-while-revalidate=600",
                     "Surrogate-Key: crate/rand", "ETag", "Vary: Accept, Accept-Encoding"},
         .body = {{"length", "2"},
                  {"version.crate", "\"rand\""},
                  {"version.num", "\"0.9.2\""},
                  {"version.rust_version", "\"1.63\""},
                  {"meta.requirement", "\"^0.9.0\""},
                  {"meta.rust", "\"1.70.0\""},
                  {"meta.matched", "3"},
                  {"meta.prerelease", "false"}}},
        {.request = {.target = "/api/v1/crates/rand/resolve"},
         .status = 200,
         .body = {{"version.num", "\"0.9.2\""},
                  {"meta.requirement", "\"*\""},
                  {"meta.rust", "null"},
                  {"meta.matched", "8"},
                  {"meta.left_out.prerelease", "1"}}},
        {.request = {.target = "/api/v1/crates/rand/resolve?rust=1.60"},
         .status = 200,
         .body = {{"version.num", "\"0.8.0\""},
                  {"meta.matched", "5"},
                  {"meta.left_out.rust_version", "3"}}},
        {.request = {.target = "/api/v1/crates/rand/resolve?rust=1.60.0-nightly&prerelease=yes"},
         .status = 200,
         .body = {{"version.num", "\"0.9.0-beta.1\""},
                  {"meta.prerelease", "true"},
                  {"meta.left_out.prerelease", "0"}}},
        {.request = {.target = "/api/v1/crates/rand/resolve?req=>=0.7,+<0.9"},
         .status = 200,
         .body = {{"version.num", "\"0.8.0\""}, {"meta.requirement", "\">=0.7, <0.9\""}}},
        {.request = {.target = "/api/v1/crates/rand/resolve?req=99"},
         .status = 200,
         .body = {{"version", "null"}, {"meta.matched", "0"}, {"length", "2"}}},
        {.request = {.target = "/api/v1/crates/RAND/resolve?req=1&req=0.9"}, /* the last counts */
         .status = 200,
         .body = {{"meta.requirement", "\"^0.9\""}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

/* Every spelling of one question is answered by one entry of the cache, other questions are not. */
static void caches_by_the_canonical_requirement(void **state)
{
    static const char *const spellings[] = {
        "/api/v1/crates/serde/resolve?req=1.0.152",
        "/api/v1/crates/SERDE/resolve?req=%5E1.0.152",
        "/api/v1/crates/serde/resolve?req=+%5E+1.0.152+",
        "/api/v1/crates/serde/resolve?prerelease=no&req=1.0.152%2Bbuild",
    };
    static const char *const others[] = {
        "/api/v1/crates/serde/resolve?req=~1.0.152",
        "/api/v1/crates/serde/resolve?req=1.0.152&prerelease=yes",
        "/api/v1/crates/serde/resolve?req=1.0.152&rust=1.0",
        "/api/v1/crates/serde/resolve?req=1.0.152&rust=0",
        "/api/v1/crates/serde_json/resolve?req=1.0.152",
        "/api/v1/crates/serde/1.0.228/tree",
        "/api/v1/crates/serde/1.0.228/tree?depth=1",
        "/api/v1/crates/serde/1.0.219/tree?depth=1",
    };
    struct http_response response;
    for (size_t i = 0; i < N_ELEMENTS(spellings); i++) {
        http_get(client_of(state), spellings[i], NULL, &response);
        assert_int_equal(response.status, 200);
        assert_string_equal(http_header(&response, "X-Cache"), i == 0 ? "miss" : "hit");
        http_response_free(&response);
    }
    for (size_t i = 0; i < N_ELEMENTS(others); i++) {
        http_get(client_of(state), others[i], NULL, &response);
        assert_int_equal(response.status, 200);
        assert_string_equal(http_header(&response, "X-Cache"), "miss");
        http_response_free(&response);
    }
    http_get(client_of(state), "/api/v1/crates/serde/1.0.228/tree?depth=16", NULL, &response);
    assert_string_equal(http_header(&response, "X-Cache"), "hit"); /* the default */
    http_response_free(&response);
}

static void refuses_bad_parameters(void **state)
{
    static const char rust[] = "\"invalid rust: a version such as `1.70` or `1.70.1` is expected\"";
    static const char prerelease[] = "\"invalid prerelease: `yes` or `no` is expected\"";
    const struct http_case cases[] = {
        {.request = {.target = "/api/v1/crates/no-such/resolve?req=1"},
         .status = 404,
         .body = {{"errors[0].detail", "\"crate `no-such` does not exist\""}}},
        {.request = {.target = "/api/v1/crates/rand/resolve?req="},
         .status = 400,
         .body = {{"errors[0].detail",
                   "\"invalid version requirement: a number is expected at the beginning\""}}},
        {.request = {.target = "/api/v1/crates/rand/resolve?req=1.0,"},
         .status = 400,
         .body = {{"errors[0].detail",
                   "\"invalid version requirement: a number is expected behind `1.0,`\""}}},
        {.request = {.target = "/api/v1/crates/rand/resolve?req=99999999999999999999"},
         .status = 400,
         .body = {{"errors[0].detail",
                   "\"invalid version requirement: a number exceeds 64 bits at the beginning\""}}},
        {.request = {.target = "/api/v1/crates/rand/resolve?req=1%00"}, .status = 400},
        {.request = {.target = "/api/v1/crates/rand/resolve?req=%FF"}, .status = 400},
        {.request = {.target = "/api/v1/crates/rand/resolve?req=%3Cscript%3E"}, .status = 400},
        {.request = {.target = "/api/v1/crates/rand/resolve?rust="},
         .status = 400,
         .body = {{"errors[0].detail", rust}}},
        {.request = {.target = "/api/v1/crates/rand/resolve?rust=stable"},
         .status = 400,
         .body = {{"errors[0].detail", rust}}},
        {.request = {.target = "/api/v1/crates/rand/resolve?prerelease="},
         .status = 400,
         .body = {{"errors[0].detail", prerelease}}},
        {.request = {.target = "/api/v1/crates/rand/resolve?prerelease=yes%20"},
         .status = 400,
         .body = {{"errors[0].detail", prerelease}}},
        {.request = {.target = "/api/v1/crates/no-such/1.0.0/tree"},
         .status = 404,
         .body = {{"errors[0].detail", "\"crate `no-such` does not exist\""}}},
        {.request = {.target = "/api/v1/crates/rand/9.9.9/tree"},
         .status = 404,
         .body = {{"errors[0].detail", "\"crate `rand` does not have a version `9.9.9`\""}}},
        {.request = {.target = "/api/v1/crates/rand/latest/tree"},
         .status = 404,
         .body = {{"errors[0].detail", "\"crate `rand` does not have a version `latest`\""}}},
        {.request = {.target = "/api/v1/crates/rand/0.9.2/tree?depth=0"},
         .status = 400,
         .body = {{"errors[0].detail", "\"Failed to deserialize query string: depth: number would "
                                       "be zero for non-zero type\""}}},
        {.request = {.target = "/api/v1/crates/rand/0.9.2/tree?depth=65"},
         .status = 400,
         .body = {{"errors[0].detail", "\"cannot request a depth of more than 64\""}}},
        {.request = {.target = "/api/v1/crates/rand/0.9.2/tree?depth=x"}, .status = 400},
        {.request = {.method = "POST", .target = "/api/v1/crates/rand/resolve"},
         .status = 405,
         .headers = {"Allow"}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

/* Long and deep requirements get an answer, not a longer wait. */
static void bounds_requirements(void **state)
{
    char target[8192];
    struct http_response response;
    int length = snprintf(target, sizeof target, "/api/v1/crates/rand/resolve?req=0");
    for (int i = 0; i < 31; i++)
        length += snprintf(target + length, sizeof target - (size_t)length, ",>=0.%d", i % 3);
    http_get(client_of(state), target, NULL, &response);
    assert_int_equal(response.status, 200);
    http_response_free(&response);
    snprintf(target + length, sizeof target - (size_t)length, ",1");
    http_get(client_of(state), target, NULL, &response);
    assert_int_equal(response.status, 400);
    assert_non_null(strstr(response.body, "more than 32 comparators"));
    http_response_free(&response);

    length = snprintf(target, sizeof target, "/api/v1/crates/rand/resolve?req=1.0.0-");
    memset(target + length, 'a', 2000);
    target[length + 2000] = '\0';
    http_get(client_of(state), target, NULL, &response);
    assert_int_equal(response.status, 400);
    assert_non_null(strstr(response.body, "more than 1024 bytes"));
    http_response_free(&response);
}

static void gives_trees(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = "/api/v1/crates/tantivy/0.25.0/tree"},
         .status = 200,
         .headers = {"Cache-Control: public, max-age=60",
                     "CDN-Cache-Control: public, max-age=60, stale-while-revalidate=600",
                     "Surrogate-Key: crate/tantivy", "ETag"},
         .body = {{"nodes[0].crate", "\"tantivy\""},
                  {"nodes[0].num", "\"0.25.0\""},
                  {"nodes[0].yanked", "false"},
                  {"nodes[0].depth", "0"},
                  {"nodes[0].dependencies.length", "19"},
                  {"meta.depth", "16"}}},
        {.request = {.target = "/api/v1/crates/Tantivy/0.25.0/tree?depth=1"},
         .status = 200,
         .body = {{"meta.depth", "1"}, {"meta.truncated", "true"}, {"nodes[1].depth", "1"}}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

/* What a tree says holds together, and each direct dependency is what /resolve gives where nothing
   else narrows it. */
static void a_tree_holds_together(void **state)
{
    json_t *tree =
        http_get_json(client_of(state), "/api/v1/crates/tantivy/0.25.0/tree?depth=64", 200);
    json_t *nodes = json_object_get(tree, "nodes");
    json_t *node;
    size_t at;
    size_t n_edges = 0;
    assert_int_equal(json_array_size(nodes), json_integer_at(tree, "meta.total"));
    assert_true(json_array_size(nodes) > 10);
    json_array_foreach(nodes, at, node)
    {
        json_t *dependency;
        size_t i;
        json_array_foreach(json_object_get(node, "dependencies"), i, dependency)
        {
            const json_t *place = json_object_get(dependency, "node");
            if (json_is_null(place)) {
                assert_true(json_is_string(json_object_get(dependency, "unresolved")));
                continue;
            }
            const json_t *target = json_array_get(nodes, (size_t)json_integer_value(place));
            assert_non_null(target);
            assert_true(json_is_null(json_object_get(dependency, "unresolved")));
            assert_string_equal(json_text_at(target, "crate"), json_text_at(dependency, "crate"));
            assert_true(json_integer_at(target, "depth") <= json_integer_at(node, "depth") + 1);
            n_edges++;
        }
    }
    assert_true(n_edges >= json_array_size(nodes) - 1);
    json_decref(tree);
}

static void both_encodings_say_the_same(void **state)
{
    static const char *const targets[] = {
        "/api/v1/crates/rand/resolve?req=0.9&rust=1.70", "/api/v1/crates/rand/resolve?req=99",
        "/api/v1/crates/rand/resolve?req=x.y",           "/api/v1/crates/tantivy/0.25.0/tree",
        "/api/v1/crates/tantivy/0.25.0/tree?depth=1",    "/api/v1/crates/tantivy/1/tree",
    };
    for (size_t i = 0; i < N_ELEMENTS(targets); i++) {
        struct http_response json_response;
        struct http_response response;
        http_get(client_of(state), targets[i], NULL, &json_response);
        http_get(client_of(state), targets[i], "Accept: application/msgpack\n", &response);
        assert_int_equal(response.status, json_response.status);
        assert_string_equal(http_header(&response, "Content-Type"), "application/msgpack");
        json_t *json = json_loadb(json_response.body, json_response.size, 0, NULL);
        json_t *decoded = msgpack_to_json(response.body, response.size);
        assert_true(json_equal(json, decoded));
        json_decref(json);
        json_decref(decoded);
        http_response_free(&json_response);
        http_response_free(&response);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resolves_requirements),
        cmocka_unit_test(caches_by_the_canonical_requirement),
        cmocka_unit_test(refuses_bad_parameters),
        cmocka_unit_test(bounds_requirements),
        cmocka_unit_test(gives_trees),
        cmocka_unit_test(a_tree_holds_together),
        cmocka_unit_test(both_encodings_say_the_same),
    };
    return cmocka_run_group_tests_name("resolve over HTTP", tests, http_fixture_start,
                                       http_fixture_stop);
}
