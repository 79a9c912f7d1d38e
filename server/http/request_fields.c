/* Every field of every request is looked up, and most names have no meaning here. The table is
   indexed by the length of a name, which leaves at most two to compare it with. */
#include "server/http/request_fields.h"

#include <strings.h>

#define MAX_SAME_LENGTH 2
#define ROW(text, member)                                                                          \
    {                                                                                              \
        (text), offsetof(struct request_fields, member)                                            \
    }
#define LENGTH(text) (sizeof(text) - 1)

const char **request_fields_find(struct request_fields *fields, const char *name, size_t name_size)
{
    static const struct {
        const char *name; /* NULL behind the last of a length */
        size_t offset;
    } rows[][MAX_SAME_LENGTH] = {
        [LENGTH("Via")] = {ROW("Via", via)},
        [LENGTH("Host")] = {ROW("Host", host)},
        [LENGTH("Accept")] = {ROW("Accept", accept)},
        [LENGTH("Referer")] = {ROW("Referer", referer)},
        [LENGTH("If-Match")] = {ROW("If-Match", preconditions.if_match)},
        [LENGTH("Forwarded")] = {ROW("Forwarded", forwarding.forwarded),
                                 ROW("X-Real-IP", x_real_ip)},
        [LENGTH("User-Agent")] = {ROW("User-Agent", user_agent)},
        [LENGTH("X-Request-Id")] = {ROW("X-Request-Id", id)},
        [LENGTH("If-None-Match")] = {ROW("If-None-Match", preconditions.if_none_match)},
        [LENGTH("Accept-Encoding")] = {ROW("Accept-Encoding", accept_encoding),
                                       ROW("X-Forwarded-For", forwarding.x_forwarded_for)},
        [LENGTH("If-Modified-Since")] = {ROW("If-Modified-Since", preconditions.if_modified_since),
                                         ROW("X-Forwarded-Proto", forwarding.x_forwarded_proto)},
        [LENGTH("If-Unmodified-Since")] = {ROW("If-Unmodified-Since",
                                               preconditions.if_unmodified_since)},
    };
    if (name_size >= sizeof rows / sizeof rows[0])
        return NULL;
    for (size_t i = 0; i < MAX_SAME_LENGTH && rows[name_size][i].name != NULL; i++)
        if (strncasecmp(name, rows[name_size][i].name, name_size) == 0)
            return (const char **)((char *)fields + rows[name_size][i].offset);
    return NULL;
}
