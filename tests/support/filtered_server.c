/* The fixture stands first, where client_of looks for it. */
#include "tests/support/filtered_server.h"

#include "tests/support/filtered_crates.h"
#include "tests/support/http_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

struct filtered_server {
    struct http_fixture fixture;
    struct built_index built;
};

int filtered_server_start(void **state)
{
    struct filtered_server *server = calloc(1, sizeof *server);
    assert_non_null(server);
    built_index_from_files(&server->built, filtered_crates);
    const char *const arguments[] = {"--index", server->built.path, NULL};
    http_fixture_open(&server->fixture, arguments);
    *state = server;
    return 0;
}

int filtered_server_stop(void **state)
{
    struct filtered_server *server = *state;
    http_fixture_close(&server->fixture);
    built_index_remove(&server->built);
    free(server);
    return 0;
}
