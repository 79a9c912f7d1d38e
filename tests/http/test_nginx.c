/* A cache in front: the nginx block of server/README.md, as it stands there. Skipped where nginx is
   not installed. */
#include "tests/support/http_case.h"
#include "tests/support/http_fixture.h"
#include "tests/support/nginx.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define MAX_TRIES 100000
#define LIST "/api/v1/crates?q=serde&per_page=50"
#define CONFIG "/index/config.json"

struct cached_server {
    struct test_server server;
    bool is_running;
    struct nginx nginx;
    struct http_client *client; /* of nginx */
};

static void skip_without_nginx(void)
{
    if (!nginx_is_there()) {
        print_message("skipped: nginx is not installed\n");
        skip();
    }
}

/* `arguments` are more of the server's; NULL: none. */
static void start_with(struct cached_server *cached, const char *const *arguments)
{
    skip_without_nginx();
    test_server_start(&cached->server, arguments);
    cached->is_running = true;
    nginx_start(&cached->nginx, cached->server.port);
    cached->client = http_client_open(cached->nginx.url);
}

static void start(struct cached_server *cached)
{
    static const char *const logged[] = {"--access-log", "json", NULL};
    start_with(cached, logged);
}

static void stop(struct cached_server *cached)
{
    http_client_close(cached->client);
    nginx_stop(&cached->nginx);
    if (cached->is_running)
        test_server_stop(&cached->server);
}

static size_t count_header(const struct http_response *response, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < response->n_headers; i++)
        n += strcasecmp(response->headers[i].name, name) == 0;
    return n;
}

static void get(struct cached_server *cached, const char *target, const char *headers,
                struct http_response *response, long status, const char *state)
{
    http_get(cached->client, target, headers, response);
    const char *said = http_header(response, "X-Cache");
    if (response->status != status || said == NULL || strcmp(said, state) != 0)
        fail_msg("%s (%s): %ld, %s, not %ld, %s", target, headers != NULL ? headers : "",
                 response->status, said != NULL ? said : "no X-Cache", status, state);
    assert_int_equal(count_header(response, "X-Cache"), 1);
    assert_int_equal(count_header(response, "X-Request-Id"), 1);
    assert_null(http_header(response, "Server-Timing"));
}

/* The server's next line in its log; a new reference. */
static json_t *read_log(struct cached_server *cached, const char *target, int status)
{
    char *text = test_server_read_line(&cached->server);
    json_t *line = json_loads(text, 0, NULL);
    assert_non_null(line);
    assert_string_equal(json_text_at(line, "target"), target);
    assert_int_equal(json_integer_at(line, "status"), status);
    free(text);
    return line;
}

static void expect_same_body(const struct http_response *left, const struct http_response *right)
{
    assert_int_equal(left->size, right->size);
    assert_memory_equal(left->body, right->body, left->size);
    assert_string_equal(http_header(left, "ETag"), http_header(right, "ETag"));
}

static void is_kept(void **state)
{
    (void)state;
    struct cached_server cached;
    struct http_response first;
    struct http_response second;
    char condition[256];
    start(&cached);
    get(&cached, LIST, NULL, &first, 200, "MISS");
    assert_string_equal(http_header(&first, "Cache-Control"), "public, max-age=60");
    assert_non_null(http_header(&first, "CDN-Cache-Control"));
    get(&cached, LIST, NULL, &second, 200, "HIT");
    expect_same_body(&first, &second);
    http_response_free(&second);
    snprintf(condition, sizeof condition, "If-None-Match: %s\n", http_header(&first, "ETag"));
    get(&cached, LIST, condition, &second, 304, "HIT");
    http_response_free(&second);
    http_response_free(&first);
    /* The server has heard of the first alone. */
    get(&cached, "/nothing", NULL, &first, 404, "MISS");
    json_decref(read_log(&cached, LIST, 200));
    json_decref(read_log(&cached, "/nothing", 404));
    http_response_free(&first);
    stop(&cached);
}

/* What was said to one client is said to no other. */
static void names_each_exchange(void **state)
{
    (void)state;
    static const struct {
        const char *given;
        bool is_sane;
    } ids[] = {
        {"first-client", true}, {NULL, false}, {"second-client", true},
        {"no sane id!", false}, {NULL, false}, {"a/b+c=~._-", true},
        {"first-client", true},
    };
    struct cached_server cached;
    char made[128] = "";
    start(&cached);
    for (size_t i = 0; i < N_ELEMENTS(ids); i++) {
        char header[64] = "";
        struct http_response response;
        if (ids[i].given != NULL)
            snprintf(header, sizeof header, "X-Request-Id: %s\n", ids[i].given);
        get(&cached, LIST, header, &response, 200, i == 0 ? "MISS" : "HIT");
        const char *id = http_header(&response, "X-Request-Id");
        if (ids[i].is_sane) {
            assert_string_equal(id, ids[i].given);
        } else {
            assert_int_equal(strlen(id), 32);
            assert_string_not_equal(id, made);
            snprintf(made, sizeof made, "%s", id);
        }
        http_response_free(&response);
    }
    json_t *line = read_log(&cached, LIST, 200);
    assert_string_equal(json_text_at(line, "request_id"), "first-client");
    json_decref(line);
    stop(&cached);
}

