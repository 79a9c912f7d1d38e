/* A cache in front: Varnish understands what our answers say about themselves. Skipped where varnishd is
   not installed, the part with the xkey module where that is not (Debian's varnish-modules). */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"
#include "tests/support/varnish.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define MAX_TRIES 1000
#define LIST "/api/v1/crates?q=serde&per_page=50"

#define VCL_BAN                                                                                    \
    "sub vcl_recv {\n"                                                                             \
    "    if (req.method == \"BAN\") {\n"                                                           \
    "        ban(\"obj.http.xkey == \" + req.http.xkey);\n"                                        \
    "        return (synth(200));\n"                                                               \
    "    }\n"                                                                                      \
    "}\n"
#define VCL_PURGE                                                                                  \
    "import xkey;\n"                                                                               \
    "sub vcl_recv {\n"                                                                             \
    "    if (req.method == \"PURGE\") {\n"                                                         \
    "        set req.http.n = xkey.purge(req.http.xkey);\n"                                        \
    "        return (synth(200, req.http.n));\n"                                                   \
    "    }\n"                                                                                      \
    "}\n"

struct cached_server {
    struct test_server server;
    struct varnish varnish;
    struct http_client *client; /* of Varnish */
};

/* A server that logs, and Varnish in front of it; false where there is none. Answers to a URL with
   `revalidated` are stale after a millisecond, but kept to be asked for again. `invalidation` is
   more VCL. */
static bool cached_server_start(struct cached_server *cached, const char *invalidation)
{
    static const char *const arguments[] = {"--access-log", "json", NULL};
    char program[4096];
    test_server_start(&cached->server, arguments);
    snprintf(program, sizeof program,
             "vcl 4.1;\n"
             "%s"
             "backend default { .host = \"127.0.0.1\"; .port = \"%u\"; }\n"
             "sub vcl_backend_response {\n"
             "    if (bereq.url ~ \"revalidated\") {\n"
             "        set beresp.ttl = 0.001s; set beresp.grace = 0s; set beresp.keep = 1h;\n"
             "        return (deliver);\n"
             "    }\n"
             "}\n"
             "sub vcl_deliver {\n"
             "    set resp.http.X-Grace = obj.grace; set resp.http.X-Ttl = obj.ttl + obj.age;\n"
             "}\n",
             invalidation, cached->server.port);
    if (!varnish_start(&cached->varnish, program)) {
        print_message("skipped: varnishd, or a module of it, is not installed\n");
        test_server_stop(&cached->server);
        return false;
    }
    cached->client = http_client_open(cached->varnish.url);
    return true;
}

static void cached_server_stop(struct cached_server *cached)
{
    http_client_close(cached->client);
    varnish_stop(&cached->varnish);
    test_server_stop(&cached->server);
}

/* X-Varnish has the request's id and, on a hit, that of the request that fetched the answer. */
static bool is_hit(const struct http_response *response)
{
    const char *ids = http_header(response, "X-Varnish");
    assert_non_null(ids);
    return strchr(ids, ' ') != NULL;
}

static void get(struct cached_server *cached, const char *target, const char *headers,
                struct http_response *response, long status, bool hit)
{
    http_get(cached->client, target, headers, response);
    if (response->status != status || is_hit(response) != hit)
        fail_msg("%s (%s): %ld, %s", target, headers != NULL ? headers : "", response->status,
                 is_hit(response) ? "hit" : "miss");
    assert_non_null(http_header(response, "Age"));
}

/* The target and status of the server's next line in its log. */
static void expect_logged(struct cached_server *cached, const char *target, int status)
{
    char *text = test_server_read_line(&cached->server);
    json_t *line = json_loads(text, 0, NULL);
    assert_non_null(line);
    assert_string_equal(json_text_at(line, "target"), target);
    assert_int_equal(json_integer_at(line, "status"), status);
    json_decref(line);
    free(text);
}

static void is_kept_and_validated(void **state)
{
    (void)state;
    struct cached_server cached;
    struct http_response first;
    struct http_response second;
    char condition[256];
    if (!cached_server_start(&cached, ""))
        skip();
    get(&cached, LIST, NULL, &first, 200, false);
    /* What Varnish made of max-age and stale-while-revalidate. */
    assert_string_equal(http_header(&first, "X-Grace"), "600.000");
    assert_string_equal(http_header(&first, "X-Ttl"), "60.000");
    get(&cached, LIST, NULL, &second, 200, true);
    assert_int_equal(first.size, second.size);
    assert_memory_equal(first.body, second.body, first.size);
    http_response_free(&second);
    snprintf(condition, sizeof condition, "If-None-Match: %s\n", http_header(&first, "ETag"));
    get(&cached, LIST, condition, &second, 304, true);
    assert_int_equal(second.size, 0);
    http_response_free(&second);
    http_response_free(&first);
    /* Errors are not kept. */
    for (int i = 0; i < 2; i++) {
        get(&cached, "/nothing", NULL, &first, 404, false);
        http_response_free(&first);
    }
    expect_logged(&cached, LIST, 200);
    expect_logged(&cached, "/nothing", 404);
    expect_logged(&cached, "/nothing", 404);
    cached_server_stop(&cached);
}

