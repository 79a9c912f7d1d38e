/* Who is asked by the benchmark `http`, and by which requests: servers of the same bytes, and one
   of the same queries. */
#ifndef CRATEDEX_TESTS_BENCH_HTTP_CONTENDERS_H
#define CRATEDEX_TESTS_BENCH_HTTP_CONTENDERS_H

#include "tests/bench/bench_child.h"
#include "tests/bench/http_requests.h"
#include "tests/bench/http_server_child.h"

#include <stdbool.h>

/* HIT and NOT_MODIFIED: cratedex-server with the answer in its cache; BARE…: bare_http with the
   same body and fields; NGINX: the same body from a file; MISS: cratedex-server without a cache,
   over the queries; GROONGA…: a Groonga of the same packages, over the same queries and without its
   cache of results, or over as many as that keeps. */
enum http_contender_kind {
    CONTENDER_HIT,
    CONTENDER_BARE,
    CONTENDER_NGINX,
    CONTENDER_NOT_MODIFIED,
    CONTENDER_BARE_NOT_MODIFIED,
    CONTENDER_MISS,
    CONTENDER_GROONGA_CACHED,
    CONTENDER_GROONGA,
    N_CONTENDERS
};

struct http_contender {
    bool is_present;
    const struct http_server_child *server;
    const struct http_requests *requests;
    unsigned status; /* of its answers */
};

struct http_contenders_settings {
    const char *index_path;
    const char *queries_path;
    const char *names;  /* of contenders, with commas between, checked; NULL: all */
    unsigned n_threads; /* of each server */
};

struct http_contenders {
    struct http_contender contenders[N_CONTENDERS];
    struct http_server_child servers[N_CONTENDERS]; /* of these two, not all are used */
    struct http_requests requests[N_CONTENDERS];
    size_t answer_bytes;           /* of a body of HIT */
    char folder[BENCH_FOLDER_MAX]; /* with the files of the others */
};

/* How it is called in results and on the command line. */
const char *http_contender_name(enum http_contender_kind kind);

/* Refuses a list of names with commas between that has an unknown one; NULL stands for all, and is
   right. Returns 0, or -1 and which are known. */
int http_contenders_check_names(const char *names, struct error *error);

/* Whether a list of names with commas between, or NULL, which stands for all, has this one. */
bool http_contenders_list_has(const char *names, const char *name);

/* Whether it has one that is a server. */
bool http_contenders_list_has_servers(const char *names);

/* What may stand in a list as well: the scaling of hits without a server (http_scaling.h). */
#define HTTP_CONTENDERS_SCALING "scaling"

#define HTTP_CONTENDERS_TARGET "/api/v1/crates?q=json"

/* Starts all that are wanted and installed, says on standard error which are not, and checks that
   servers of the same bytes send them. Returns 0, or -1 and why; http_contenders_stop in any
   case. */
int http_contenders_start(struct http_contenders *contenders,
                          const struct http_contenders_settings *settings, struct error *error);
void http_contenders_stop(struct http_contenders *contenders);

#endif
