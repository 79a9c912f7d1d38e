/* Pages as tables: what is asked, and what must stand in what comes back. */
#ifndef CRATEDEX_TESTS_SUPPORT_PAGE_CASE_H
#define CRATEDEX_TESTS_SUPPORT_PAGE_CASE_H

#include "tests/support/http_client.h"

#include <stddef.h>

#define PAGE_CASE_MAX_CHECKS 12

struct page_case {
    struct http_request request;
    long status;
    /* As in a struct http_case: "Name: value": so; "Name": any value; "!Name": absent. */
    const char *headers[PAGE_CASE_MAX_CHECKS];
    /* "text": stands in the body; "!text": does not. */
    const char *body[PAGE_CASE_MAX_CHECKS];
};

/* Sends every case and checks it; the first that differs fails the test and is named. */
void page_cases_run(struct http_client *client, const struct page_case *cases, size_t n_cases);

#endif
