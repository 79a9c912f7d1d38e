/* A page on its way: a model is written, member by member, and a template shows it. */
#ifndef CRATEDEX_SERVER_PAGE_H
#define CRATEDEX_SERVER_PAGE_H

#include "server/endpoints/endpoint.h"
#include "server/pages/part.h"

#include <cratedex/encoder.h>
#include <msgpack/sbuffer.h>

/* The media type of pages: an endpoint's plain_type. */
#define PAGE_MEDIA_TYPE "text/html; charset=utf-8"

/* The endpoint of a page that shows what is in the index. `tag` as an endpoint's surrogate_key. */
#define PAGE_ENDPOINT(path_pattern, label, tag, prepares, answers)                                 \
    {                                                                                              \
        .path = (path_pattern), .name = (label), .surrogate_key = (tag),                           \
        .cache_control = RESPONSE_PUBLIC(60, 600), .plain_type = PAGE_MEDIA_TYPE,                  \
        .audience = ENDPOINT_FOR_PEOPLE, .is_cached = true, .prepare = (prepares),                 \
        .answer = (answers),                                                                       \
    }

struct page {
    struct answer_job *job;
    msgpack_sbuffer bytes;
    struct encoder model; /* for members that the page makes itself: at the top level of it */
};

/* Begins a model of `n_members` members and three more: `site` (site.h), `base_url`, our address as
   others see it, without a final slash, or empty: pages then have no absolute addresses of ours;
   and `banner`, the operator's line, or empty. page_finish or page_abandon must follow. */
void page_begin(struct page *page, struct answer_job *job, uint32_t n_members);

/* Writes a member: what an endpoint answers. Returns 0, or -1 and the endpoint's own failure. */
int page_add_part(struct page *page, const char *key, const struct part *part,
                  struct failure *failure);

/* Shows the model by the template of that name as the job's answer. The page is over, also on
   failure. Returns 0 or -1. */
int page_finish(struct page *page, const char *template, struct failure *failure);

/* For a page that cannot be made: frees what there is of it. Returns -1. */
int page_abandon(struct page *page);

#endif
