/* The admin address is a server of its own to those who connect to it. */
#include "tests/support/admin_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void admin_scene_begin(struct admin_scene *scene, const char *const *more)
{
    const char *arguments[6] = {"--admin-listen", "127.0.0.1:0"};
    for (size_t i = 0; more != NULL && more[i] != NULL; i++)
        arguments[2 + i] = more[i];
    served_file_make(&scene->file);
    served_file_start(&scene->file, arguments);
    scene->server = scene->file.http.server;
    scene->admin = scene->server;
    memcpy(scene->admin.url, scene->server.admin_url, sizeof scene->admin.url);
    scene->admin.port = (unsigned short)strtoul(strrchr(scene->admin.url, ':') + 1, NULL, 10);
    scene->client = http_client_open(scene->admin.url);
}

void admin_scene_end(struct admin_scene *scene)
{
    http_client_close(scene->client);
    served_file_end(&scene->file);
}

int admin_scene_set_up(void **state)
{
    struct admin_scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    admin_scene_begin(scene, NULL);
    *state = scene;
    return 0;
}

int admin_scene_tear_down(void **state)
{
    admin_scene_end(*state);
    free(*state);
    return 0;
}

long admin_scene_ask(struct admin_scene *scene, const char *method, const char *target,
                     const char *headers)
{
    const struct http_request request = {.method = method, .target = target, .headers = headers};
    struct http_response response;
    http_send(scene->client, &request, &response);
    http_response_free(&response);
    return response.status;
}

long admin_scene_reload(struct admin_scene *scene)
{
    return admin_scene_ask(scene, "POST", "/-/reload", RELOAD_HEADER);
}
