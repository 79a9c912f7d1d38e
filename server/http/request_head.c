/* Two parties who disagree about where a request ends can be played against each other (request
   smuggling): whatever allows two readings is refused, and the connection ends there. libmicrohttpd
   reads leniently: it takes the first of two Content-Length fields, prefers Transfer-Encoding to
   both, waits for the connection's end after a transfer coding that it does not know, needs no
   Host, appends a second line of a field to its name, ends a value at a NUL and the head at a line
   that begins with a colon or a NUL.

   What it did to the bytes shows in where it says that names and values lie. It writes NULs over
   the colon and the end of a line and moves nothing but the name of a field that was folded, so
   that in a head without fault every value lies behind its name, every name behind the value
   before, and the end of the head behind the last value. (Not to be told apart from an end of line:
   a NUL before a bare LF, and a colon alone on a line beside one.)

   One pass over the fields collects what the checks need. */
#include "server/http/request_head.h"

#include "server/http/control_bytes.h"
#include "server/http/token.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What libmicrohttpd keeps for a field, or for one cookie of many, beside its text. */
#define RECORD_BYTES 64
/* What an answer's head may need. */
#define ANSWER_HEAD_BYTES 2560

struct head {
    struct request_fields *fields;
    unsigned n_hosts;
    unsigned n_lengths;
    unsigned n_codings;
    unsigned n_records;
    const char *length; /* the last */
    const char *end;    /* of what was seen last */
    size_t n_bytes;
    size_t cookie_bytes; /* of the field that libmicrohttpd copies */
    bool has_bad_name;
    bool has_fold;
    bool has_gap; /* bytes that belong to no field */
    bool has_control;
};

static bool name_is(const char *name, size_t size, const char *expected)
{
    return size == strlen(expected) && strncasecmp(name, expected, size) == 0;
}

/* White space before the colon or in front of the line (RFC 9112, sections 5.1 and 2.2) makes no
   token, nor does nothing at all. */
static bool is_field_name(const char *name, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!is_token_byte(name[i]))
            return false;
    return size > 0;
}

/* Whether just the end of a line, a bare LF or CRLF, lies between: NULs by now. */
static bool is_next_line(const char *end, const char *line)
{
    return line == end + 1 || (line == end + 2 && end[1] == '\0');
}

/* Whether the last line's end and an empty line lie between. */
static bool is_head_end(const char *end, const char *body)
{
    static const char line_ends[4];
    ptrdiff_t size = body - end;
    return size >= 2 && size <= 4 && memcmp(end, line_ends, (size_t)size) == 0;
}

/* White space behind a value is none of it (RFC 9112, section 5.1); libmicrohttpd leaves it there,
   in memory of the connection's own. */
static void trim_end(const char *value, size_t size)
{
    while (size > 0 && (value[size - 1] == ' ' || value[size - 1] == '\t'))
        ((char *)value)[--size] = '\0';
}

static void see_known_field(struct head *head, const char **field, const char *value,
                            size_t value_size)
{
    head->n_hosts += field == &head->fields->host;
    head->fields->has_repeated |= *field != NULL;
    trim_end(value, value_size);
    *field = value;
}

static enum MHD_Result see_field(void *context, enum MHD_ValueKind kind, const char *name,
                                 size_t name_size, const char *value, size_t value_size)
{
    struct head *head = context;
    head->n_records++;
    if (kind != MHD_HEADER_KIND)
        return MHD_YES;
    head->n_bytes += name_size + value_size + 4;
    head->has_fold |= value <= name + name_size;
    head->has_gap |= !is_next_line(head->end, name);
    head->has_control |= has_control(value, value_size);
    head->end = value + value_size;
    const char **field = request_fields_find(head->fields, name, name_size);
    if (field != NULL) {
        see_known_field(head, field, value, value_size);
    } else if (name_is(name, name_size, MHD_HTTP_HEADER_CONTENT_LENGTH)) {
        head->n_lengths++;
        head->length = value;
    } else if (name_is(name, name_size, MHD_HTTP_HEADER_TRANSFER_ENCODING)) {
        head->n_codings++;
    } else if (!is_field_name(name, name_size)) {
        head->has_bad_name = true;
    } else if (head->cookie_bytes == 0 && name_is(name, name_size, MHD_HTTP_HEADER_COOKIE)) {
        head->cookie_bytes = value_size + 1;
    }
    return MHD_YES;
}

/* The letters of reg-name (RFC 3986, section 3.2.2). Every request has a host, so this is a
   look-up. */
static bool is_host_byte(char c)
{
    static const bool others[128] = {
        ['.'] = true, ['-'] = true, ['_'] = true,  ['~'] = true, ['%'] = true, ['!'] = true,
        ['$'] = true, ['&'] = true, ['\''] = true, ['('] = true, [')'] = true, ['*'] = true,
        ['+'] = true, [','] = true, [';'] = true,  ['='] = true,
    };
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           ((unsigned char)c < 128 && others[(unsigned char)c]);
}

/* Whether the first `length` bytes of a NUL-terminated text are a host with or without a port: a
   name, an IPv4 address, an IPv6 address in brackets. Such text can be put into a URL as it is. */
static bool host_is_valid(const char *text, size_t length)
{
    size_t at = 0;
    if (length > 0 && text[0] == '[') {
        at = 1 + strspn(text + 1, "0123456789ABCDEFabcdef:.");
        if (at == 1 || at >= length || text[at++] != ']')
            return false;
    } else {
        while (at < length && is_host_byte(text[at]))
            at++;
        if (at == 0)
            return false;
    }
    if (at < length && text[at++] != ':')
        return false;
    while (at < length && text[at] >= '0' && text[at] <= '9')
        at++;
    return at == length;
}

