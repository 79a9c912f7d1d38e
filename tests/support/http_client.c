/* libcurl writes the body through write_body and every header line through read_header. */
#include "tests/support/http_client.h"

#include <curl/curl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

struct http_client {
    CURL *curl;
    char url[256];
    char certificate_path[256]; /* empty: whom libcurl trusts */
};

struct http_client *http_client_open(const char *url)
{
    struct http_client *client = calloc(1, sizeof *client);
    assert_non_null(client);
    client->curl = curl_easy_init();
    assert_non_null(client->curl);
    snprintf(client->url, sizeof client->url, "%s/", url);
    return client;
}

void http_client_close(struct http_client *client)
{
    curl_easy_cleanup(client->curl);
    free(client);
}

void http_client_trust(struct http_client *client, const char *certificate_path)
{
    snprintf(client->certificate_path, sizeof client->certificate_path, "%s", certificate_path);
}

static size_t write_body(char *bytes, size_t unit, size_t n_units, void *context)
{
    struct http_response *response = context;
    size_t size = unit * n_units;
    char *body = realloc(response->body, response->size + size + 1);
    if (body == NULL)
        return 0;
    memcpy(body + response->size, bytes, size);
    response->body = body;
    response->size += size;
    response->body[response->size] = '\0';
    return size;
}

static size_t read_header(char *bytes, size_t unit, size_t n_units, void *context)
{
    struct http_response *response = context;
    size_t size = unit * n_units;
    const char *colon = memchr(bytes, ':', size);
    if (colon == NULL || response->n_headers == HTTP_MAX_HEADERS)
        return size;
    const char *value = colon + 1;
    const char *end = bytes + size;
    while (value < end && *value == ' ')
        value++;
    while (end > value && (end[-1] == '\n' || end[-1] == '\r'))
        end--;
    response->headers[response->n_headers].name = strndup(bytes, (size_t)(colon - bytes));
    response->headers[response->n_headers].value = strndup(value, (size_t)(end - value));
    response->n_headers++;
    return size;
}

/* libcurl's list of header lines, without those that libcurl would add by itself. */
static struct curl_slist *header_list(const char *lines)
{
    struct curl_slist *list = curl_slist_append(NULL, "Accept:");
    while (lines != NULL && *lines != '\0') {
        char line[8192];
        size_t length = strcspn(lines, "\n");
        assert_true(length < sizeof line);
        memcpy(line, lines, length);
        line[length] = '\0';
        list = curl_slist_append(list, line);
        lines += length + (lines[length] == '\n');
    }
    assert_non_null(list);
    return list;
}

void http_send(struct http_client *client, const struct http_request *request,
               struct http_response *response)
{
    CURL *curl = client->curl;
    *response = (struct http_response){.body = calloc(1, 1)};
    assert_non_null(response->body);
    struct curl_slist *headers = header_list(request->headers);
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, client->url);
    curl_easy_setopt(curl, CURLOPT_REQUEST_TARGET, request->target);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, write_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, response);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, read_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, response);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    if (client->certificate_path[0] != '\0')
        curl_easy_setopt(curl, CURLOPT_CAINFO, client->certificate_path);
    if (request->body != NULL)
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
    if (request->method != NULL && strcmp(request->method, "HEAD") == 0)
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    else if (request->method != NULL)
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
    CURLcode code = curl_easy_perform(curl);
    curl_slist_free_all(headers);
    if (code != CURLE_OK)
        fail_msg("%s: %s", request->target, curl_easy_strerror(code));
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &response->status);
    curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &response->n_connects);
}

void http_get(struct http_client *client, const char *target, const char *headers,
              struct http_response *response)
{
    const struct http_request request = {.target = target, .headers = headers};
    http_send(client, &request, response);
}

void http_response_free(struct http_response *response)
{
    for (size_t i = 0; i < response->n_headers; i++) {
        free(response->headers[i].name);
        free(response->headers[i].value);
    }
    free(response->body);
}

const char *http_header(const struct http_response *response, const char *name)
{
    for (size_t i = 0; i < response->n_headers; i++)
        if (strcasecmp(response->headers[i].name, name) == 0)
            return response->headers[i].value;
    return NULL;
}
