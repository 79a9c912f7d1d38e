/* An entity tag may contain commas, so the list is cut at quotes, not at commas. Our tags are
   strong: strong comparison (If-Match) differs from weak (If-None-Match) only in what the client's
   `W/` means.

   If-Modified-Since counts only where it is the very date that we said, which section 13.1.3
   allows: dates go back when a crate's newest version is deleted or an older dump is served, and
   what is then older than the client's date is not what the client has. If-Unmodified-Since keeps
   the order of time: whoever asks by a date of their own wants to hear of what came after it.

   Dates are read by strptime, whose names of days and months are those of the C locale, which no
   program of ours leaves. */
#define _GNU_SOURCE /* strptime, timegm */

#include "server/http/conditional.h"

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

/* The year with these last two digits that is at most 50 years ahead of this one. */
static int full_year(int year, int this_year)
{
    int full = this_year - this_year % 100 + year % 100;
    return full > this_year + 50 ? full - 100 : full;
}

int http_date_parse(const char *text, int64_t now, int64_t *seconds)
{
    static const struct {
        const char *form;
        bool has_short_year;
    } forms[] = {
        {"%a, %d %b %Y %H:%M:%S GMT", false}, /* IMF-fixdate */
        {"%A, %d-%b-%y %H:%M:%S GMT", true},  /* RFC 850 */
        {"%a %b %e %H:%M:%S %Y", false},      /* asctime */
    };
    struct tm today = {0};
    const time_t moment = (time_t)now;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct tm date = {0};
        const char *end = strptime(text, forms[i].form, &date);
        if (end == NULL || end[strspn(end, " \t")] != '\0')
            continue;
        if (forms[i].has_short_year && gmtime_r(&moment, &today) != NULL)
            date.tm_year = full_year(date.tm_year, today.tm_year);
        int day = date.tm_mday;
        *seconds = timegm(&date);
        return date.tm_mday == day ? 0 : -1; /* timegm makes March of February 30 */
    }
    return -1;
}

/* Reads the date of a field. Returns false where there is none to compare with `last_modified`. */
static bool read_date(const char *field, int64_t last_modified, int64_t *date)
{
    return field != NULL && last_modified != 0 && http_date_parse(field, time(NULL), date) == 0;
}

enum precondition_outcome preconditions_weigh(const struct preconditions *preconditions,
                                              const char *etag, int64_t last_modified)
{
    int64_t date;
    if (preconditions->if_match != NULL) {
        if (!list_has(preconditions->if_match, etag, false))
            return PRECONDITION_FAILED;
    } else if (read_date(preconditions->if_unmodified_since, last_modified, &date) &&
               last_modified > date) {
        return PRECONDITION_FAILED;
    }
    if (preconditions->if_none_match != NULL)
        return if_none_match(preconditions->if_none_match, etag) ? PRECONDITION_NOT_MODIFIED
                                                                 : PRECONDITION_PROCEED;
    if (read_date(preconditions->if_modified_since, last_modified, &date) && last_modified == date)
        return PRECONDITION_NOT_MODIFIED;
    return PRECONDITION_PROCEED;
}
