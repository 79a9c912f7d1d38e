/* All requests of a list stand in one block of memory, which is as large as they can become at
   most. */
#define _GNU_SOURCE /* stpcpy */
#include "tests/bench/http_requests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST "GET "
#define LAST " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
#define ENCODED_BYTES 3 /* of one byte: %41 */

static int allocate(struct http_requests *requests, size_t n_requests, size_t n_bytes,
                    struct error *error)
{
    *requests = (struct http_requests){.text = malloc(n_bytes),
                                       .requests = calloc(n_requests, sizeof(struct load_request))};
    if (requests->text != NULL && requests->requests != NULL)
        return 0;
    http_requests_free(requests);
    return error_out_of_memory(error);
}

int http_requests_single(struct http_requests *requests, const char *target, const char *fields,
                         struct error *error)
{
    size_t room = sizeof FIRST + strlen(target) + sizeof LAST + strlen(fields) + sizeof "\r\n";
    if (allocate(requests, 1, room, error) != 0)
        return -1;
    int size = snprintf(requests->text, room, FIRST "%s" LAST "%s\r\n", target, fields);
    requests->requests[0] = (struct load_request){requests->text, (size_t)size};
    requests->n_requests = 1;
    return 0;
}

static char *write_encoded(char *at, const char *text, const char *special)
{
    static const char digits[] = "0123456789ABCDEF";
    static const char unreserved[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (; *text != '\0'; text++) {
        if (strchr(special, *text) != NULL)
            at = stpcpy(at, "%5C");
        if (strchr(unreserved, *text) != NULL) {
            *at++ = *text;
            continue;
        }
        *at++ = '%';
        *at++ = digits[(unsigned char)*text >> 4];
        *at++ = digits[*text & 0xf];
    }
    return at;
}

int http_requests_of_queries(struct http_requests *requests, const struct bench_queries *queries,
                             const char *before, const char *after, const char *special,
                             const char *fields, struct error *error)
{
    if (queries->n_queries == 0)
        return error_set(error, "there is no query to ask for");
    size_t around = sizeof FIRST + strlen(before) + strlen(after) + sizeof LAST + strlen(fields) +
                    sizeof "\r\n";
    size_t n_bytes = 0;
    for (size_t i = 0; i < queries->n_queries; i++)
        n_bytes += around + 2 * ENCODED_BYTES * queries->queries[i].length;
    if (allocate(requests, queries->n_queries, n_bytes, error) != 0)
        return -1;
    char *at = requests->text;
    for (size_t i = 0; i < queries->n_queries; i++) {
        const char *begin = at;
        at = stpcpy(stpcpy(at, FIRST), before);
        at = write_encoded(at, queries->queries[i].text, special);
        at = stpcpy(stpcpy(stpcpy(stpcpy(at, after), LAST), fields), "\r\n");
        requests->requests[i] = (struct load_request){begin, (size_t)(at - begin)};
    }
    requests->n_requests = queries->n_queries;
    return 0;
}

void http_requests_free(struct http_requests *requests)
{
    free(requests->text);
    free(requests->requests);
    *requests = (struct http_requests){.text = NULL};
}
