/* HTTP tests as tables: what is asked, and what must come back. */
#ifndef CRATEDEX_TESTS_SUPPORT_HTTP_CASE_H
#define CRATEDEX_TESTS_SUPPORT_HTTP_CASE_H

#include "tests/support/http_client.h"

#include <jansson.h>
#include <stddef.h>

#define HTTP_CASE_MAX_CHECKS 10

struct http_case {
    struct http_request request;
    long status;
    /* "Name: value": so; "Name": any value; "!Name": absent. */
    const char *headers[HTTP_CASE_MAX_CHECKS];
    /* Where in the body, and the value there as JSON: {"crates[0].name", "\"serde\""}. An array or
       object has its number of members at ".length". A missing member is "absent". */
    struct {
        const char *at;
        const char *value;
    } body[HTTP_CASE_MAX_CHECKS];
};

/* Sends every case and checks it; the first that differs fails the test and is named. */
void http_cases_run(struct http_client *client, const struct http_case *cases, size_t n_cases);

/* Checks a header as in a case; `subject` is named where it fails. */
void http_check_header(const char *subject, const struct http_response *response,
                       const char *expected);

/* The member at a path as above (a new reference), or NULL. */
json_t *json_at(const json_t *root, const char *path);

/* A GET whose body must be JSON with this status: a new reference. */
json_t *http_get_json(struct http_client *client, const char *target, long status);

/* The list of crates for a query string, "q=serde&sort=downloads": a new reference. */
json_t *http_get_crates(struct http_client *client, const char *query);

/* The string, or integer, at a path that must exist. The string lives as long as the root. */
const char *json_text_at(const json_t *root, const char *path);
json_int_t json_integer_at(const json_t *root, const char *path);

#endif
