/* Encodings, content codings, validators, methods: what an answer looks like, whatever it says. */
#include "tests/support/representation.h"

#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

/* Every endpoint that is negotiated, successes and errors. */
static const char *const targets[] = {
    "/api/v1/crates",
    "/api/v1/crates?q=serde&per_page=100",
    "/api/v1/crates?q=parser&page=2&per_page=3",
    "/api/v1/crates?sort=downloads&per_page=30",
    "/api/v1/crates?q=zzzz",
    "/api/v1/crates?ids[]=new&ids[]=libbindgen&ids[]=jieba-rs&ids[]=csv-core&ids[]=deunicode",
    "/api/v1/crates?per_page=x",
    "/api/v1/crates?following=1",
    "/api/v1/summary",
    "/api/v1/suggest?q=to",
    "/api/v1/suggest?q=zzzz",
    "/api/v1/crates/serde",
    "/api/v1/crates/serde?include=default_version,keywords",
    "/api/v1/crates/libbindgen?include=full",
    "/api/v1/crates/no-such-crate",
    "/api/v1/crates/libbindgen/versions?per_page=20&include=release_tracks",
    "/api/v1/crates/serde/versions?sort=date&nums[]=1.0.228",
    "/api/v1/crates/serde/1.0.228",
    "/api/v1/crates/serde/1.0.0-none",
    "/api/v1/crates/serde/reverse_dependencies?per_page=100&page=1",
    "/healthz",
    "/readyz",
    "/nothing/here",
    "/api/v1/keywords?sort=crates&per_page=100",
    "/api/v1/keywords/no_std",
    "/api/v1/keywords/nothing",
    "/api/v1/categories?per_page=100",
    "/api/v1/categories/science::computational-chemistry",
    "/api/v1/category_slugs",
    "/api/v1/users/sample-user-3",
    "/api/v1/users/1/stats",
    "/api/v1/users/x/stats",
    "/api/v1/teams/github:sample-org-3:publishers",
    "/api/v1/crates/serde_json/owners",
    "/api/v1/crates/serde_json/owner_team",
    "/api/v1/site_metadata",
    "/api/v1/me",
    "/api/openapi.json",
};

/* The same members in the same order: both as text. */
static void assert_same_model(const char *target, const json_t *left, const json_t *right)
{
    char *a = json_dumps(left, JSON_COMPACT);
    char *b = json_dumps(right, JSON_COMPACT);
    if (strcmp(a, b) != 0)
        fail_msg("%s: JSON and MessagePack differ", target);
    free(a);
    free(b);
}

