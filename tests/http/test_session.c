/* The session of crates.io's front end: it cannot be begun, and always ends. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"
#include "tests/support/representation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define SESSION "/api/private/session"
#define BEGIN "/api/private/session/begin"
#define READ_ONLY "{\"errors\":[{\"detail\":\"this registry is read-only\"}]}"

static void is_not_begun(void **state)
{
    static const struct http_request requests[] = {
        {.method = "POST", .target = BEGIN},
        {.method = "POST", .target = BEGIN "?x=1"},
        {.method = "POST", .target = BEGIN, .body = "{\"any\":\"body\"}"},
        {.method = "POST",
         .target = BEGIN,
         .headers = "Origin: https://crates.example.org\nCookie: session=x\n"},
    };
    for (size_t i = 0; i < N_ELEMENTS(requests); i++) {
        const struct http_case test = {
            .request = requests[i],
            .status = 403,
            .headers = {"Content-Type: application/json", "Cache-Control: no-store",
                        "Access-Control-Allow-Origin: *", "X-Request-Id", "!Allow", "!Set-Cookie"},
            .body = {{"", READ_ONLY}}};
        http_cases_run(client_of(state), &test, 1);
    }
}

static void ends_whether_there_is_one_or_not(void **state)
{
    static const struct http_request requests[] = {
        {.method = "DELETE", .target = SESSION},
        {.method = "DELETE", .target = SESSION, .headers = "Accept: */*\n"},
        {.method = "DELETE", .target = SESSION, .body = "anything"},
        {.method = "DELETE", .target = SESSION, .headers = "Cookie: session=x\n"},
    };
    for (size_t i = 0; i < N_ELEMENTS(requests); i++) {
        const struct http_case test = {
            .request = requests[i],
            .status = 200,
            .headers = {"Content-Type: application/json", "Cache-Control: no-store",
                        "Access-Control-Allow-Origin: *", "X-Request-Id", "!ETag", "!Set-Cookie"},
            .body = {{"", "{\"ok\":true}"}}};
        http_cases_run(client_of(state), &test, 1);
    }
}

static void speaks_messagepack(void **state)
{
    static const struct {
        struct http_request request;
        long status;
        const char *json;
    } cases[] = {
        {{.method = "DELETE", .target = SESSION, .headers = "Accept: application/msgpack\n"},
         200,
         "{\"ok\":true}"},
        {{.method = "POST", .target = BEGIN, .headers = "Accept: application/x-msgpack\n"},
         403,
         READ_ONLY},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        struct http_response response;
        http_send(client_of(state), &cases[i].request, &response);
        assert_int_equal(response.status, cases[i].status);
        assert_string_equal(http_header(&response, "Content-Type"), "application/msgpack");
        json_t *decoded = msgpack_to_json(response.body, response.size);
        char *text = json_dumps(decoded, JSON_COMPACT);
        assert_string_equal(text, cases[i].json);
        free(text);
        json_decref(decoded);
        http_response_free(&response);
    }
}

static void has_one_method_a_path(void **state)
{
    static const struct {
        const char *target;
        const char *methods[5];
        const char *allow;
        const char *allow_methods;
        const char *detail;
    } paths[] = {
        {SESSION,
         {"GET", "HEAD", "POST", "PUT", "PATCH"},
         "Allow: DELETE, OPTIONS",
         "Access-Control-Allow-Methods: DELETE, OPTIONS",
         "\"method not allowed: use DELETE, OPTIONS\""},
        {BEGIN,
         {"GET", "HEAD", "DELETE", "PUT", "PATCH"},
         "Allow: POST, OPTIONS",
         "Access-Control-Allow-Methods: POST, OPTIONS",
         "\"method not allowed: use POST, OPTIONS\""},
    };
    for (size_t i = 0; i < N_ELEMENTS(paths); i++) {
        for (size_t j = 0; j < N_ELEMENTS(paths[i].methods); j++) {
            const char *method = paths[i].methods[j];
            struct http_case test = {.request = {.method = method, .target = paths[i].target},
                                     .status = 405,
                                     .headers = {paths[i].allow, "Cache-Control: no-store",
                                                 "Access-Control-Allow-Origin: *"}};
            if (strcmp(method, "HEAD") != 0) {
                test.body[0].at = "errors[0].detail";
                test.body[0].value = paths[i].detail;
            }
            http_cases_run(client_of(state), &test, 1);
        }
        /* A script of another origin asks first. */
        const struct http_case preflight = {
            .request = {.method = "OPTIONS",
                        .target = paths[i].target,
                        .headers = "Origin: https://crates.example.org\n"},
            .status = 204,
            .headers = {paths[i].allow, paths[i].allow_methods, "Access-Control-Allow-Origin: *"}};
        http_cases_run(client_of(state), &preflight, 1);
    }
}

static void refuses_what_it_cannot_write(void **state)
{
    static const struct http_case cases[] = {
        {.request = {.method = "DELETE", .target = SESSION, .headers = "Accept: text/html\n"},
         .status = 406},
        /* An error is written in JSON where nothing else is acceptable. */
        {.request = {.method = "POST", .target = BEGIN, .headers = "Accept: text/html\n"},
         .status = 403,
         .body = {{"", READ_ONLY}}},
        {.request = {.method = "DELETE", .target = SESSION "/"}, .status = 404},
        {.request = {.method = "POST", .target = BEGIN "/again"}, .status = 404},
    };
    http_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_not_begun),
        cmocka_unit_test(ends_whether_there_is_one_or_not),
        cmocka_unit_test(speaks_messagepack),
        cmocka_unit_test(has_one_method_a_path),
        cmocka_unit_test(refuses_what_it_cannot_write),
    };
    return cmocka_run_group_tests_name("session", tests, http_fixture_start, http_fixture_stop);
}
