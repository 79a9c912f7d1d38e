/* What browsers and robots ask for by a name that is the same everywhere: GET /robots.txt,
   /favicon.ico and /opensearch.xml. */
#include "server/pages/page.h"
#include "server/pages/pages.h"

#include "server/html/escape.h"
#include "server/html/site.h"

#include <stdio.h>
#include <string.h>

/* Searches are as many as there are texts, and each crate has a page; what is for programs is no
   page (RFC 9309). */
static const char robots[] = "User-agent: *\n"
                             "Disallow: /api/\n"
                             "Disallow: /index/\n"
                             "Disallow: /search\n";

static int answer_robots(struct answer_job *job, const void *parameters, struct failure *failure)
{
    (void)parameters;
    if (html_append(job->encoder.out, robots, sizeof robots - 1) == 0)
        return 0;
    error_out_of_memory(&failure->error);
    return failure_internal(failure);
}

/* Pages name their icon; a browser that shows a text or a picture of ours asks for this. */
static int answer_icon(struct answer_job *job, const void *parameters, struct failure *failure)
{
    (void)parameters;
    (void)failure;
    job->head.status = MHD_HTTP_FOUND;
    snprintf(job->location, sizeof job->location, "%s",
             site_asset_address(job->service->site, "icon"));
    return 0;
}

/* Browsers take absolute addresses alone there (OpenSearch 1.1, "OpenSearch URL template"). */
static int prepare_opensearch(const struct question *question, void *parameters,
                              struct failure *failure)
{
    (void)parameters;
    if (question->snapshot->settings.base_url[0] != '\0')
        return 0;
    return failure_set(failure, 404,
                       "the server does not know its own address: start it with --base-url");
}

static int answer_opensearch(struct answer_job *job, const void *parameters,
                             struct failure *failure)
{
    (void)parameters;
    struct page page;
    page_begin(&page, job, 0);
    return page_finish(&page, "opensearch", failure);
}

const struct endpoint robots_endpoint = {
    .path = "/robots.txt",
    .name = "robots",
    .cache_control = RESPONSE_PUBLIC(3600, 86400),
    .plain_type = "text/plain; charset=utf-8",
    .audience = ENDPOINT_FOR_PEOPLE,
    .needs_no_index = true,
    .is_cached = true,
    .answer = answer_robots,
};

const struct endpoint favicon_endpoint = {
    .path = "/favicon.ico",
    .name = "favicon",
    .cache_control = RESPONSE_PUBLIC(3600, 86400),
    .plain_type = "text/plain; charset=utf-8",
    .audience = ENDPOINT_FOR_PEOPLE,
    .needs_no_index = true,
    .is_cached = true,
    .answer = answer_icon,
};

const struct endpoint opensearch_endpoint = {
    .path = "/opensearch.xml",
    .name = "opensearch",
    .cache_control = RESPONSE_PUBLIC(3600, 86400),
    .plain_type = "application/opensearchdescription+xml",
    .audience = ENDPOINT_FOR_PEOPLE,
    .needs_no_index = true,
    .is_cached = true,
    .prepare = prepare_opensearch,
    .answer = answer_opensearch,
};
