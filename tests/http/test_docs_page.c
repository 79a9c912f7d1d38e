/* The API as a page: it has what the document has, and its forms lead to what they ask. */
#include "tests/support/admin_scene.h"
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"
#include "tests/support/page_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define LEADS(address)                                                                             \
    {                                                                                              \
        "Location: " address                                                                       \
    }

/* Every operation that can be asked, with every parameter; no other. */
static void check_page(struct http_client *client)
{
    struct http_response page;
    json_t *document = http_get_json(client, "/api/openapi.json", 200);
    http_get(client, "/docs", NULL, &page);
    assert_int_equal(page.status, 200);
    const char *path;
    json_t *item;
    size_t n_operations = 0;
    json_object_foreach(json_object_get(document, "paths"), path, item)
    {
        const json_t *operation = json_object_get(item, "get");
        const char *id = json_string_value(json_object_get(operation, "operationId"));
        char expected[256];
        size_t i;
        json_t *parameter;
        snprintf(expected, sizeof expected, "id=\"%s\" data-path=\"%s\"", id, path);
        if (strstr(page.body, expected) == NULL)
            fail_msg("/docs has no %s", expected);
        n_operations++;
        json_array_foreach(json_object_get(operation, "parameters"), i, parameter)
        {
            const char *name = json_string_value(json_object_get(parameter, "name"));
            if (name == NULL) /* a reference, of which the last part is the name */
                continue;
            snprintf(expected, sizeof expected, "id=\"%s-%s\" name=\"%s\"", id, name, name);
            if (strstr(page.body, expected) == NULL)
                fail_msg("/docs has no %s", expected);
        }
    }
    for (const char *at = page.body; (at = strstr(at, "<article")) != NULL; at++)
        n_operations--;
    assert_int_equal(n_operations, 0);
    http_response_free(&page);
    json_decref(document);
}

static void has_what_the_document_has(void **state)
{
    check_page(client_of(state));
    static const struct page_case cases[] = {
        {.request = {.target = "/docs"},
         .status = 200,
         .headers = {"Content-Type: text/html; charset=utf-8", "ETag", "Content-Security-Policy"},
         .body = {"id=\"get_metrics\"", "!/-/reload", "<option selected>2</option>",
                  "value=\"serde\"", "25 more parameters"}},
    };
    page_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

static void has_nothing_for_operators_where_they_have_an_address(void **state)
{
    (void)state;
    struct admin_scene scene;
    static const struct page_case cases[] = {
        {.request = {.target = "/docs"},
         .status = 200,
         .body = {"!get_metrics", "!/healthz", "!/status.json"}},
        {.request = {.target = "/docs/try/get_metrics"}, .status = 404},
    };
    admin_scene_begin(&scene, NULL);
    check_page(scene.file.http.client);
    page_cases_run(scene.file.http.client, cases, N_ELEMENTS(cases));
    assert_int_equal(admin_scene_ask(&scene, "GET", "/docs", NULL), 404);
    admin_scene_end(&scene);
}

static void leads_to_what_its_forms_ask(void **state)
{
    static const struct page_case cases[] = {
        {.request = {.target = "/docs/try/get_summary"},
         .status = 302,
         .headers = LEADS("/api/v1/summary")},
        {.request = {.target = "/docs/try/list_crates?per_page=&q=a+%26b&x=1&facets=license,has&"
                               "license=MIT,+Apache-2.0,,&ids%5B%5D=a,b"},
         .status = 302,
         .headers = LEADS("/api/v1/crates?q=a%20%26b&facets=license%2Chas&ids%5B%5D=a&ids%5B%5D=b&"
                          "license=MIT&license=Apache-2.0")},
        {.request = {.target = "/docs/try/find_version?version=1.0.0&name=//evil.example/%3F"},
         .status = 302,
         .headers = LEADS("/api/v1/crates/%2F%2Fevil.example%2F%3F/1.0.0")},
        {.request = {.target = "/docs/try/find_version?name=serde"},
         .status = 400,
         .headers = {"Content-Type: text/html; charset=utf-8"},
         .body = {"the field version is empty: fill it"}},
        {.request = {.target = "/docs/try/reload"}, .status = 404},
        {.request = {.target = "/docs/try/%3Cscript%3E"}, .status = 404, .body = {"!<script>"}},
        {.request = {.target = "/docs/try/"}, .status = 404},
    };
    page_cases_run(client_of(state), cases, N_ELEMENTS(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_what_the_document_has),
        cmocka_unit_test(has_nothing_for_operators_where_they_have_an_address),
        cmocka_unit_test(leads_to_what_its_forms_ask),
    };
    return cmocka_run_group_tests_name("docs_page", tests, http_fixture_start, http_fixture_stop);
}
