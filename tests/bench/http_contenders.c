/* The server's own answer is fetched first: its body goes to a file, which nginx sends and
   bare_http reads, and its header fields to bare_http's command line, but for those that every
   server writes itself. All run at the same time, each with as many threads, and only one is asked
   at a time. */
#include "tests/bench/http_contenders.h"

#include "tests/bench/http_groonga.h"
#include "tests/bench/http_nginx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CACHE_BYTES "256M"
#define MAX_FIELDS 30
#define MAX_FIELD 512

/* The answer that others imitate. */
struct model {
    char head_bytes[LOAD_MAX_HEAD];
    struct response_head head;
    msgpack_sbuffer body;
};

const char *http_contender_name(enum http_contender_kind kind)
{
    static const char *const names[N_CONTENDERS] = {
        [CONTENDER_HIT] = "hit",
        [CONTENDER_BARE] = "bare",
        [CONTENDER_NGINX] = "nginx",
        [CONTENDER_NOT_MODIFIED] = "not_modified",
        [CONTENDER_BARE_NOT_MODIFIED] = "bare_not_modified",
        [CONTENDER_MISS] = "miss",
        [CONTENDER_GROONGA_CACHED] = "groonga_cached",
        [CONTENDER_GROONGA] = "groonga",
    };
    return names[kind];
}

bool http_contenders_list_has(const char *names, const char *name)
{
    size_t length = strlen(name);
    const char *at = names;
    while (at != NULL && *at != '\0') {
        size_t item = strcspn(at, ",");
        if (item == length && memcmp(at, name, length) == 0)
            return true;
        at += item + (at[item] == ',');
    }
    return names == NULL;
}

static bool is_known(const char *name, size_t length)
{
    bool found = length == strlen(HTTP_CONTENDERS_SCALING) &&
                 memcmp(name, HTTP_CONTENDERS_SCALING, length) == 0;
    for (int i = 0; i < N_CONTENDERS && !found; i++) {
        const char *known = http_contender_name((enum http_contender_kind)i);
        found = length == strlen(known) && memcmp(name, known, length) == 0;
    }
    return found;
}

int http_contenders_check_names(const char *names, struct error *error)
{
    const char *at = names;
    while (at != NULL) {
        size_t length = strcspn(at, ",");
        if (!is_known(at, length)) {
            char all[256];
            size_t size = 0;
            for (int i = 0; i < N_CONTENDERS; i++)
                size += (size_t)snprintf(all + size, sizeof all - size, "%s, ",
                                         http_contender_name((enum http_contender_kind)i));
            return error_set(error, "there is no contender '%.*s': --contender takes %s%s",
                             length < 64 ? (int)length : 64, at, all, HTTP_CONTENDERS_SCALING);
        }
        at = at[length] == ',' ? at + length + 1 : NULL;
    }
    return 0;
}

bool http_contenders_list_has_servers(const char *names)
{
    bool has = false;
    for (int i = 0; i < N_CONTENDERS; i++)
        has = has ||
              http_contenders_list_has(names, http_contender_name((enum http_contender_kind)i));
    return has;
}

static bool is_present(const struct http_contenders *contenders, enum http_contender_kind kind)
{
    return contenders->contenders[kind].is_present;
}

/* Gives a contender its server and what it is asked. */
static void set_up(struct http_contenders *contenders, enum http_contender_kind kind,
                   enum http_contender_kind server, enum http_contender_kind requests,
                   unsigned status)
{
    struct http_contender *contender = &contenders->contenders[kind];
    contender->server = &contenders->servers[server];
    contender->requests = &contenders->requests[requests];
    contender->status = status;
}

static int fetch_model(const struct http_contender *contender, struct model *model,
                       struct error *error)
{
    msgpack_sbuffer_clear(&model->body);
    if (load_fetch_head(contender->server->port, contender->requests->requests, model->head_bytes,
                        &model->head, &model->body, error) != 0)
        return -1;
    if (model->head.status == contender->status)
        return 0;
    return error_set(error, "an answer is %u, not %u", model->head.status, contender->status);
}

