/* Two parties who disagree about where a request ends can be played against each other (request
   smuggling): whatever allows two readings is refused, and the connection ends there. libmicrohttpd
   reads leniently: it takes the first of two Content-Length fields, prefers Transfer-Encoding to
   both, waits for the connection's end after a transfer coding that it does not know, and needs no
   Host.

   One pass over the fields collects what the checks need. */
#include "server/http/request_head.h"

#include "server/http/token.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct head {
    struct request_fields *fields;
    unsigned n_hosts;
    unsigned n_lengths;
    unsigned n_codings;
    const char *length; /* the last of each */
    const char *coding;
    size_t n_bytes;
    bool has_bad_name;
};

static bool name_is(const char *name, size_t size, const char *expected)
{
    return size == strlen(expected) && strncasecmp(name, expected, size) == 0;
}

/* White space before the colon or in front of the line (sections 5.1 and 2.2) makes no token. Nor
   does most of what libmicrohttpd makes of a field that goes on in a second line (section 5.2): it
   appends that line to the name. Of the two names that tell where a request ends, nothing may come
   of it. */
static bool is_field_name(const char *name, size_t size)
{
    static const struct {
        const char *name;
        size_t length;
    } framing[] = {
        {MHD_HTTP_HEADER_CONTENT_LENGTH, sizeof MHD_HTTP_HEADER_CONTENT_LENGTH - 1},
        {MHD_HTTP_HEADER_TRANSFER_ENCODING, sizeof MHD_HTTP_HEADER_TRANSFER_ENCODING - 1},
    };
    for (size_t i = 0; i < size; i++)
        if (!is_token_byte(name[i]))
            return false;
    for (size_t i = 0; i < sizeof framing / sizeof framing[0]; i++)
        if (size > framing[i].length && strncasecmp(name, framing[i].name, framing[i].length) == 0)
            return false;
    return size > 0;
}

static enum MHD_Result see_field(void *context, enum MHD_ValueKind kind, const char *name,
                                 size_t name_size, const char *value, size_t value_size)
{
    (void)kind;
    struct head *head = context;
    head->n_bytes += name_size + value_size + 4;
    const char **field = request_fields_find(head->fields, name, name_size);
    if (field != NULL) {
        head->n_hosts += field == &head->fields->host;
        head->fields->has_repeated |= *field != NULL && value != NULL;
        if (value != NULL)
            *field = value;
    } else if (name_is(name, name_size, MHD_HTTP_HEADER_CONTENT_LENGTH)) {
        head->n_lengths++;
        head->length = value;
    } else if (name_is(name, name_size, MHD_HTTP_HEADER_TRANSFER_ENCODING)) {
        head->n_codings++;
        head->coding = value;
    } else if (!is_field_name(name, name_size)) {
        head->has_bad_name = true;
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

static int check_framing(const struct head *head, bool is_http_1_0, struct failure *failure)
{
    if (head->n_codings > 0) {
        if (head->n_lengths > 0)
            return failure_set(failure, 400, "both Content-Length and Transfer-Encoding");
        if (is_http_1_0)
            return failure_set(failure, 400, "Transfer-Encoding in HTTP/1.0");
        if (head->n_codings > 1 || head->coding == NULL || strcasecmp(head->coding, "chunked") != 0)
            return failure_set(failure, 501, "the only Transfer-Encoding is chunked");
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

int request_head_check(struct MHD_Connection *connection, const char *version, const char *target,
                       struct request_fields *fields, struct failure *failure)
{
    struct head head = {.fields = fields};
    *fields = (struct request_fields){0};
    bool is_http_1_0 = strcmp(version, MHD_HTTP_VERSION_1_0) == 0;
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, see_field, &head);
    if (target != NULL && strchr(target, ' ') != NULL)
        return failure_set(failure, 400, "there is a space in the URL");
    if (head.has_bad_name)
        return failure_set(failure, 400, "a field's name is not valid");
    if (head.n_bytes > REQUEST_MAX_HEADER_BYTES)
        return failure_set(failure, 431, "the header fields have more than %d bytes",
                           REQUEST_MAX_HEADER_BYTES);
    if (check_framing(&head, is_http_1_0, failure) != 0)
        return -1;
    return check_host(&head, is_http_1_0, target, failure);
}
