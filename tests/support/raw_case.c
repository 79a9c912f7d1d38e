/* The text of a connection is cut into answers: a head up to the empty line, then as many bytes as
   Content-Length says, unless the next answer begins or the text ends there (HEAD, 204, 304). */
#include "tests/support/raw_case.h"

#include "tests/support/http_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define VERSION "HTTP/1.1 "

/* Adds the head's fields; `line` begins behind the status line. */
static void read_fields(struct http_response *response, const char *line, const char *end)
{
    while (line < end) {
        const char *line_end = strstr(line, "\r\n");
        const char *colon = strchr(line, ':');
        assert_true(line_end != NULL && colon != NULL && colon < line_end);
        assert_true(response->n_headers < HTTP_MAX_HEADERS);
        const char *value = colon + 1 + strspn(colon + 1, " ");
        response->headers[response->n_headers].name = strndup(line, (size_t)(colon - line));
        response->headers[response->n_headers].value = strndup(value, (size_t)(line_end - value));
        response->n_headers++;
        line = line_end + 2;
    }
}

/* Reads the answer at `*text` and moves behind it. Returns false where it is none. */
static bool read_answer(const char **text, struct http_response *response)
{
    const char *head_end = strstr(*text, "\r\n\r\n");
    if (strncmp(*text, VERSION, strlen(VERSION)) != 0 || head_end == NULL)
        return false;
    *response = (struct http_response){0};
    response->status = strtol(*text + strlen(VERSION), NULL, 10);
    read_fields(response, strstr(*text, "\r\n") + 2, head_end + 2);
    const char *body = head_end + 4;
    const char *length = http_header(response, "Content-Length");
    if (length != NULL && *body != '\0' && strncmp(body, VERSION, strlen(VERSION)) != 0)
        response->size = strtoul(length, NULL, 10);
    if (response->size > strlen(body))
        response->size = strlen(body);
    response->body = strndup(body, response->size);
    *text = body + response->size;
    return true;
}

static void check_common(const char *subject, const struct http_response *response)
{
    static const char *const always[] = {"Date", ("Server: cratedex/" CRATEDEX_VERSION), "!Age",
                                         "Cache-Control"};
    bool is_page = http_header(response, "Content-Security-Policy") != NULL;
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        http_check_header(subject, response, always[i]);
    http_check_header(subject, response,
                      is_page ? "!Access-Control-Allow-Origin" : "Access-Control-Allow-Origin: *");
    if (response->status < 400)
        return;
    http_check_header(subject, response, "Cache-Control: no-store");
    http_check_header(subject, response, "X-Request-Id");
    const char *type = http_header(response, "Content-Type");
    if (response->size == 0 || type == NULL || strcmp(type, "application/json") != 0)
        return;
    json_t *body = json_loadb(response->body, response->size, 0, NULL);
    if (body == NULL)
        fail_msg("%s: the error is no JSON: %s", subject, response->body);
    assert_true(strlen(json_text_at(body, "errors[0].detail")) > 0);
    json_decref(body);
}

static void check_last(const char *subject, const struct raw_case *test,
                       const struct http_response *response)
{
    for (size_t i = 0; i < RAW_CASE_MAX_CHECKS && test->headers[i] != NULL; i++)
        http_check_header(subject, response, test->headers[i]);
    if (test->body == NULL)
        return;
    if (test->body[0] == '\0' ? response->size > 0 : strstr(response->body, test->body) == NULL)
        fail_msg("%s: the body is '%.200s', not '%s'", subject, response->body, test->body);
}

static void run(const struct test_server *server, const struct raw_case *test)
{
    char subject[160];
    char statuses[64] = "";
    snprintf(subject, sizeof subject, "RFC %s: %.*s", test->section,
             (int)strcspn(test->request, "\r\n") % 100, test->request);
    char *text = test_server_exchange(server, test->request, strlen(test->request), true);
    const char *rest = text;
    struct http_response response;
    while (read_answer(&rest, &response)) {
        size_t length = strlen(statuses);
        snprintf(statuses + length, sizeof statuses - length, "%s%ld", length > 0 ? " " : "",
                 response.status);
        bool is_interim = response.status < 200;
        if (!test->is_early && !is_interim)
            check_common(subject, &response);
        if (*rest == '\0')
            check_last(subject, test, &response);
        http_response_free(&response);
    }
    if (strcmp(statuses, test->statuses) != 0 || *rest != '\0')
        fail_msg("%s: statuses '%s', not '%s': %.400s", subject, statuses, test->statuses, text);
    free(text);
}

void raw_cases_run(const struct test_server *server, const struct raw_case *cases, size_t n_cases)
{
    for (size_t i = 0; i < n_cases; i++)
        run(server, &cases[i]);
}

char *raw_header(const struct test_server *server, const char *request, const char *name)
{
    char *text = test_server_exchange(server, request, strlen(request), true);
    const char *rest = text;
    struct http_response response;
    if (!read_answer(&rest, &response) || http_header(&response, name) == NULL)
        fail_msg("no %s: %.400s", name, text);
    char *value = strdup(http_header(&response, name));
    assert_non_null(value);
    http_response_free(&response);
    free(text);
    return value;
}
