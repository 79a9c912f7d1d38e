/* A cache in front: the Varnish program of server/README.md, as it stands there. Skipped where
   varnishd or its xkey module (Debian's varnish-modules) is not installed. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"
#include "tests/support/page_block.h"
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

/* More subroutines, which Varnish runs behind those of the same name: bans, which need no module;
   answers to a URL with `revalidated` are stale after a millisecond, but kept to be asked for
   again, and to one with `stale` after that are sent while that happens; and what an answer is
   allowed is told. */
static const char more_vcl[] = "sub vcl_recv {\n"
                               "    if (req.method == \"BAN\") {\n"
                               "        ban(\"obj.http.xkey == \" + req.http.xkey);\n"
                               "        return (synth(200));\n"
                               "    }\n"
                               "}\n"
                               "sub vcl_backend_response {\n"
                               "    if (bereq.url ~ \"stale\") { set beresp.ttl = 0.001s; }\n"
                               "    if (bereq.url ~ \"revalidated\") {\n"
                               "        set beresp.ttl = 0.001s;\n"
                               "        set beresp.grace = 0s;\n"
                               "        set beresp.keep = 1h;\n"
                               "        return (deliver);\n"
                               "    }\n"
                               "}\n"
                               "sub vcl_deliver {\n"
                               "    set resp.http.X-Grace = obj.grace;\n"
                               "    set resp.http.X-Ttl = obj.ttl + obj.age;\n"
                               "}\n";

struct cached_server {
    struct test_server server;
    bool is_running;
    struct varnish varnish;
    struct http_client *client; /* of Varnish */
};

/* The README's program for a server on that port, and more; the caller frees. */
static char *make_program(unsigned short port)
{
    char text[32];
    char *program = page_block("server/README.md", "vcl");
    snprintf(text, sizeof text, ".port = \"%u\"", port);
    program = page_block_replace(program, ".port = \"8888\"", text);
    size_t size = strlen(program) + sizeof more_vcl;
    char *whole = malloc(size);
    assert_non_null(whole);
    snprintf(whole, size, "%s%s", program, more_vcl);
    free(program);
    return whole;
}

/* A server that logs, and Varnish in front of it; false where there is none. */
static bool cached_server_start(struct cached_server *cached)
{
    static const char *const arguments[] = {"--access-log", "json", NULL};
    test_server_start(&cached->server, arguments);
    cached->is_running = true;
    char *program = make_program(cached->server.port);
    bool is_there = varnish_start(&cached->varnish, program);
    free(program);
    if (!is_there) {
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
    if (cached->is_running)
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
    if (!cached_server_start(&cached))
        skip();
    get(&cached, LIST, NULL, &first, 200, false);
    /* What the program made of CDN-Cache-Control. */
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
    if (!cached_server_start(&cached))
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
    if (!cached_server_start(&cached))
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
    if (!cached_server_start(&cached))
        skip();
    expect_gone(&cached, "BAN", "crate/serde", false);
    expect_gone(&cached, "BAN", "crates", true);
    cached_server_stop(&cached);
}

static void is_purged_by_tag(void **state)
{
    (void)state;
    struct cached_server cached;
    if (!cached_server_start(&cached))
        skip();
    expect_gone(&cached, "PURGE", "crate/serde", false);
    expect_gone(&cached, "PURGE", "crates", true);
    cached_server_stop(&cached);
}

/* What was said to one client is said to no other. */
static void names_each_exchange(void **state)
{
    (void)state;
    static const char *const given[] = {"first-client", NULL, "second-client", "no sane id!"};
    struct cached_server cached;
    if (!cached_server_start(&cached))
        skip();
    for (size_t i = 0; i < N_ELEMENTS(given); i++) {
        char header[64] = "";
        struct http_response response;
        if (given[i] != NULL)
            snprintf(header, sizeof header, "X-Request-Id: %s\n", given[i]);
        get(&cached, LIST, header, &response, 200, i > 0);
        const char *id = http_header(&response, "X-Request-Id");
        if (i % 2 == 0)
            assert_string_equal(id, given[i]);
        else
            assert_int_equal(strspn(id, "0123456789"), strlen(id)); /* Varnish's own number */
        assert_string_equal(http_header(&response, "X-Cache"), i > 0 ? "HIT" : "MISS");
        assert_null(http_header(&response, "Server-Timing"));
        http_response_free(&response);
    }
    cached_server_stop(&cached);
}

static void keeps_hosts_and_schemes_apart(void **state)
{
    (void)state;
    static const char *const headers[] = {
        "Host: crates.example.org:8080\n", "Host: crates.example.org\n",
        "Host: crates.example.org\nX-Forwarded-Proto: https\n",
        "Host: crates.example.org\nForwarded: for=_x;proto=https\n"};
    struct cached_server cached;
    if (!cached_server_start(&cached))
        skip();
    for (size_t i = 0; i < N_ELEMENTS(headers); i++) {
        struct http_response response;
        /* The client's word for a proxy's does not count. */
        get(&cached, LIST, headers[i], &response, 200, i == 3);
        http_response_free(&response);
        /* Which is what the answer here was made of, so that it is not kept at all. */
        get(&cached, "/index/config.json", headers[i], &response, 200, false);
        const char *api = i == 0 ? "http://crates.example.org:8080" : "http://crates.example.org\"";
        assert_non_null(strstr(response.body, api));
        http_response_free(&response);
    }
    cached_server_stop(&cached);
}

/* Within the time that CDN-Cache-Control gives. */
static void answers_while_the_server_is_down(void **state)
{
    (void)state;
    static const char target[] = "/api/v1/summary?stale";
    struct cached_server cached;
    struct http_response first;
    struct http_response next;
    if (!cached_server_start(&cached))
        skip();
    get(&cached, target, NULL, &first, 200, false);
    assert_string_equal(http_header(&first, "X-Grace"), "60.000");
    test_server_stop(&cached.server);
    cached.is_running = false;
    for (int i = 0; i < 3; i++) {
        get(&cached, target, NULL, &next, 200, true);
        assert_int_equal(next.size, first.size);
        assert_memory_equal(next.body, first.body, first.size);
        http_response_free(&next);
    }
    get(&cached, LIST, NULL, &next, 503, false);
    http_response_free(&next);
    http_response_free(&first);
    cached_server_stop(&cached);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_kept_and_validated),
        cmocka_unit_test(is_revalidated),
        cmocka_unit_test(keeps_representations_apart),
        cmocka_unit_test(names_each_exchange),
        cmocka_unit_test(keeps_hosts_and_schemes_apart),
        cmocka_unit_test(answers_while_the_server_is_down),
        cmocka_unit_test(is_banned_by_tag),
        cmocka_unit_test(is_purged_by_tag),
    };
    return cmocka_run_group_tests_name("varnish", tests, NULL, NULL);
}
