/* One pass over the lines of a head, which looks at the first letter of a name before it compares:
   the client shares its processors with the server it measures. */
#define _GNU_SOURCE /* memmem */
#include "tests/bench/bench_response.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#define STATUS_LINE "HTTP/1.1 200"
#define NOT_FOUND SIZE_MAX

/* The line of a field after the one that `at` is in; NULL where the head's fields are over at
   `end`, behind the last one's line end. So there is always a line end behind what is returned. */
static const char *next_line(const char *at, const char *end)
{
    const char *line_end = memchr(at, '\n', (size_t)(end - at));
    return line_end != NULL && line_end + 1 < end ? line_end + 1 : NULL;
}

/* Where the value of a line begins that has the field of that name; NULL for any other line. */
static const char *value_of(const char *line, const char *end, const char *name, size_t name_size)
{
    if ((size_t)(end - line) <= name_size || line[name_size] != ':' ||
        ((line[0] ^ name[0]) & ~0x20) != 0 || strncasecmp(line, name, name_size) != 0)
        return NULL;
    const char *value = line + name_size + 1;
    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    return value;
}

/* The number that these bytes write; NOT_FOUND where they write none. */
static size_t read_number(const char *at, const char *end)
{
    size_t number = 0;
    if (at == end)
        return NOT_FOUND;
    for (; at < end; at++) {
        if (*at < '0' || *at > '9' || number > (NOT_FOUND - 10) / 10)
            return NOT_FOUND;
        number = 10 * number + (size_t)(*at - '0');
    }
    return number;
}

static bool has_no_body(unsigned status)
{
    return status == 204 || status == 304;
}

int response_head_read(const char *bytes, size_t size, struct response_head *head,
                       struct error *error)
{
    static const char length_field[] = "Content-Length";
    static const char connection_field[] = "Connection";
    const char *end = memmem(bytes, size, "\r\n\r\n", 4);
    if (end == NULL)
        return 0;
    *head = (struct response_head){.size = (size_t)(end - bytes) + 4, .body_bytes = NOT_FOUND};
    size_t status = NOT_FOUND;
    if (head->size > sizeof STATUS_LINE && memcmp(bytes, STATUS_LINE, 9) == 0)
        status = read_number(bytes + 9, bytes + 12);
    if (status == NOT_FOUND)
        return error_set(error, "no answer of HTTP/1.1: %.*s", (int)strcspn(bytes, "\r\n"), bytes);
    head->status = (unsigned)status;
    const char *line = bytes;
    while ((line = next_line(line, end + 2)) != NULL) {
        const char *line_end = memchr(line, '\r', (size_t)(end + 1 - line));
        const char *value = value_of(line, line_end, length_field, sizeof length_field - 1);
        if (value != NULL)
            head->body_bytes = read_number(value, line_end);
        value = value_of(line, line_end, connection_field, sizeof connection_field - 1);
        if (value != NULL && line_end - value == 5 && strncasecmp(value, "close", 5) == 0)
            head->closes = true;
    }
    if (has_no_body(head->status))
        head->body_bytes = 0;
    if (head->body_bytes == NOT_FOUND)
        return error_set(error, "an answer has no Content-Length");
    return 1;
}

const char *response_head_field(const char *bytes, const struct response_head *head,
                                const char *name, size_t *length)
{
    const char *end = bytes + head->size - 2;
    const char *line = bytes;
    while ((line = next_line(line, end)) != NULL) {
        const char *line_end = memchr(line, '\r', (size_t)(end - line));
        const char *value = value_of(line, line_end, name, strlen(name));
        if (value != NULL) {
            *length = (size_t)(line_end - value);
            return value;
        }
    }
    return NULL;
}
