/* What every request needs: made once by main, shared by all threads, passed down and never
   global. */
#ifndef CRATEDEX_SERVER_SERVICE_H
#define CRATEDEX_SERVER_SERVICE_H

#include <stdatomic.h>
#include <stdbool.h>

struct access_log;
struct asked_queries;
struct body_store;
struct cache;
struct download_counters;
struct experiment;
struct index_watch;
struct log_sink;
struct metrics;
struct openapi;
struct published;
struct pulse;
struct recent_hits;
struct reload_desk;
struct site;
struct slowest_queries;
struct trusted_proxies;

/* Where a request came in: what is answered there. */
enum address_role {
    ADDRESS_SOLE,   /* everything but what only an admin address has, for there is none */
    ADDRESS_PUBLIC, /* nothing of what is for operators: they have an address of their own */
    ADDRESS_ADMIN,  /* that, what its page loads, and nothing else */
};
#define N_ADDRESS_ROLES 3

struct service {
    struct published *snapshots; /* what is served: a struct snapshot; each request takes it once */
    struct index_watch *watch;   /* over their file; NULL: nobody looks after it */
    struct reload_desk *reloads; /* where they are asked for; NULL: nowhere */
    const struct experiment *experiment; /* NULL: none runs */
    struct cache *cache;
    struct body_store *bodies;       /* of what the cache keeps */
    struct recent_hits *recent_hits; /* NULL: every request goes through the cache's own look-up */
    struct metrics *metrics;
    struct access_log *access_log;       /* NULL: off */
    struct download_counters *downloads; /* NULL: downloads are not counted */
    struct log_sink *slow_query_log;     /* where to; may be the next */
    struct log_sink *error_log;          /* that `stderr` writes to; NULL: it writes for itself */
    struct openapi *openapi;             /* the document of what we answer */
    struct site *site;                   /* the pages for people; NULL: there are none */
    /* What the page for operators shows beside the metrics; NULL, all three: there is none. */
    struct pulse *pulse;
    struct asked_queries *asked;
    struct slowest_queries *slowest;
    const struct trusted_proxies *proxies;
    enum address_role role;  /* of the address that is served with it */
    atomic_bool is_stopping; /* a signal came: finish what runs, take nothing new */
};

#endif