static int start_hit(struct http_contenders *contenders,
                     const struct http_contenders_settings *settings, struct model *model,
                     struct error *error)
{
    const struct http_contender *hit = &contenders->contenders[CONTENDER_HIT];
    const struct http_server_settings server = {.cache_bytes = CACHE_BYTES,
                                                .n_threads = settings->n_threads};
    size_t length;
    set_up(contenders, CONTENDER_HIT, CONTENDER_HIT, CONTENDER_HIT, 200);
    if (http_server_child_start(&contenders->servers[CONTENDER_HIT], settings->index_path, &server,
                                error) != 0 ||
        http_requests_single(&contenders->requests[CONTENDER_HIT], HTTP_CONTENDERS_TARGET, "",
                             error) != 0)
        return -1;
    /* The first request fills the cache, the second gets what is sent from then on. */
    for (int i = 0; i < 2; i++)
        if (fetch_model(hit, model, error) != 0)
            return -1;
    const char *state = response_head_field(model->head_bytes, &model->head, "X-Cache", &length);
    if (state == NULL || length != 3 || memcmp(state, "hit", 3) != 0)
        return error_set(error, "the answer is not cached");
    contenders->answer_bytes = model->body.size;
    return bench_folder_write(contenders->folder, "body", model->body.data, model->body.size,
                              error);
}

/* 304 from the server that has the answer in its cache. `model` is that answer, and becomes a
   304. */
static int prepare_not_modified(struct http_contenders *contenders, struct model *model,
                                struct error *error)
{
    char fields[MAX_FIELD];
    size_t length;
    const char *etag = response_head_field(model->head_bytes, &model->head, "ETag", &length);
    if (etag == NULL)
        return error_set(error, "the answer has no ETag");
    snprintf(fields, sizeof fields, "If-None-Match: %.*s\r\n", (int)length, etag);
    set_up(contenders, CONTENDER_NOT_MODIFIED, CONTENDER_HIT, CONTENDER_NOT_MODIFIED, 304);
    if (http_requests_single(&contenders->requests[CONTENDER_NOT_MODIFIED], HTTP_CONTENDERS_TARGET,
                             fields, error) != 0)
        return -1;
    return fetch_model(&contenders->contenders[CONTENDER_NOT_MODIFIED], model, error);
}

/* Copies the fields of a head, one after the other, but for those that every server writes
   itself. */
static unsigned copy_fields(const struct model *model, char fields[MAX_FIELDS][MAX_FIELD])
{
    static const char *const own[] = {"Date:", "Connection:", "Content-Length:"};
    unsigned n_fields = 0;
    const char *end = model->head_bytes + model->head.size - 2;
    const char *line = memchr(model->head_bytes, '\n', model->head.size);
    while (line != NULL && ++line < end && n_fields < MAX_FIELDS) {
        bool is_own = false;
        for (size_t i = 0; i < sizeof own / sizeof *own; i++)
            is_own = is_own || strncasecmp(line, own[i], strlen(own[i])) == 0;
        if (!is_own)
            snprintf(fields[n_fields++], MAX_FIELD, "%.*s", (int)strcspn(line, "\r"), line);
        line = memchr(line, '\n', (size_t)(end - line));
    }
    return n_fields;
}

