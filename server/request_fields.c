/* A table of names. Lengths are compared first, so that most names cost one comparison of numbers a row. */
#include "server/request_fields.h"

#include <strings.h>

const char **request_fields_find(struct request_fields *fields, const char *name, size_t name_size)
{
#define FIELD(text, member)                                                                        \
    {                                                                                              \
        (text), sizeof(text) - 1, offsetof(struct request_fields, member)                          \
    }
    static const struct {
        const char *name;
        size_t size;
        size_t offset;
    } rows[] = {
        FIELD("Host", host),
        FIELD("Accept", accept),
        FIELD("User-Agent", user_agent),
        FIELD("Accept-Encoding", accept_encoding),
        FIELD("If-None-Match", preconditions.if_none_match),
        FIELD("Referer", referer),
        FIELD("X-Request-Id", id),
        FIELD("X-Forwarded-For", forwarding.x_forwarded_for),
        FIELD("X-Forwarded-Proto", forwarding.x_forwarded_proto),
        FIELD("Forwarded", forwarding.forwarded),
        FIELD("If-Modified-Since", preconditions.if_modified_since),
        FIELD("If-Match", preconditions.if_match),
        FIELD("If-Unmodified-Since", preconditions.if_unmodified_since),
    };
#undef FIELD
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (name_size == rows[i].size && strncasecmp(name, rows[i].name, name_size) == 0)
            return (const char **)((char *)fields + rows[i].offset);
    return NULL;
}
