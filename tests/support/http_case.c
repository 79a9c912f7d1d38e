/* Paths are walked step by step: a name up to `.` or `[`, or an index in brackets. */
#include "tests/support/http_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

json_t *json_at(const json_t *root, const char *path)
{
    const json_t *node = root;
    while (*path != '\0' && node != NULL) {
        if (*path == '.')
            path++;
        if (*path == '[') {
            char *end;
            node = json_array_get(node, strtoul(path + 1, &end, 10));
            path = end + (*end == ']');
        } else if (strcmp(path, "length") == 0) {
            return json_integer(
                (json_int_t)(json_is_array(node) ? json_array_size(node) : json_object_size(node)));
        } else {
            char name[64];
            size_t length = strcspn(path, ".[");
            snprintf(name, sizeof name, "%.*s", (int)length, path);
            node = json_object_get(node, name);
            path += length;
        }
    }
    return json_incref((json_t *)node);
}

const char *json_text_at(const json_t *root, const char *path)
{
    json_t *node = json_at(root, path);
    if (!json_is_string(node))
        fail_msg("no string at %s", path);
    const char *text = json_string_value(node);
    json_decref(node);
    return text;
}

json_int_t json_integer_at(const json_t *root, const char *path)
{
    json_t *node = json_at(root, path);
    if (!json_is_integer(node))
        fail_msg("no integer at %s", path);
    json_int_t value = json_integer_value(node);
    json_decref(node);
    return value;
}

void http_check_header(const char *subject, const struct http_response *response,
                       const char *expected)
{
    if (expected[0] == '!') {
        if (http_header(response, expected + 1) != NULL)
            fail_msg("%s: there is a header %s", subject, expected + 1);
        return;
    }
    char name[128];
    size_t length = strcspn(expected, ":");
    snprintf(name, sizeof name, "%.*s", (int)length, expected);
    const char *value = http_header(response, name);
    if (value == NULL)
        fail_msg("%s: no header %s", subject, name);
    else if (expected[length] == ':' && strcmp(value, expected + length + 2) != 0)
        fail_msg("%s: header %s is '%s', not '%s'", subject, name, value, expected + length + 2);
}

static void check_body(const struct http_case *test, const json_t *body, const char *at,
                       const char *value)
{
    json_t *found = json_at(body, at);
    char *text = found != NULL ? json_dumps(found, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    const char *shown = text != NULL ? text : "absent";
    json_t *expected =
        strcmp(value, "absent") == 0 ? NULL : json_loads(value, JSON_DECODE_ANY, NULL);
    if (expected == NULL ? found != NULL : !json_equal(found, expected))
        fail_msg("%s: %s is %s, not %s", test->request.target, at, shown, value);
    json_decref(expected);
    json_decref(found);
    free(text);
}

static void check_case(const struct http_case *test, const struct http_response *response)
{
    if (response->status != test->status)
        fail_msg("%s: status %ld, not %ld: %.300s", test->request.target, response->status,
                 test->status, response->body);
    for (size_t i = 0; i < HTTP_CASE_MAX_CHECKS && test->headers[i] != NULL; i++)
        http_check_header(test->request.target, response, test->headers[i]);
    if (test->body[0].at == NULL)
        return;
    json_error_t error;
    json_t *body = json_loadb(response->body, response->size, 0, &error);
    if (body == NULL)
        fail_msg("%s: the body is not JSON: %s: %.300s", test->request.target, error.text,
                 response->body);
    for (size_t i = 0; i < HTTP_CASE_MAX_CHECKS && test->body[i].at != NULL; i++)
        check_body(test, body, test->body[i].at, test->body[i].value);
    json_decref(body);
}

void http_cases_run(struct http_client *client, const struct http_case *cases, size_t n_cases)
{
    for (size_t i = 0; i < n_cases; i++) {
        struct http_response response;
        http_send(client, &cases[i].request, &response);
        check_case(&cases[i], &response);
        http_response_free(&response);
    }
}

json_t *http_get_json(struct http_client *client, const char *target, long status)
{
    struct http_response response;
    http_get(client, target, NULL, &response);
    if (response.status != status)
        fail_msg("%s: status %ld, not %ld: %.300s", target, response.status, status, response.body);
    json_error_t error;
    json_t *body = json_loadb(response.body, response.size, 0, &error);
    if (body == NULL)
        fail_msg("%s: the body is not JSON: %s", target, error.text);
    http_response_free(&response);
    return body;
}

json_t *http_get_crates(struct http_client *client, const char *query)
{
    char target[1024];
    snprintf(target, sizeof target, "/api/v1/crates?%s", query);
    return http_get_json(client, target, 200);
}