static void keeps_hosts_and_ports_apart(void **state)
{
    (void)state;
    static const char *const hosts[] = {"crates.example.org:8080", "crates.example.org",
                                        "other.example.org:8080", "127.0.0.1:81"};
    struct cached_server cached;
    start(&cached);
    for (size_t i = 0; i < 2 * N_ELEMENTS(hosts); i++) {
        char header[64];
        char api[64];
        struct http_response response;
        snprintf(header, sizeof header, "Host: %s\n", hosts[i % N_ELEMENTS(hosts)]);
        snprintf(api, sizeof api, "\"api\":\"http://%s\"", hosts[i % N_ELEMENTS(hosts)]);
        get(&cached, LIST, header, &response, 200, i < N_ELEMENTS(hosts) ? "MISS" : "HIT");
        http_response_free(&response);
        /* Which is what the answer here was made of, so that it is not kept at all. */
        get(&cached, CONFIG, header, &response, 200, "MISS");
        if (strstr(response.body, api) == NULL)
            fail_msg("%s%s", header, response.body);
        http_response_free(&response);
    }
    stop(&cached);
}

/* One client's Host must not become everybody's registry, even where the cache's key lacks it. */
static void is_not_poisoned_by_a_host(void **state)
{
    (void)state;
    struct cached_server cached = {.is_running = true};
    skip_without_nginx();
    test_server_start(&cached.server, (const char *const[]){"--access-log", "json", NULL});
    nginx_start_with_default_key(&cached.nginx, cached.server.port);
    cached.client = http_client_open(cached.nginx.url);
    struct http_response response;
    get(&cached, LIST, "Host: evil.example\n", &response, 200, "MISS");
    assert_null(strstr(response.body, "evil.example"));
    http_response_free(&response);
    get(&cached, LIST, "Host: crates.example.org\n", &response, 200, "HIT");
    http_response_free(&response);
    get(&cached, CONFIG, "Host: evil.example\n", &response, 200, "MISS");
    http_response_free(&response);
    get(&cached, CONFIG, "Host: crates.example.org\n", &response, 200, "MISS");
    assert_non_null(strstr(response.body, "\"api\":\"http://crates.example.org\""));
    http_response_free(&response);
    stop(&cached);
}

static void keeps_representations_apart(void **state)
{
    (void)state;
    static const char *const types[] = {"application/json", "application/msgpack"};
    static const char *const codings[] = {"identity", "gzip", "br", "zstd"};
    struct cached_server cached;
    struct http_response first[N_ELEMENTS(types) * N_ELEMENTS(codings)];
    start(&cached);
    for (size_t i = 0; i < 2 * N_ELEMENTS(first); i++) {
        size_t n = i % N_ELEMENTS(first);
        const char *type = types[n % N_ELEMENTS(types)];
        const char *coding = codings[n / N_ELEMENTS(types)];
        char headers[256];
        struct http_response again = {0};
        struct http_response *response = i == n ? &first[n] : &again;
        snprintf(headers, sizeof headers, "Accept: %s\nAccept-Encoding: %s\n", type, coding);
        get(&cached, LIST, headers, response, 200, i == n ? "MISS" : "HIT");
        assert_string_equal(http_header(response, "Content-Type"), type);
        const char *coded = http_header(response, "Content-Encoding");
        assert_string_equal(coded != NULL ? coded : "identity", coding);
        if (i != n) {
            expect_same_body(&first[n], &again);
            http_response_free(&again);
        }
        for (size_t j = 0; j < n; j++)
            assert_string_not_equal(http_header(&first[j], "ETag"), http_header(&first[n], "ETag"));
    }
    for (size_t i = 0; i < N_ELEMENTS(first); i++)
        http_response_free(&first[i]);
    stop(&cached);
}

/* Errors and states, and what only one client may keep. */
static void keeps_nothing_that_is_not_to_be_kept(void **state)
{
    (void)state;
    static const struct {
        const char *target;
        long status;
        const char *cache_control;
    } cases[] = {
        {"/nothing", 404, "no-store"},      {"/api/v1/crates?page=0", 400, "no-store"},
        {"/healthz", 200, "no-store"},      {"/metrics", 200, "no-store"},
        {LIST, 200, "private, max-age=60"},
    };
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];
    skip_without_nginx();
    folder_make(folder);
    file_write(folder_join(path, folder, "b.conf"), "popularity = 0.5\n", 17);
    const char *const compared[] = {"--ranking-b", path, "--ab", "client=50", NULL};
    struct cached_server cached;
    start_with(&cached, compared);
    for (size_t i = 0; i < 3 * N_ELEMENTS(cases); i++) {
        size_t n = i / 3;
        struct http_response response;
        get(&cached, cases[n].target, NULL, &response, cases[n].status, "MISS");
        assert_string_equal(http_header(&response, "Cache-Control"), cases[n].cache_control);
        http_response_free(&response);
    }
    stop(&cached);
    folder_remove(folder);
}

