/* libmicrohttpd copies names and values into the response. */
#include "server/http/response_headers.h"

#include <stddef.h>
#include <stdio.h>
#include <time.h>

static bool add(struct MHD_Response *response, const char *name, const char *value)
{
    return value == NULL || MHD_add_response_header(response, name, value) == MHD_YES;
}

static const char *vary(const struct response_headers *headers)
{
    if (headers->varies_by_accept)
        return headers->varies_by_coding ? "Accept, Accept-Encoding" : "Accept";
    return headers->varies_by_coding ? "Accept-Encoding" : NULL;
}

bool response_date_is_sayable(int64_t seconds)
{
    const int64_t year_1 = -62135596800;
    const int64_t year_10000 = 253402300800;
    return seconds >= year_1 && seconds < year_10000;
}

bool response_value_is_sayable(const char *value)
{
    for (; value != NULL && *value != '\0'; value++)
        if (*value < ' ' || *value > '~')
            return false;
    return true;
}

/* IMF-fixdate (RFC 9110, section 5.6.7). The names of days and months are those of the C locale,
   which no program of ours leaves; strftime would write the year 999 with three digits. */
static bool add_last_modified(struct MHD_Response *response, int64_t seconds)
{
    char day[32];
    char text[64];
    struct tm tm;
    time_t time = (time_t)seconds;
    if (seconds == 0)
        return true;
    if (!response_date_is_sayable(seconds) || gmtime_r(&time, &tm) == NULL ||
        strftime(day, sizeof day, "%a, %d %b", &tm) == 0)
        return false;
    snprintf(text, sizeof text, "%s %04d %02d:%02d:%02d GMT", day, tm.tm_year + 1900, tm.tm_hour,
             tm.tm_min, tm.tm_sec);
    return add(response, MHD_HTTP_HEADER_LAST_MODIFIED, text);
}

/* A page takes scripts, styles and pictures from us alone, asks us alone, and stands in no frame
   (Content Security Policy Level 3). Isolated from what else the browser has open, its clock is the
   finest that there is (HTML, "cross-origin isolated"). */
static bool add_page_headers(struct MHD_Response *response)
{
    return add(response, "Content-Security-Policy",
               "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
               "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
               "frame-ancestors 'none'") &&
           add(response, "X-Content-Type-Options", "nosniff") &&
           add(response, "X-Frame-Options", "DENY") &&
           add(response, "Referrer-Policy", "same-origin") &&
           add(response, "Cross-Origin-Opener-Policy", "same-origin") &&
           add(response, "Cross-Origin-Embedder-Policy", "require-corp") &&
           add(response, "Cross-Origin-Resource-Policy", "same-origin");
}

struct MHD_Response *response_add_headers(struct MHD_Response *response,
                                          const struct response_headers *headers)
{
    if (response == NULL)
        return NULL;
    if (add(response, MHD_HTTP_HEADER_CONTENT_TYPE, headers->content_type) &&
        add(response, MHD_HTTP_HEADER_CONTENT_ENCODING, headers->content_encoding) &&
        add(response, MHD_HTTP_HEADER_ETAG, headers->etag) &&
        add_last_modified(response, headers->last_modified) &&
        add(response, MHD_HTTP_HEADER_LOCATION, headers->location) &&
        add(response, MHD_HTTP_HEADER_VARY, vary(headers)) &&
        add(response, MHD_HTTP_HEADER_CACHE_CONTROL, headers->cache_control.everyone) &&
        add(response, "CDN-Cache-Control", headers->cache_control.shared) &&
        add(response, "Surrogate-Key", headers->surrogate_key) &&
        add(response, "xkey", headers->surrogate_key) &&
        add(response, MHD_HTTP_HEADER_SERVER, "cratedex/" CRATEDEX_VERSION) &&
        add(response, "X-Request-Id", headers->request_id) &&
        add(response, "X-Experiment", headers->experiment) &&
        add(response, MHD_HTTP_HEADER_ACCESS_CONTROL_ALLOW_ORIGIN,
            headers->is_for_own_origin || headers->is_page ? NULL : "*") &&
        (!headers->is_page || add_page_headers(response)) &&
        add(response, MHD_HTTP_HEADER_ALLOW, headers->allow) &&
        add(response, "X-Cache", headers->x_cache) &&
        add(response, "Server-Timing", headers->server_timing))
        return response;
    MHD_destroy_response(response);
    return NULL;
}
