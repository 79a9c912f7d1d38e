/* For cmocka_run_group_tests: one server and one client for all tests of a group. */
#ifndef CRATEDEX_TESTS_SUPPORT_HTTP_FIXTURE_H
#define CRATEDEX_TESTS_SUPPORT_HTTP_FIXTURE_H

#include "tests/support/http_client.h"
#include "tests/support/test_server.h"

struct http_fixture {
    struct test_server server;
    struct http_client *client;
};

/* The group's state becomes a struct http_fixture. The server has no further arguments; stopping
   checks that it ends with status 0. */
int http_fixture_start(void **state);
int http_fixture_stop(void **state);

/* The client of a group's state, and its server. */
struct http_client *client_of(void **state);
const struct test_server *server_of(void **state);

/* The same for one test with a server of its own. */
void http_fixture_open(struct http_fixture *fixture, const char *const *arguments);
void http_fixture_close(struct http_fixture *fixture);

/* The status of the answer to a GET. A 503 must say when to come back. */
unsigned http_fixture_status(const struct http_fixture *fixture, const char *target);

/* Asks for /readyz until it has this status; fails the test after a minute. */
void http_fixture_await_readiness(const struct http_fixture *fixture, unsigned status);

#endif
