/* What must be in a body is looked for as text: whether its markup is whole, html_check.c tells. */
#include "tests/support/page_case.h"

#include "tests/support/http_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void check_body(const struct page_case *wanted, const struct http_response *response,
                       const char *expected)
{
    bool must_be_absent = expected[0] == '!';
    const char *text = must_be_absent ? expected + 1 : expected;
    bool is_there = response->body != NULL && strstr(response->body, text) != NULL;
    if (is_there == must_be_absent)
        fail_msg("%s: the body has %s%s", wanted->request.target, is_there ? "" : "not ", text);
}

void page_cases_run(struct http_client *client, const struct page_case *cases, size_t n_cases)
{
    for (size_t i = 0; i < n_cases; i++) {
        struct http_response response;
        const struct page_case *wanted = &cases[i];
        http_send(client, &wanted->request, &response);
        if (response.status != wanted->status)
            fail_msg("%s: status %ld, not %ld", wanted->request.target, response.status,
                     wanted->status);
        for (size_t j = 0; j < PAGE_CASE_MAX_CHECKS && wanted->headers[j] != NULL; j++)
            http_check_header(wanted->request.target, &response, wanted->headers[j]);
        for (size_t j = 0; j < PAGE_CASE_MAX_CHECKS && wanted->body[j] != NULL; j++)
            check_body(wanted, &response, wanted->body[j]);
        http_response_free(&response);
    }
}
