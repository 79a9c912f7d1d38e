/* The header fields that matter were seen when the head was checked. Where one came in several
   lines, a second pass joins them by commas, as RFC 9110 (section 5.3) reads them. Where that does
   not fit into the request's own room the last line counts: it is the one that the nearest proxy
   wrote, and negotiation only falls back to a default. */
#include "server/http/request.h"

#include "server/http/request_head.h"

#include <cratedex/utf8.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

static void join(struct request *request, const char **field, const char *more)
{
    size_t length = strlen(*field);
    size_t more_length = strlen(more);
    size_t room = sizeof request->joined - request->joined_length;
    if (length >= room || more_length + 3 > room - length) {
        *field = more;
        return;
    }
    char *joined = request->joined + request->joined_length;
    memcpy(joined, *field, length);
    memcpy(joined + length, ", ", 2);
    memcpy(joined + length + 2, more, more_length + 1);
    request->joined_length += length + more_length + 3;
    *field = joined;
}

static enum MHD_Result read_header(void *context, enum MHD_ValueKind kind, const char *name,
                                   size_t name_size, const char *value, size_t value_size)
{
    (void)kind;
    (void)value_size;
    struct request *request = context;
    const char **field = request_fields_find(&request->fields, name, name_size);
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
    static const char *const others[] = {
        MHD_HTTP_METHOD_POST,  MHD_HTTP_METHOD_PUT,     MHD_HTTP_METHOD_DELETE,
        MHD_HTTP_METHOD_PATCH, MHD_HTTP_METHOD_CONNECT, MHD_HTTP_METHOD_TRACE,
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcmp(name, others[i]) == 0)
            return METHOD_OTHER;
    return METHOD_UNKNOWN;
}

/* libmicrohttpd decodes the path in place, so that a %00 would hide what stands behind it, and a
   %2F would be taken for a slash that parts two segments (RFC 3986, section 2.2: the two
   differ). */
static bool path_decodes_badly(const char *target)
{
    const char *query = strchr(target, '?');
    for (const char *at = strchr(target, '%'); at != NULL && (query == NULL || at < query);
         at = strchr(at + 1, '%'))
        if (strncmp(at, "%00", 3) == 0 || strncasecmp(at, "%2f", 3) == 0)
            return true;
    return false;
}

/* Parts of the path come back in error messages, which must be text. */
static bool path_is_text(const char *path)
{
    for (const char *c = path; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return false;
    return utf8_is_valid(path, strlen(path));
}

/* The authority goes before Host (RFC 9112, section 3.2.2). */
static void set_host(struct request *request, const char *target)
{
    size_t length = 0;
    const char *authority = target != NULL ? absolute_form_authority(target, &length) : NULL;
    if (authority != NULL && length < sizeof request->joined - request->joined_length) {
        char *copy = request->joined + request->joined_length;
        memcpy(copy, authority, length);
        copy[length] = '\0';
        request->joined_length += length + 1;
        request->host = copy;
    }
    if (request->host != NULL && request->host[0] == '\0')
        request->host = NULL;
}

/* What is behind the authority of an absolute-form target; an empty path is `/`. */
static const char *origin_form(const char *path)
{
    size_t length = 0;
    const char *authority = absolute_form_authority(path, &length);
    if (authority == NULL)
        return path;
    return authority[length] == '/' ? authority + length : "/";
}

void request_read(struct request *request, struct MHD_Connection *connection,
                  const struct request_fields *fields, const char *method, const char *path,
                  const char *target)
{
    request->method = method_of(method);
    request->method_name = method;
    request->path = path;
    request->target = target;
    request->scheme = "http";
    request->joined_length = 0;
    request->fields = *fields;
    if (fields->has_repeated) {
        request->fields = (struct request_fields){0};
        MHD_get_connection_values_n(connection, MHD_HEADER_KIND, read_header, request);
    }
    request->host = request->fields.host;
    request->id = request->fields.id;
    set_host(request, target);
    if (request->id != NULL && !request_id_is_sane(request->id))
        request->id = NULL;
}

void request_read_target(struct request *request)
{
    const char *target = request->target;
    request->path = origin_form(request->path);
    if ((target != NULL && path_decodes_badly(target)) || !path_is_text(request->path))
        request->path = "";
    const char *question_mark = target != NULL ? strchr(target, '?') : NULL;
    request->query_text = question_mark != NULL ? question_mark + 1 : "";
    request->query_length = strlen(request->query_text);
}

const char *request_id(struct request *request)
{
    if (request->id == NULL) {
        request_id_make(request->made_id);
        request->id = request->made_id;
    }
    return request->id;
}

int request_parse_query(struct request *request, struct query_string *query,
                        struct failure *failure)
{
    request->query = query;
    if (query_string_parse(query, request->query_text, request->query_length, &failure->error) == 0)
        return 0;
    failure->status = 400;
    return -1;
}
