/* HTTP tests to the byte: what is sent on a connection of its own, and what must come back. */
#ifndef CRATEDEX_TESTS_SUPPORT_RAW_CASE_H
#define CRATEDEX_TESTS_SUPPORT_RAW_CASE_H

#include "tests/support/test_server.h"

#include <stdbool.h>
#include <stddef.h>

#define RAW_CASE_MAX_CHECKS 6

/* A request that ends its connection, with a Host. */
#define RAW_REQUEST(method, target, fields)                                                        \
    method " " target " HTTP/1.1\r\nHost: example.org\r\n" fields "Connection: close\r\n\r\n"
#define RAW_GET(target, fields) RAW_REQUEST("GET", target, fields)
#define RAW_HEAD(target, fields) RAW_REQUEST("HEAD", target, fields)
/* One that keeps it. */
#define RAW_KEPT(method, target, fields)                                                           \
    method " " target " HTTP/1.1\r\nHost: example.org\r\n" fields "\r\n"

struct raw_case {
    const char *section;  /* RFC and section, e.g. "9110, 12.5.1": named where the case fails */
    const char *request;  /* one or more, the last of which must make the server close */
    const char *statuses; /* of all answers, in order, e.g. "200 404" */
    /* Of the last answer. "Name: value": so; "Name": any value; "!Name": absent. */
    const char *headers[RAW_CASE_MAX_CHECKS];
    const char *body; /* of the last answer: NULL: any; "": none; else a part of it */
    bool is_early;    /* libmicrohttpd itself refuses, with a page of its own */
};

/* Runs every case; the first that fails ends the test. What holds of every answer of ours is
   checked of each: Date, Server, Access-Control-Allow-Origin and Cache-Control are there, Age is
   not, and an error is `{"errors":[{"detail":…}]}`, no-store, and has an X-Request-Id. */
void raw_cases_run(const struct test_server *server, const struct raw_case *cases, size_t n_cases);

/* The value of a header in what the server answers to a request that ends its connection. The
   caller frees. Fails the test where there is no such header. */
char *raw_header(const struct test_server *server, const char *request, const char *name);

#endif