/* `model` is an answer of `beside`, which the bare program imitates. */
static int start_bare(struct http_contenders *contenders, enum http_contender_kind kind,
                      enum http_contender_kind beside, const struct model *model,
                      unsigned n_threads, struct error *error)
{
    char path[4096];
    char body[BENCH_FOLDER_MAX + 16];
    char status[16];
    char threads[16];
    char fields[MAX_FIELDS][MAX_FIELD];
    char words[][16] = {"--body", "--status", "--threads", "--header"};
    char *arguments[7 + 2 * MAX_FIELDS + 1] = {path,   words[0], body,   words[1],
                                               status, words[2], threads};
    unsigned n_arguments = 7;
    if (http_server_child_find(path, sizeof path, "bare_http", error) != 0)
        return -1;
    snprintf(body, sizeof body, "%s/body", contenders->folder);
    snprintf(status, sizeof status, "%u", model->head.status);
    snprintf(threads, sizeof threads, "%u", n_threads);
    unsigned n_fields = copy_fields(model, fields);
    for (unsigned i = 0; i < n_fields; i++) {
        arguments[n_arguments++] = words[3];
        arguments[n_arguments++] = fields[i];
    }
    set_up(contenders, kind, kind, beside, model->head.status);
    return http_server_child_run(&contenders->servers[kind], arguments, error);
}

/* Whether a contender sends the body of the model; and, of a bare program, a head of as many
   bytes. */
static int compare(const struct http_contenders *contenders, enum http_contender_kind kind,
                   const struct model *model, struct error *error)
{
    const char *name = http_contender_name(kind);
    struct model other;
    msgpack_sbuffer_init(&other.body);
    int status = fetch_model(&contenders->contenders[kind], &other, error);
    if (status == 0 &&
        (other.body.size != model->body.size ||
         (other.body.size > 0 && memcmp(other.body.data, model->body.data, other.body.size) != 0)))
        status = error_set(error, "%s sends another body", name);
    if (status == 0 && kind != CONTENDER_NGINX && other.head.size != model->head.size)
        status = error_set(error, "%s sends a head of %zu bytes, not %zu", name, other.head.size,
                           model->head.size);
    msgpack_sbuffer_destroy(&other.body);
    return status;
}

/* Leaves out what is not installed. */
static void leave_out(struct http_contenders *contenders, enum http_contender_kind kind,
                      const char *program)
{
    if (!is_present(contenders, kind) || http_server_child_is_installed(program))
        return;
    fprintf(stderr,
            "cratedex-bench: %s is not installed and left out (scripts/install-deps --bench)\n",
            program);
    contenders->contenders[kind].is_present = false;
}

static int start_imitators(struct http_contenders *contenders, unsigned n_threads,
                           struct model *model, struct error *error)
{
    if (is_present(contenders, CONTENDER_BARE) &&
        (start_bare(contenders, CONTENDER_BARE, CONTENDER_HIT, model, n_threads, error) != 0 ||
         compare(contenders, CONTENDER_BARE, model, error) != 0))
        return -1;
    if (is_present(contenders, CONTENDER_NGINX)) {
        set_up(contenders, CONTENDER_NGINX, CONTENDER_NGINX, CONTENDER_HIT, 200);
        if (http_nginx_start(&contenders->servers[CONTENDER_NGINX], contenders->folder, n_threads,
                             error) != 0 ||
            compare(contenders, CONTENDER_NGINX, model, error) != 0)
            return -1;
    }
    if (prepare_not_modified(contenders, model, error) != 0)
        return -1;
    if (is_present(contenders, CONTENDER_BARE_NOT_MODIFIED) &&
        (start_bare(contenders, CONTENDER_BARE_NOT_MODIFIED, CONTENDER_NOT_MODIFIED, model,
                    n_threads, error) != 0 ||
         compare(contenders, CONTENDER_BARE_NOT_MODIFIED, model, error) != 0))
        return -1;
    return 0;
}

static int start_miss(struct http_contenders *contenders, const struct bench_queries *queries,
                      const struct http_contenders_settings *settings, struct error *error)
{
    const struct http_server_settings server = {.cache_bytes = "0",
                                                .n_threads = settings->n_threads};
    if (!is_present(contenders, CONTENDER_MISS))
        return 0;
    set_up(contenders, CONTENDER_MISS, CONTENDER_MISS, CONTENDER_MISS, 200);
    if (http_requests_of_queries(&contenders->requests[CONTENDER_MISS], queries,
                                 "/api/v1/crates?q=", "", "", "", error) != 0)
        return -1;
    return http_server_child_start(&contenders->servers[CONTENDER_MISS], settings->index_path,
                                   &server, error);
}