static void says_the_same_in_both_encodings(void **state)
{
    for (size_t i = 0; i < N_ELEMENTS(targets); i++) {
        struct http_response json;
        struct http_response packed;
        http_get(client_of(state), targets[i], NULL, &json);
        http_get(client_of(state), targets[i], "Accept: application/msgpack\n", &packed);
        assert_int_equal(json.status, packed.status);
        assert_string_equal(http_header(&json, "Content-Type"), "application/json");
        assert_string_equal(http_header(&packed, "Content-Type"), "application/msgpack");
        assert_string_equal(http_header(&packed, "Vary"), "Accept, Accept-Encoding");
        assert_true(packed.size < json.size);
        json_t *left = json_loadb(json.body, json.size, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(left);
        json_t *right = msgpack_to_json(packed.body, packed.size);
        assert_same_model(targets[i], left, right);
        json_decref(left);
        json_decref(right);
        http_response_free(&json);
        http_response_free(&packed);
    }
}

static void negotiates_the_encoding(void **state)
{
    static const char json[] = "application/json";
    static const char msgpack[] = "application/msgpack";
    static const struct {
        const char *headers;
        long status;
        const char *type;
    } cases[] = {
        {NULL, 200, json},
        {"Accept: */*\n", 200, json},
        {"Accept: application/msgpack\n", 200, msgpack},
        {"Accept: application/vnd.msgpack\n", 200, msgpack},
        {"Accept: application/x-msgpack\n", 200, msgpack},
        {"Accept: application/json;q=0.4, application/msgpack;q=0.5\n", 200, msgpack},
        {"Accept: application/json;q=0.4\nAccept: application/msgpack;q=0.5\n", 200, msgpack},
        {"Accept: text/html\n", 406, json},
        {"Accept: application/json;q=0\n", 406, json},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        struct http_response response;
        http_get(client_of(state), "/api/v1/summary", cases[i].headers, &response);
        assert_int_equal(response.status, cases[i].status);
        assert_string_equal(http_header(&response, "Content-Type"), cases[i].type);
        assert_string_equal(http_header(&response, "Vary"), "Accept, Accept-Encoding");
        http_response_free(&response);
    }
}

static void refuses_other_encodings(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = "/api/v1/crates", .headers = "Accept: text/html\n"},
         .status = 406,
         .headers = {"Cache-Control: no-store"},
         .body = {{"errors[0].detail",
                   "\"not acceptable: use application/json or application/msgpack\""}}},
        /* What is missing is missing, whatever is acceptable; of the API it is never a page. */
        {.request = {.target = "/api/nothing", .headers = "Accept: text/html\n"},
         .status = 404,
         .headers = {"Content-Type: application/json"}},
        /* What reads metrics says so or gets Prometheus' own format. */
        {.request = {.target = "/metrics", .headers = "Accept: application/json\n"},
         .status = 200,
         .headers = {"Content-Type: text/plain; version=0.0.4", "Cache-Control: no-store",
                     "Vary: Accept"}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void codes_bodies_that_decode_to_the_same(void **state)
{
    static const char *const large[] = {"/api/v1/crates?per_page=50", "/api/v1/summary"};
    static const char *const codings[] = {"gzip", "br", "zstd"};
    static const char *const accepts[] = {"Accept: application/json",
                                          "Accept: application/msgpack"};
    for (size_t i = 0; i < N_ELEMENTS(large) * N_ELEMENTS(accepts); i++) {
        const char *target = large[i / N_ELEMENTS(accepts)];
        char headers[256];
        struct http_response identity;
        snprintf(headers, sizeof headers, "%s\n", accepts[i % N_ELEMENTS(accepts)]);
        http_get(client_of(state), target, headers, &identity);
        assert_null(http_header(&identity, "Content-Encoding"));
        for (size_t j = 0; j < N_ELEMENTS(codings); j++) {
            struct http_response coded;
            snprintf(headers, sizeof headers, "%s\nAccept-Encoding: %s\n",
                     accepts[i % N_ELEMENTS(accepts)], codings[j]);
            http_get(client_of(state), target, headers, &coded);
            assert_string_equal(http_header(&coded, "Content-Encoding"), codings[j]);
            assert_true(coded.size < identity.size);
            size_t size;
            char *body = decode_content(codings[j], coded.body, coded.size, &size);
            assert_int_equal(size, identity.size);
            assert_memory_equal(body, identity.body, size);
            free(body);
            http_response_free(&coded);
        }
        http_response_free(&identity);
    }
}

static void chooses_a_coding(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.target = "/api/v1/summary",
                     .headers = "Accept-Encoding: gzip, deflate, br, zstd\n"},
         .status = 200,
         .headers = {"Content-Encoding: zstd"}},
        {.request = {.target = "/api/v1/summary",
                     .headers = "Accept-Encoding: gzip, deflate, br\n"},
         .status = 200,
         .headers = {"Content-Encoding: br"}},
        {.request = {.target = "/api/v1/summary",
                     .headers = "Accept-Encoding: gzip;q=1, br;q=0.5\n"},
         .status = 200,
         .headers = {"Content-Encoding: gzip"}},
        {.request = {.target = "/api/v1/summary",
                     .headers = "Accept-Encoding: deflate, compress\n"},
         .status = 200,
         .headers = {"!Content-Encoding"}},
        /* Not for tiny bodies, errors among them. */
        {.request = {.target = "/api/v1/suggest?q=tokio&limit=1",
                     .headers = "Accept-Encoding: br\n"},
         .status = 200,
         .headers = {"!Content-Encoding"}},
        {.request = {.target = "/nothing", .headers = "Accept-Encoding: br\n"},
         .status = 404,
         .headers = {"!Content-Encoding"}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

/* A strong validator differs for every representation of every answer. */
static void gives_every_representation_its_etag(void **state)
{
    static const char *const headers[] = {
        "Accept: application/json\n",
        "Accept: application/msgpack\n",
        "Accept: application/json\nAccept-Encoding: gzip\n",
        "Accept: application/json\nAccept-Encoding: br\n",
        "Accept: application/json\nAccept-Encoding: zstd\n",
        "Accept: application/msgpack\nAccept-Encoding: br\n",
    };
    static const char *const paths[] = {"/api/v1/summary", "/api/v1/crates?q=serde",
                                        "/api/v1/crates?q=tokio"};
    char *etags[N_ELEMENTS(headers) * N_ELEMENTS(paths)];
    for (size_t i = 0; i < N_ELEMENTS(etags); i++) {
        struct http_response response;
        http_get(client_of(state), paths[i / N_ELEMENTS(headers)], headers[i % N_ELEMENTS(headers)],
                 &response);
        etags[i] = strdup(http_header(&response, "ETag"));
        assert_true(etags[i][0] == '"' && etags[i][strlen(etags[i]) - 1] == '"');
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(etags[i], etags[j]);
        http_response_free(&response);
    }
    for (size_t i = 0; i < N_ELEMENTS(etags); i++)
        free(etags[i]);
}

static void expect_conditional(void **state, const char *etag_headers, long status,
                               size_t full_size)
{
    struct http_response response;
    http_get(client_of(state), "/api/v1/summary", etag_headers, &response);
    if (response.status != status)
        fail_msg("%s: status %ld, not %ld", etag_headers, response.status, status);
    assert_int_equal(response.size, status == 304 ? 0 : full_size);
    assert_non_null(http_header(&response, "ETag"));
    assert_string_equal(http_header(&response, "Cache-Control"), "public, max-age=15");
    assert_string_equal(http_header(&response, "CDN-Cache-Control"),
                        "public, max-age=15, stale-while-revalidate=60");
    assert_string_equal(http_header(&response, "Vary"), "Accept, Accept-Encoding");
    assert_string_equal(http_header(&response, "Access-Control-Allow-Origin"), "*");
    http_response_free(&response);
}

static void answers_conditional_requests(void **state)
{
    struct http_response full;
    http_get(client_of(state), "/api/v1/summary", NULL, &full);
    const char *etag = http_header(&full, "ETag");
    static const struct {
        const char *format; /* %s: the tag */
        long status;
    } fields[] = {
        {"If-None-Match: %s\n", 304},
        {"If-None-Match: W/%s\n", 304},
        {"If-None-Match: \"a,b\", %s\n", 304},
        {"If-None-Match: \"x\",W/\"y\" ,%s\n", 304},
        {"If-None-Match: \"x\"\nIf-None-Match: %s\n", 304},
        {"If-None-Match: *\n", 304},
        {"If-None-Match: \"x\"\n", 200},
        {"If-None-Match: x%s\n", 200},
        {"If-None-Match: \"unclosed\n", 200},
        {"If-None-Match: %s\nAccept-Encoding: zstd;q=0\n", 304},
    };
    for (size_t i = 0; i < N_ELEMENTS(fields); i++) {
        const char *hole = strstr(fields[i].format, "%s");
        char headers[512];
        snprintf(headers, sizeof headers, "%.*s%s%s",
                 hole != NULL ? (int)(hole - fields[i].format) : (int)strlen(fields[i].format),
                 fields[i].format, hole != NULL ? etag : "", hole != NULL ? hole + 2 : "");
        expect_conditional(state, headers, fields[i].status, full.size);
    }
    http_response_free(&full);
}

static void answers_head_as_get_without_a_body(void **state)
{
    for (size_t i = 0; i < N_ELEMENTS(targets); i++) {
        struct http_response get;
        struct http_response head;
        const struct http_request request = {.method = "HEAD", .target = targets[i]};
        http_get(client_of(state), targets[i], NULL, &get);
        http_send(client_of(state), &request, &head);
        assert_int_equal(head.status, get.status);
        assert_int_equal(head.size, 0);
        assert_string_equal(http_header(&head, "Content-Length"),
                            http_header(&get, "Content-Length"));
        if (http_header(&get, "ETag") != NULL)
            assert_string_equal(http_header(&head, "ETag"), http_header(&get, "ETag"));
        http_response_free(&get);
        http_response_free(&head);
    }
}

static void allows_reading_only(void **state)
{
    static const char *const methods[] = {"POST", "PUT", "DELETE", "PATCH"};
    for (size_t i = 0; i < N_ELEMENTS(methods); i++) {
        const struct http_case refused = {
            .request = {.method = methods[i], .target = "/api/v1/crates", .body = "x"},
            .status = 405,
            .headers = {"Allow: GET, HEAD, OPTIONS", "Cache-Control: no-store"},
            .body = {{"errors[0].detail", "\"method not allowed: use GET, HEAD, OPTIONS\""}},
        };
        http_cases_run(client_of(state), &refused, 1);
    }
}

static void answers_other_origins(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.method = "POST", .target = "/nothing", .body = "x"},
         .status = 404,
         .headers = {"!Allow"}},
        {.request = {.method = "OPTIONS",
                     .target = "/api/v1/crates",
                     .headers =
                         "Origin: https://example.org\nAccess-Control-Request-Method: GET\n"},
         .status = 204,
         .headers = {"Allow: GET, HEAD, OPTIONS", "Access-Control-Allow-Origin: *",
                     "Access-Control-Allow-Methods: GET, HEAD, OPTIONS",
                     "Access-Control-Allow-Headers: *", "Access-Control-Max-Age: 86400"}},
        {.request = {.method = "OPTIONS", .target = "/nothing"},
         .status = 404,
         .headers = {"!Allow"}},
        {.request = {.target = "/api/v1/crates", .headers = "Origin: https://example.org\n"},
         .status = 200,
         .headers = {"Access-Control-Allow-Origin: *"}},
        {.request = {.target = "/api/v1/crates?page=x"},
         .status = 400,
         .headers = {"Access-Control-Allow-Origin: *"}},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void knows_exact_paths_only(void **state)
{
    static const char *const unknown[] = {"//",
                                          "/api",
                                          "/api/v1",
                                          "/api/v1/crates/",
                                          "//api/v1/crates",
                                          "/api//v1/crates",
                                          "/API/v1/crates",
                                          "/api/v1/./crates",
                                          "/api/v1/keyword",
                                          "/api/v1/crates/serde/",
                                          "/api/v1/crates//versions",
                                          "/api/v1/crates/serde/1.0.228/",
                                          "/metrics/",
                                          "/healthz%00"};
    for (size_t i = 0; i < N_ELEMENTS(unknown); i++) {
        json_t *body = http_get_json(client_of(state), unknown[i], 404);
        assert_string_equal(json_text_at(body, "errors[0].detail"), "Not Found");
        json_decref(body);
    }
}

