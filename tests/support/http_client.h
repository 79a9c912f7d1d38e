/* HTTP requests by libcurl, answers as they came: no content coding is undone, no redirect
   followed. Every function fails the test where it cannot do its work. */
#ifndef CRATEDEX_TESTS_SUPPORT_HTTP_CLIENT_H
#define CRATEDEX_TESTS_SUPPORT_HTTP_CLIENT_H

#include <stddef.h>

#define HTTP_MAX_HEADERS 32

struct http_client;

struct http_request {
    const char *method;  /* NULL: GET */
    const char *target;  /* path and query, sent as they are */
    const char *headers; /* "Name: value" lines, each ended by \n; NULL: none */
    const char *body;    /* NULL: none */
};

struct http_response {
    long status;
    size_t n_headers;
    struct {
        char *name;
        char *value;
    } headers[HTTP_MAX_HEADERS];
    char *body; /* NUL-terminated behind its size */
    size_t size;
    long n_connects; /* connections that were opened for it: 0 where one was kept */
};

/* One client keeps its connections alive. `url` without a final slash. */
struct http_client *http_client_open(const char *url);
void http_client_close(struct http_client *client);

/* For an https URL: believes the certificate in this file, and no other. */
void http_client_trust(struct http_client *client, const char *certificate_path);

void http_send(struct http_client *client, const struct http_request *request,
               struct http_response *response);
/* The same for a GET; `headers` as in a request. */
void http_get(struct http_client *client, const char *target, const char *headers,
              struct http_response *response);
void http_response_free(struct http_response *response);

/* The value of a header, or NULL. */
const char *http_header(const struct http_response *response, const char *name);

#endif
