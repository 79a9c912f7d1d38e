/* An entity tag may contain commas, so the list is cut at quotes, not at commas. */
#include "server/conditional.h"

#include <stddef.h>
#include <string.h>

bool if_none_match(const char *field, const char *etag)
{
    if (field == NULL)
        return false;
    size_t etag_length = strlen(etag);
    const char *at = field + strspn(field, " \t,");
    if (*at == '*')
        return at[1 + strspn(at + 1, " \t,")] == '\0';
    while (*at != '\0') {
        if (at[0] == 'W' && at[1] == '/')
            at += 2;
        if (*at != '"')
            return false;
        const char *end = strchr(at + 1, '"');
        if (end == NULL)
            return false;
        size_t length = (size_t)(end + 1 - at);
        if (length == etag_length && memcmp(at, etag, length) == 0)
            return true;
        at = end + 1;
        at += strspn(at, " \t,");
    }
    return false;
}