/* A stale answer is asked for with its ETag, and the 304 makes it fresh. */
static void is_revalidated(void **state)
{
    (void)state;
    static const char target[] = "/api/v1/summary?revalidated";
    struct cached_server cached;
    struct http_response first;
    if (!cached_server_start(&cached, ""))
        skip();
    get(&cached, target, NULL, &first, 200, false);
    expect_logged(&cached, target, 200);
    bool was_stale = false;
    for (int i = 0; i < MAX_TRIES && !was_stale; i++) {
        struct http_response next;
        http_get(cached.client, target, NULL, &next);
        assert_int_equal(next.status, 200);
        was_stale = !is_hit(&next);
        assert_string_equal(http_header(&next, "ETag"), http_header(&first, "ETag"));
        assert_int_equal(next.size, first.size);
        assert_memory_equal(next.body, first.body, first.size);
        http_response_free(&next);
    }
    assert_true(was_stale);
    expect_logged(&cached, target, 304);
    http_response_free(&first);
    cached_server_stop(&cached);
}

/* Vary keeps encodings and codings apart. */
static void keeps_representations_apart(void **state)
{
    (void)state;
    static const char *const types[] = {"application/json", "application/msgpack"};
    static const char *const codings[] = {"identity", "gzip", "br", "zstd"};
    struct cached_server cached;
    char etags[N_ELEMENTS(types) * N_ELEMENTS(codings)][64];
    if (!cached_server_start(&cached, ""))
        skip();
    for (size_t round = 0; round < 2; round++)
        for (size_t i = 0; i < N_ELEMENTS(etags); i++) {
            const char *type = types[i % N_ELEMENTS(types)];
            const char *coding = codings[i / N_ELEMENTS(types)];
            struct http_response response;
            char headers[256];
            snprintf(headers, sizeof headers, "Accept: %s\nAccept-Encoding: %s\n", type, coding);
            get(&cached, LIST, headers, &response, 200, round == 1);
            assert_string_equal(http_header(&response, "Content-Type"), type);
            const char *coded = http_header(&response, "Content-Encoding");
            assert_string_equal(coded != NULL ? coded : "identity", coding);
            const char *etag = http_header(&response, "ETag");
            assert_true(strlen(etag) < sizeof etags[i]);
            if (round == 1)
                assert_string_equal(etags[i], etag);
            else
                memcpy(etags[i], etag, strlen(etag) + 1);
            for (size_t j = 0; j < i; j++)
                assert_string_not_equal(etags[j], etags[i]);
            http_response_free(&response);
        }
    cached_server_stop(&cached);
}

/* Fills the cache, orders `method` with a tag, and looks what is still there. */
static void expect_gone(struct cached_server *cached, const char *method, const char *tag,
                        bool is_gone)
{
    char headers[64];
    struct http_response response;
    snprintf(headers, sizeof headers, "xkey: %s\n", tag);
    const struct http_request request = {.method = method, .target = "/", .headers = headers};
    http_get(cached->client, LIST, NULL, &response);
    assert_int_equal(response.status, 200);
    http_response_free(&response);
    get(cached, LIST, NULL, &response, 200, true);
    http_response_free(&response);
    http_send(cached->client, &request, &response);
    assert_int_equal(response.status, 200);
    http_response_free(&response);
    get(cached, LIST, NULL, &response, 200, !is_gone);
    http_response_free(&response);
}

static void is_banned_by_tag(void **state)
{
    (void)state;
    struct cached_server cached;
    if (!cached_server_start(&cached, VCL_BAN))
        skip();
    expect_gone(&cached, "BAN", "crate/serde", false);
    expect_gone(&cached, "BAN", "crates", true);
    cached_server_stop(&cached);
}

static void is_purged_by_tag(void **state)
{
    (void)state;
    struct cached_server cached;
    if (!cached_server_start(&cached, VCL_PURGE))
        skip();
    expect_gone(&cached, "PURGE", "crate/serde", false);
    expect_gone(&cached, "PURGE", "crates", true);
    cached_server_stop(&cached);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_kept_and_validated),
        cmocka_unit_test(is_revalidated),
        cmocka_unit_test(keeps_representations_apart),
        cmocka_unit_test(is_banned_by_tag),
        cmocka_unit_test(is_purged_by_tag),
    };
    return cmocka_run_group_tests_name("varnish", tests, NULL, NULL);
}