static void age_cache(const struct cached_server *cached)
{
    int n = nginx_age_cache(&cached->nginx);
    if (n < 0) {
        print_message("skipped: this nginx keeps its cache in another form\n");
        skip();
    }
    assert_true(n > 0);
}

/* What is stale is sent at once, and asked for by its ETag behind the client's back. */
static void revalidates_what_is_stale(void **state)
{
    (void)state;
    struct cached_server cached;
    struct http_response first;
    start(&cached);
    get(&cached, LIST, NULL, &first, 200, "MISS");
    age_cache(&cached);
    struct http_response next;
    get(&cached, LIST, NULL, &next, 200, "STALE");
    expect_same_body(&first, &next);
    http_response_free(&next);
    json_decref(read_log(&cached, LIST, 200));
    json_decref(read_log(&cached, LIST, 304));
    const char *said = "";
    for (int i = 0; i < MAX_TRIES && strcmp(said, "HIT") != 0; i++) {
        http_get(cached.client, LIST, NULL, &next);
        expect_same_body(&first, &next);
        said = strcmp(http_header(&next, "X-Cache"), "HIT") == 0 ? "HIT" : "";
        http_response_free(&next);
    }
    assert_string_equal(said, "HIT");
    http_response_free(&first);
    stop(&cached);
}

static void answers_while_the_server_is_down(void **state)
{
    (void)state;
    struct cached_server cached;
    struct http_response first;
    struct http_response next;
    start(&cached);
    get(&cached, LIST, NULL, &first, 200, "MISS");
    age_cache(&cached);
    test_server_stop(&cached.server);
    cached.is_running = false;
    for (int i = 0; i < 3; i++) {
        http_get(cached.client, LIST, NULL, &next);
        assert_int_equal(next.status, 200);
        const char *said = http_header(&next, "X-Cache");
        assert_true(strcmp(said, "STALE") == 0 || strcmp(said, "UPDATING") == 0);
        expect_same_body(&first, &next);
        http_response_free(&next);
    }
    /* What it does not have it cannot send. */
    http_get(cached.client, "/api/v1/summary", NULL, &next);
    assert_int_equal(next.status, 502);
    http_response_free(&next);
    http_response_free(&first);
    stop(&cached);
}

/* What config.json calls the server behind TLS, with these arguments, and whether that is kept. */
static void expect_called_behind_tls(const char *const *arguments, const char *api, bool is_kept)
{
    struct cached_server cached;
    char certificate[FOLDER_PATH_SIZE];
    test_server_start(&cached.server, arguments);
    cached.is_running = true;
    if (!nginx_start_tls(&cached.nginx, cached.server.port, certificate)) {
        test_server_stop(&cached.server);
        print_message("skipped: openssl is not installed\n");
        skip();
    }
    cached.client = http_client_open(cached.nginx.url);
    http_client_trust(cached.client, certificate);
    json_t *config = NULL;
    for (int i = 0; i < 2; i++) {
        struct http_response response;
        get(&cached, CONFIG, "Host: crates.example.org:8443\n", &response, 200,
            i == 0 || !is_kept ? "MISS" : "HIT");
        config = json_loads(response.body, 0, NULL);
        assert_string_equal(json_text_at(config, "api"), api);
        json_decref(config);
        http_response_free(&response);
    }
    stop(&cached);
}

static void tells_cargo_https_where_it_is_believed(void **state)
{
    (void)state;
    static const char *const trusting[] = {"--trust-proxy", "127.0.0.1", NULL};
    static const char *const told[] = {"--base-url", "https://crates.example.org", NULL};
    skip_without_nginx();
    expect_called_behind_tls(NULL, "http://crates.example.org:8443", false);
    expect_called_behind_tls(trusting, "https://crates.example.org:8443", false);
    expect_called_behind_tls(told, "https://crates.example.org", true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_kept),
        cmocka_unit_test(names_each_exchange),
        cmocka_unit_test(keeps_hosts_and_ports_apart),
        cmocka_unit_test(is_not_poisoned_by_a_host),
        cmocka_unit_test(keeps_representations_apart),
        cmocka_unit_test(keeps_nothing_that_is_not_to_be_kept),
        cmocka_unit_test(revalidates_what_is_stale),
        cmocka_unit_test(answers_while_the_server_is_down),
        cmocka_unit_test(tells_cargo_https_where_it_is_believed),
    };
    return cmocka_run_group_tests_name("nginx", tests, NULL, NULL);
}
