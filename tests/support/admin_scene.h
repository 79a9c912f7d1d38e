/* A server with --admin-listen, of a file that a test may replace, and its two addresses. Every
   function fails the test where it cannot do its work. */
#ifndef CRATEDEX_TESTS_SUPPORT_ADMIN_SCENE_H
#define CRATEDEX_TESTS_SUPPORT_ADMIN_SCENE_H

#include "tests/support/http_client.h"
#include "tests/support/served_file.h"
#include "tests/support/test_server.h"

#define RELOAD_HEADER "X-Cratedex-Reload: 1\n"

struct admin_scene {
    struct served_file file; /* its client asks the public address */
    struct test_server server;
    struct test_server admin; /* the same process, as it is reached at the other address */
    struct http_client *client;
};

/* Starts one, with at most four more arguments (a list that ends with NULL, or NULL). */
void admin_scene_begin(struct admin_scene *scene, const char *const *more);
void admin_scene_end(struct admin_scene *scene);

/* Both for cmocka: the state becomes a struct admin_scene, without further arguments. */
int admin_scene_set_up(void **state);
int admin_scene_tear_down(void **state);

/* The status of an answer of the admin address; `headers` as in a request. */
long admin_scene_ask(struct admin_scene *scene, const char *method, const char *target,
                     const char *headers);
long admin_scene_reload(struct admin_scene *scene);

#endif