static void keeps_connections_alive(void **state)
{
    struct http_response first;
    struct http_response second;
    http_get(client_of(state), "/api/v1/crates", NULL, &first);
    http_get(client_of(state), "/api/v1/crates?per_page=0", NULL, &second);
    assert_int_equal(second.n_connects, 0);
    http_response_free(&second);
    http_get(client_of(state), "/api/v1/crates?q=kept", NULL, &second);
    assert_int_equal(second.n_connects, 0);
    http_response_free(&first);
    http_response_free(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_the_same_in_both_encodings),
        cmocka_unit_test(negotiates_the_encoding),
        cmocka_unit_test(refuses_other_encodings),
        cmocka_unit_test(codes_bodies_that_decode_to_the_same),
        cmocka_unit_test(chooses_a_coding),
        cmocka_unit_test(gives_every_representation_its_etag),
        cmocka_unit_test(answers_conditional_requests),
        cmocka_unit_test(answers_head_as_get_without_a_body),
        cmocka_unit_test(allows_reading_only),
        cmocka_unit_test(answers_other_origins),
        cmocka_unit_test(knows_exact_paths_only),
        cmocka_unit_test(keeps_connections_alive),
    };
    return cmocka_run_group_tests_name("representation", tests, http_fixture_start,
                                       http_fixture_stop);
}