/* Keeps as many requests as there is room for results, and asks them once. */
static int fill_cache(const struct http_contender *contender, struct http_requests *requests,
                      struct error *error)
{
    if (requests->n_requests > HTTP_GROONGA_CACHE_LIMIT)
        requests->n_requests = HTTP_GROONGA_CACHE_LIMIT;
    for (size_t i = 0; i < requests->n_requests; i++) {
        msgpack_sbuffer body;
        msgpack_sbuffer_init(&body);
        int status = load_fetch(contender->server->port, &requests->requests[i], &body, error);
        msgpack_sbuffer_destroy(&body);
        if (status != 0)
            return -1;
    }
    return 0;
}

/* One server for both, which is told by the request whether to use its cache. */
static int start_groonga(struct http_contenders *contenders, const struct bench_queries *queries,
                         const struct http_contenders_settings *settings, struct error *error)
{
    static const struct {
        enum http_contender_kind kind;
        const char *after;
    } kinds[] = {{CONTENDER_GROONGA_CACHED, http_groonga_after_cached},
                 {CONTENDER_GROONGA, http_groonga_after}};
    bool is_wanted = false;
    for (int i = 0; i < 2; i++) {
        if (!is_present(contenders, kinds[i].kind))
            continue;
        is_wanted = true;
        set_up(contenders, kinds[i].kind, CONTENDER_GROONGA, kinds[i].kind, 200);
        if (http_requests_of_queries(&contenders->requests[kinds[i].kind], queries,
                                     http_groonga_before, kinds[i].after, http_groonga_special, "",
                                     error) != 0)
            return -1;
    }
    if (!is_wanted)
        return 0;
    if (http_groonga_start(&contenders->servers[CONTENDER_GROONGA], settings->index_path,
                           contenders->folder, settings->n_threads, error) != 0)
        return -1;
    return is_present(contenders, CONTENDER_GROONGA_CACHED)
               ? fill_cache(&contenders->contenders[CONTENDER_GROONGA_CACHED],
                            &contenders->requests[CONTENDER_GROONGA_CACHED], error)
               : 0;
}

int http_contenders_start(struct http_contenders *contenders,
                          const struct http_contenders_settings *settings, struct error *error)
{
    struct model model;
    struct bench_queries queries;
    *contenders = (struct http_contenders){.folder = ""};
    for (int i = 0; i < N_CONTENDERS; i++) {
        contenders->servers[i].output = -1;
        contenders->contenders[i].is_present = http_contenders_list_has(
            settings->names, http_contender_name((enum http_contender_kind)i));
    }
    if (bench_queries_read(&queries, settings->queries_path, error) != 0)
        return -1;
    leave_out(contenders, CONTENDER_NGINX, "nginx");
    leave_out(contenders, CONTENDER_GROONGA_CACHED, "groonga");
    leave_out(contenders, CONTENDER_GROONGA, "groonga");
    msgpack_sbuffer_init(&model.body);
    int status = bench_folder_create(contenders->folder, error);
    if (status == 0)
        status = start_hit(contenders, settings, &model, error);
    if (status == 0)
        status = start_imitators(contenders, settings->n_threads, &model, error);
    if (status == 0)
        status = start_miss(contenders, &queries, settings, error);
    if (status == 0)
        status = start_groonga(contenders, &queries, settings, error);
    msgpack_sbuffer_destroy(&model.body);
    bench_queries_free(&queries);
    return status;
}

void http_contenders_stop(struct http_contenders *contenders)
{
    for (int i = 0; i < N_CONTENDERS; i++) {
        http_server_child_stop(&contenders->servers[i]);
        http_requests_free(&contenders->requests[i]);
    }
    if (contenders->folder[0] != '\0')
        bench_folder_remove(contenders->folder);
}
