/* The texts stand behind the struct, each with a NUL, in the order of its members. */
#include "server/answer/original_request.h"

#include <string.h>

static size_t host_size(const struct original_request *original)
{
    return original->host != NULL ? strlen(original->host) + 1 : 0;
}

static size_t size_of(const struct original_request *original)
{
    return sizeof *original + strlen(original->path) + 1 + original->query_length + 1 +
           host_size(original);
}

/* Appends a text and its NUL, and moves the place behind them. */
static const char *append(char **at, const char *text, size_t length)
{
    char *copy = *at;
    memcpy(copy, text, length);
    copy[length] = '\0';
    *at += length + 1;
    return copy;
}

struct original_request *original_request_copy(struct body_store *store,
                                               const struct original_request *original)
{
    struct original_request *copy = body_store_take(store, size_of(original));
    if (copy == NULL)
        return NULL;
    char *at = (char *)(copy + 1);
    *copy = *original;
    copy->path = append(&at, original->path, strlen(original->path));
    copy->query = append(&at, original->query, original->query_length);
    if (original->host != NULL)
        copy->host = append(&at, original->host, strlen(original->host));
    return copy;
}

size_t original_request_cost(const struct body_store *store, const struct original_request *copy)
{
    return body_store_cost(store, copy, size_of(copy));
}
