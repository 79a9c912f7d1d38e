/* One pass over the header fields keeps pointers to the few that matter. A field that comes in
   several lines is joined by commas, as RFC 9110 (section 5.3) reads it; what does not fit into the
   request's own room is left out, which can only make negotiation fall back to a default. */
#include "server/request.h"

#include <cratedex/utf8.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

static void join(struct request *request, const char **field, const char *more)
{
    size_t length = strlen(*field);
    size_t more_length = strlen(more);
    size_t room = sizeof request->joined - request->joined_length;
    if (length >= room || more_length + 3 > room - length)
        return;
    char *joined = request->joined + request->joined_length;
    memcpy(joined, *field, length);
    memcpy(joined + length, ", ", 2);
    memcpy(joined + length + 2, more, more_length + 1);
    request->joined_length += length + more_length + 3;
    *field = joined;
}

static const char **field_of(struct request *request, const char *name)
{
    static const struct {
        const char *name;
        size_t offset;
    } fields[] = {
        {"Host", offsetof(struct request, host)},
        {"Accept", offsetof(struct request, accept)},
        {"Accept-Encoding", offsetof(struct request, accept_encoding)},
        {"If-None-Match", offsetof(struct request, if_none_match)},
        {"User-Agent", offsetof(struct request, user_agent)},
        {"Referer", offsetof(struct request, referer)},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (strcasecmp(name, fields[i].name) == 0)
            return (const char **)((char *)request + fields[i].offset);
    return NULL;
}

static enum MHD_Result read_header(void *context, enum MHD_ValueKind kind, const char *name,
                                   const char *value)
{
    (void)kind;
    struct request *request = context;
    const char **field = field_of(request, name);
    if (field == NULL || value == NULL)
        return MHD_YES;
    if (*field == NULL)
        *field = value;
    else
        join(request, field, value);
    return MHD_YES;
}

static enum request_method method_of(const char *name)
{
    if (strcmp(name, MHD_HTTP_METHOD_GET) == 0)
        return METHOD_GET;
    if (strcmp(name, MHD_HTTP_METHOD_HEAD) == 0)
        return METHOD_HEAD;
    if (strcmp(name, MHD_HTTP_METHOD_OPTIONS) == 0)
        return METHOD_OPTIONS;
    return METHOD_OTHER;
}

/* libmicrohttpd decodes the path in place, so that a %00 would hide what stands behind it. */
static bool path_has_nul(const char *target)
{
    const char *nul = target != NULL ? strstr(target, "%00") : NULL;
    return nul != NULL && memchr(target, '?', (size_t)(nul - target)) == NULL;
}

/* Parts of the path come back in error messages, which must be text. */
static bool path_is_text(const char *path)
{
    for (const char *c = path; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return false;
    return utf8_is_valid(path, strlen(path));
}

void request_read(struct request *request, struct MHD_Connection *connection, const char *method,
                  const char *path, const char *target)
{
    request->method = method_of(method);
    request->method_name = method;
    request->path = path_has_nul(target) || !path_is_text(path) ? "" : path;
    request->target = target;
    const char *question_mark = target != NULL ? strchr(target, '?') : NULL;
    request->query_text = question_mark != NULL ? question_mark + 1 : "";
    request->query_length = strlen(request->query_text);
    request->host = NULL;
    request->accept = NULL;
    request->accept_encoding = NULL;
    request->if_none_match = NULL;
    request->user_agent = NULL;
    request->referer = NULL;
    request->joined_length = 0;
    MHD_get_connection_values(connection, MHD_HEADER_KIND, read_header, request);
}

int request_parse_query(struct request *request, struct failure *failure)
{
    if (query_string_parse(&request->query, request->query_text, request->query_length,
                           &failure->error) == 0)
        return 0;
    failure->status = 400;
    return -1;
}
