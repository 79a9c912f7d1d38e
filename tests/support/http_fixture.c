/* The state is allocated, for a group's set-up returns before its tests run. */
#include "tests/support/http_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define AWAIT_SECONDS 60

void http_fixture_open(struct http_fixture *fixture, const char *const *arguments)
{
    test_server_start(&fixture->server, arguments);
    fixture->client = http_client_open(fixture->server.url);
}

void http_fixture_close(struct http_fixture *fixture)
{
    http_client_close(fixture->client);
    test_server_stop(&fixture->server);
}

int http_fixture_start(void **state)
{
    struct http_fixture *fixture = malloc(sizeof *fixture);
    assert_non_null(fixture);
    http_fixture_open(fixture, NULL);
    *state = fixture;
    return 0;
}

int http_fixture_stop(void **state)
{
    http_fixture_close(*state);
    free(*state);
    return 0;
}

struct http_client *client_of(void **state)
{
    const struct http_fixture *fixture = *state;
    return fixture->client;
}

const struct test_server *server_of(void **state)
{
    const struct http_fixture *fixture = *state;
    return &fixture->server;
}

unsigned http_fixture_status(const struct http_fixture *fixture, const char *target)
{
    struct http_response response;
    http_get(fixture->client, target, "", &response);
    unsigned status = (unsigned)response.status;
    if (status == 503)
        assert_non_null(http_header(&response, "Retry-After"));
    http_response_free(&response);
    return status;
}

void http_fixture_await_readiness(const struct http_fixture *fixture, unsigned status)
{
    const struct timespec moment = {.tv_nsec = 2000000};
    time_t latest = time(NULL) + AWAIT_SECONDS;
    while (http_fixture_status(fixture, "/readyz") != status) {
        if (time(NULL) > latest)
            fail_msg("/readyz never was %u", status);
        nanosleep(&moment, NULL);
    }
}
