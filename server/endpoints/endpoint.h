/* What one path, or every path of one pattern, answers. An endpoint is a constant record of
   functions: `prepare` turns the query into parameters and the canonical key, before any work on
   the index; `answer` writes the body, on a cache miss or always where nothing is cached. */
#ifndef CRATEDEX_SERVER_ENDPOINT_H
#define CRATEDEX_SERVER_ENDPOINT_H

#include "server/answer/answer.h"
#include "server/answer/list_page.h"
#include "server/http/failure.h"
#include "server/http/request.h"
#include "server/http/response_headers.h"
#include "server/parameters/canonical_key.h"
#include "server/parameters/link_spelling.h"
#include "server/service/service.h"
#include "server/service/snapshot.h"
#include "server/telemetry/outcome.h"

#include <cratedex/encoder.h>
#include <cratedex/index_reader.h>
#include <stdbool.h>
#include <stddef.h>

/* Room for the validated parameters of one request, borrowed from its path and query. What lies
   there only the endpoint knows. */
#define ENDPOINT_MAX_PARAMETERS 16896
union endpoint_parameters {
    max_align_t alignment;
    unsigned char bytes[ENDPOINT_MAX_PARAMETERS];
};

/* Stands in an endpoint's source, for each type that it keeps there. */
#define ENDPOINT_PARAMETERS_FIT(type)                                                              \
    _Static_assert(sizeof(type) <= ENDPOINT_MAX_PARAMETERS &&                                      \
                       _Alignof(type) <= _Alignof(max_align_t),                                    \
                   "the parameters are larger than the room for them")

/* What a request asks of an endpoint. */
struct question {
    const struct service *service;
    const struct snapshot *snapshot;
    const struct request *request;
    enum experiment_arm arm;   /* that the request drew */
    struct canonical_key *key; /* out: what the answer depends on is to be appended */
};

/* What an answer is computed with, and what it tells beside the body. */
struct answer_job {
    const struct service *service;
    const struct snapshot *snapshot;
    enum experiment_arm arm;       /* that the request drew */
    struct index_reader *reader;   /* of the snapshot, for this call alone */
    struct encoder encoder;        /* plain_type: write to encoder.out directly */
    struct answer_head head;       /* out: as the endpoint has it, for `answer` to add to */
    struct link_spelling spelling; /* of the request, where the endpoint has links */
    struct list_page page;         /* out, likewise */
    struct trace *trace;           /* out: the time that was searching, and the plan */
    struct asked_query asked;      /* out, where head.asked points to it */
    /* The texts of `head`. */
    char location[ANSWER_MAX_LOCATION];           /* out: of a redirect; else empty */
    char surrogate_key[ANSWER_MAX_SURROGATE_KEY]; /* out: as the endpoint has it */
};

/* For whom a path is, and so at which address it is answered (enum address_role). */
enum endpoint_audience {
    ENDPOINT_FOR_CLIENTS,
    ENDPOINT_FOR_OPERATORS, /* at the admin address, where there is one, else beside the others */
    ENDPOINT_FOR_ADMIN,     /* at the admin address alone */
    ENDPOINT_FOR_PEOPLE,    /* as for clients, where there are pages (service.h): HTML, or what
                               belongs to it */
    ENDPOINT_FOR_PAGES,  /* what pages load by themselves: at every address, where there are any */
    ENDPOINT_FOR_STATUS, /* at the admin address; where there is none, for who asks from this
                               machine (local_request.h) */
};
#define N_ENDPOINT_AUDIENCES 6

struct endpoint {
    const char *path;                   /* a pattern: `{…}` is a parameter, a whole segment */
    const char *name;                   /* the route label in metrics */
    struct cache_control cache_control; /* of a success */
    const char
        *surrogate_key; /* the tag of every answer, for a CDN to purge by; NULL: each has its own */
    const char *plain_type; /* the media type, where Accept is not asked; else NULL */
    enum endpoint_audience audience;
    bool needs_no_index; /* answered whatever happens to the index file */
    bool is_action;      /* a reload: POST alone, of which `answer` tells the end */
    bool is_cached;
    bool has_links;      /* the body is a list_page */
    bool has_moving_key; /* the canonical key of one request changes with time */
    bool redirects; /* where Accept names no encoding of ours, so that it refuses none either */
    /* Turns the question into `parameters`, which have room for ENDPOINT_MAX_PARAMETERS. NULL where
       the endpoint has none. May look at what is in memory of the index, to say early that there is
       no such crate. Returns 0 or -1. */
    int (*prepare)(const struct question *question, void *parameters, struct failure *failure);
    /* Writes one complete value, or nothing where it makes a redirect of it. Returns 0 or -1. */
    int (*answer)(struct answer_job *job, const void *parameters, struct failure *failure);
};

/* Whether browsers show it, or what it answers is a part of what they show. */
static inline bool endpoint_is_page(const struct endpoint *endpoint)
{
    return endpoint->audience == ENDPOINT_FOR_PEOPLE || endpoint->audience == ENDPOINT_FOR_PAGES ||
           (endpoint->audience == ENDPOINT_FOR_STATUS && endpoint->plain_type != NULL);
}

#endif
