/* A finished answer, as the cache keeps it: the body, and for every content coding that was asked
   for the coded body and the response, headers included, that a hit queues as it is. */
#ifndef CRATEDEX_SERVER_ANSWER_H
#define CRATEDEX_SERVER_ANSWER_H

#include "server/answer/body_store.h"
#include "server/answer/list_page.h"
#include "server/answer/original_request.h"
#include "server/http/negotiation.h"
#include "server/http/response_headers.h"
#include "server/parameters/link_spelling.h"
#include "server/service/download_counters.h"
#include "server/service/experiment.h"
#include "server/telemetry/asked_query.h"

#include <cratedex/error.h>
#include <microhttpd.h>
#include <msgpack/sbuffer.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct answer;

#define ANSWER_MAX_LOCATION 4096
#define ANSWER_MAX_SURROGATE_KEY 320

/* What an answer is, apart from its body. */
struct answer_head {
    unsigned status;          /* 200, or a redirect */
    const char *content_type; /* static, for it must outlive the answer */
    struct cache_control cache_control;
    bool is_negotiated;                      /* Accept had a say: Vary names it */
    bool is_page;                            /* it is for people: response_headers.h */
    int64_t last_modified;                   /* seconds since 1970-01-01; 0: not said */
    char *location;                          /* of a redirect; else NULL or empty */
    char *surrogate_key;                     /* tags for a CDN to purge by; NULL or empty: none */
    struct counted_download download;        /* what every GET of it counts as; */
    enum experiment_arm arm;                 /* whose answer it is, where the arms' differ */
    struct body_store *store;                /* where its bodies lie; NULL: in memory from malloc */
    const struct asked_query *asked;         /* what it is counted as; NULL: nobody counts it */
    const struct original_request *original; /* NULL: it is not to be made again */
};

/* Copies the bytes of `body`, which is empty after. `head`, its two texts, `asked` and `original`
   are copied, as are `page` and `spelling` (both NULL where the answer has no links). Returns NULL
   when memory runs out. */
struct answer *answer_create(const struct answer_head *head, msgpack_sbuffer *body,
                             const struct list_page *page, const struct link_spelling *spelling,
                             struct error *error);

/* For the cache: `value` is a struct answer. Responses that are on their way stay valid. */
void answer_free(void *value);

/* What the answer costs in memory, without its representations. */
size_t answer_cost(const struct answer *answer);

/* What the answer says beside its body; lives as long as the answer. */
const struct answer_head *answer_head(const struct answer *answer);

/* The body without content coding. */
const void *answer_body(const struct answer *answer, size_t *size);

/* The description of the page; NULL where the body has no links. */
const struct list_page *answer_page(const struct answer *answer);

/* Whether the links in the body are spelled so. */
bool answer_is_spelled(const struct answer *answer, const struct link_spelling *spelling);

/* The answer in one content coding; identity where `coding` does not pay. */
struct representation;

/* Whether somebody has asked for the answer in that content coding. */
bool answer_was_coded(const struct answer *answer, enum content_coding coding);

/* Lives as long as the answer. Made by the first who asks, while others wait: then `*added_bytes`
   is what it costs, else 0. Returns NULL when memory runs out. */
const struct representation *answer_representation(struct answer *answer,
                                                   enum content_coding coding, size_t *added_bytes,
                                                   struct error *error);

enum content_coding representation_coding(const struct representation *representation);
const char *representation_etag(const struct representation *representation);
size_t representation_size(const struct representation *representation);

/* What representation_hit will add to the memory that the answer takes: 0 where it was called
   before. */
size_t representation_hit_cost(const struct representation *representation);

/* The response for a hit, to be queued with the answer's status or 304. It belongs to the
   representation, and the first call makes it; NULL when memory runs out. */
struct MHD_Response *representation_hit(const struct representation *representation);

/* The same with the id of one request: the caller destroys it. It holds the bytes, which are not
   copied, by itself. NULL when memory runs out. */
struct MHD_Response *representation_hit_of(const struct answer *answer,
                                           const struct representation *representation,
                                           const char *request_id);

/* The response for the request that computed the answer, with the timing of that: the caller
   destroys it, as above. */
struct MHD_Response *representation_miss(const struct answer *answer,
                                         const struct representation *representation,
                                         const char *server_timing, const char *request_id);

#endif
