/* An entity tag may contain commas, so the list is cut at quotes, not at commas. Our tags are strong:
   strong comparison (If-Match) differs from weak (If-None-Match) only in what the client's `W/`
   means.

   Dates are read by strptime, whose names of days and months are those of the C locale, which no
   program of ours leaves. */
#define _GNU_SOURCE /* strptime, timegm */

#include "server/conditional.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

/* Whether the list names `etag`, or is `*`. Reading stops at the first malformed member. */
static bool list_has(const char *field, const char *etag, bool weak_tags_count)
{
    size_t etag_length = strlen(etag);
    const char *at = field + strspn(field, " \t,");
    if (*at == '*')
        return at[1 + strspn(at + 1, " \t,")] == '\0';
    while (*at != '\0') {
        bool is_weak = at[0] == 'W' && at[1] == '/';
        if (is_weak)
            at += 2;
        if (*at != '"')
            return false;
        const char *end = strchr(at + 1, '"');
        if (end == NULL)
            return false;
        size_t length = (size_t)(end + 1 - at);
        if ((!is_weak || weak_tags_count) && length == etag_length && memcmp(at, etag, length) == 0)
            return true;
        at = end + 1;
        at += strspn(at, " \t,");
    }
    return false;
}

bool if_none_match(const char *field, const char *etag)
{
    return field != NULL && list_has(field, etag, true);
}

int http_date_parse(const char *text, int64_t *seconds)
{
    static const char *const forms[] = {
        "%a, %d %b %Y %H:%M:%S GMT", /* IMF-fixdate */
        "%A, %d-%b-%y %H:%M:%S GMT", /* RFC 850 */
        "%a %b %e %H:%M:%S %Y",      /* asctime */
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct tm time = {0};
        const char *end = strptime(text, forms[i], &time);
        if (end == NULL || end[strspn(end, " \t")] != '\0')
            continue;
        *seconds = timegm(&time);
        return 0;
    }
    return -1;
}

/* Whether the representation is newer than the date in `field`; `otherwise` where that is no date. */
static bool is_newer(int64_t last_modified, const char *field, bool otherwise)
{
    int64_t since;
    return http_date_parse(field, &since) == 0 ? last_modified > since : otherwise;
}

enum precondition_outcome preconditions_weigh(const struct preconditions *preconditions,
                                              const char *etag, int64_t last_modified)
{
    bool has_date = last_modified != 0;
    if (preconditions->if_match != NULL) {
        if (!list_has(preconditions->if_match, etag, false))
            return PRECONDITION_FAILED;
    } else if (preconditions->if_unmodified_since != NULL && has_date &&
               is_newer(last_modified, preconditions->if_unmodified_since, false)) {
        return PRECONDITION_FAILED;
    }
    if (preconditions->if_none_match != NULL)
        return if_none_match(preconditions->if_none_match, etag) ? PRECONDITION_NOT_MODIFIED
                                                                 : PRECONDITION_PROCEED;
    if (preconditions->if_modified_since != NULL && has_date &&
        !is_newer(last_modified, preconditions->if_modified_since, true))
        return PRECONDITION_NOT_MODIFIED;
    return PRECONDITION_PROCEED;
}
