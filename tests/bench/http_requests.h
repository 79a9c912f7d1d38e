/* The requests of a benchmark through HTTP, written before it begins. */
#ifndef CRATEDEX_TESTS_BENCH_HTTP_REQUESTS_H
#define CRATEDEX_TESTS_BENCH_HTTP_REQUESTS_H

#include "tests/bench/bench_load.h"
#include "tests/bench/bench_queries.h"

struct http_requests {
    char *text; /* the requests lie here */
    struct load_request *requests;
    size_t n_requests;
};

/* One GET of `target`, with these fields, each with its line's end ("": none). Returns 0; -1 when
   memory runs out. */
int http_requests_single(struct http_requests *requests, const char *target, const char *fields,
                         struct error *error);

/* One GET a query, of `before`, the query's text percent-encoded (RFC 3986, section 2.1), `after`,
   with `fields` as above. Characters of the text that are in `special` get a backslash before them.
   Returns 0; -1 where there are no queries or no memory. */
int http_requests_of_queries(struct http_requests *requests, const struct bench_queries *queries,
                             const char *before, const char *after, const char *special,
                             const char *fields, struct error *error);

/* Right for one of all zero, too. */
void http_requests_free(struct http_requests *requests);

#endif
