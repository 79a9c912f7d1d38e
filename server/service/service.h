/* What every request needs: made once by main, shared by all threads, passed down and never
   global. */
#ifndef CRATEDEX_SERVER_SERVICE_H
#define CRATEDEX_SERVER_SERVICE_H

#include <stdatomic.h>
#include <stdbool.h>

struct access_log;
struct body_store;
struct cache;
struct download_counters;
struct experiment;
struct index_watch;
struct log_sink;
struct metrics;
struct openapi;
struct published;
struct ranking;
struct recent_hits;
struct trusted_proxies;

/* A base URL, with its NUL. */
#define SERVICE_MAX_URL 1024

struct service {
    struct published *snapshots; /* what is served: a struct snapshot; each request takes it once */
    struct index_watch *watch;   /* over their file; NULL: nobody looks after it */
    const struct ranking *ranking;       /* NULL: the weights that are built in */
    const struct ranking *ranking_b;     /* of arm B, where an experiment runs */
    const struct experiment *experiment; /* NULL: none runs */
    const char *base_url; /* ours, as clients see it, without a final slash; "": not known */
    struct cache *cache;
    struct body_store *bodies;       /* of what the cache keeps */
    struct recent_hits *recent_hits; /* NULL: every request goes through the cache's own look-up */
    struct metrics *metrics;
    struct access_log *access_log;       /* NULL: off */
    struct download_counters *downloads; /* NULL: downloads are not counted */
    double slow_query_seconds;           /* answers that take as long are logged; 0: none is */
    struct log_sink *slow_query_log;     /* where to; may be the next */
    struct log_sink *error_log;          /* that `stderr` writes to; NULL: it writes for itself */
    struct openapi *openapi;             /* the document of what we answer */
    const char *cdn_url;                 /* where crate files and READMEs lie; no final slash */
    const char *banner;                  /* for the web front end; NULL: none */
    bool says_read_only;                 /* likewise: whether it says that nobody can write */
    const struct trusted_proxies *proxies;
    atomic_bool is_stopping; /* a signal came: finish what runs, take nothing new */
};

#endif