const char *absolute_form_authority(const char *target, size_t *length)
{
    const char *authority = NULL;
    if (target[0] == '/') /* as nearly every target does */
        return NULL;
    if (strncasecmp(target, "http://", 7) == 0)
        authority = target + 7;
    else if (strncasecmp(target, "https://", 8) == 0)
        authority = target + 8;
    if (authority != NULL)
        *length = strcspn(authority, "/?#");
    return authority;
}

/* Of a head whose bytes mean nothing else to others. */
static int check_lines(const struct head *head, const char *head_end, struct failure *failure)
{
    if (head->has_fold)
        return failure_set(failure, 400, "a header field goes on in a second line");
    if (head->has_bad_name)
        return failure_set(failure, 400, "a field's name is not valid");
    if (head->has_control)
        return failure_set(failure, 400, "there is a control character in a header field");
    if (head->has_gap || !is_head_end(head->end, head_end))
        return failure_set(failure, 400, "there is a NUL or an empty field name in the head");
    return 0;
}

/* What has to fit into the connection's memory together: the head as sent, what libmicrohttpd keeps
   beside it, and the answer's head. It has refused the rest already, with a page of its own. */
static int check_size(const struct head *head, size_t head_size, bool has_target,
                      struct failure *failure)
{
    if (head->n_bytes > REQUEST_MAX_HEADER_BYTES)
        return failure_set(failure, 431, "the header fields have more than %d bytes",
                           REQUEST_MAX_HEADER_BYTES);
    if (head_size + (size_t)head->n_records * RECORD_BYTES + head->cookie_bytes +
            ANSWER_HEAD_BYTES <=
        REQUEST_MEMORY_BYTES)
        return 0;
    if (!has_target)
        return failure_set(failure, 414, "the URL is longer than %d bytes",
                           REQUEST_MAX_TARGET_BYTES);
    return failure_set(failure, 431, "there are too many header fields or cookies (%u)",
                       head->n_records);
}

/* No method that we have gives a body a meaning, so no transfer coding is understood, chunked
   neither; section 6.1 has 501 for those. */
static int check_framing(const struct head *head, bool is_http_1_0, struct failure *failure)
{
    if (head->n_codings > 0) {
        if (head->n_lengths > 0)
            return failure_set(failure, 400, "both Content-Length and Transfer-Encoding");
        if (is_http_1_0)
            return failure_set(failure, 400, "Transfer-Encoding in HTTP/1.0");
        return failure_set(failure, 501,
                           "Transfer-Encoding is not implemented: a body needs a Content-Length");
    }
    if (head->n_lengths > 1)
        return failure_set(failure, 400, "more than one Content-Length");
    /* libmicrohttpd has refused what is no number. */
    if (head->n_lengths == 1 && strtoull(head->length, NULL, 10) > REQUEST_MAX_BODY_BYTES)
        return failure_set(failure, 413, "the request's body is longer than %d bytes",
                           REQUEST_MAX_BODY_BYTES);
    return 0;
}

static int check_host(const struct head *head, bool is_http_1_0, const char *target,
                      struct failure *failure)
{
    size_t length = 0;
    const char *authority = target != NULL ? absolute_form_authority(target, &length) : NULL;
    if (head->n_hosts > 1)
        return failure_set(failure, 400, "more than one Host");
    if (head->n_hosts == 0 && !is_http_1_0)
        return failure_set(failure, 400, "there is no Host");
    const char *host = head->fields->host;
    bool has_text = host != NULL && host[0] != '\0';
    if ((has_text && !host_is_valid(host, strlen(host))) ||
        (authority != NULL && !host_is_valid(authority, length)))
        return failure_set(failure, 400, "the host is not valid");
    return 0;
}

/* The method, the URL and the version, where libmicrohttpd left them, are parted by the NULs that
   it wrote over a space. More spaces it passes over in front of the URL alone. */
static int check_request_line(const struct request_line *line, struct failure *failure)
{
    if (line->target == NULL)
        return 0;
    const char *behind_method = line->method + strlen(line->method) + 1;
    if (behind_method + strspn(behind_method, " ") != line->url)
        return failure_set(failure, 400, "there is a NUL in the method");
    size_t length = strlen(line->target);
    if (line->url + length + 1 != line->version)
        return failure_set(failure, 400, "there is a NUL in the URL");
    if (!has_control_or_space(line->target, length))
        return 0;
    return failure_set(failure, 400,
                       memchr(line->target, ' ', length) != NULL
                           ? "there is a space in the URL"
                           : "there is a control character in the URL");
}

static size_t head_size(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info != NULL ? info->header_size : 0;
}

int request_head_check(struct MHD_Connection *connection, const struct request_line *line,
                       struct request_fields *fields, struct failure *failure)
{
    struct head head = {.fields = fields, .end = line->version + strlen(line->version)};
    *fields = (struct request_fields){0};
    bool is_http_1_0 = strcmp(line->version, MHD_HTTP_VERSION_1_0) == 0;
    size_t size = head_size(connection);
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND | MHD_COOKIE_KIND, see_field, &head);
    if (check_request_line(line, failure) != 0 ||
        check_lines(&head, line->method + size, failure) != 0 ||
        check_size(&head, size, line->target != NULL, failure) != 0 ||
        check_framing(&head, is_http_1_0, failure) != 0)
        return -1;
    return check_host(&head, is_http_1_0, line->target, failure);
}
