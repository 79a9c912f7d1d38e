/* One pass cuts the text at `&` and `=`, decodes names and values into the struct's own buffer and
   checks them. The buffer cannot overflow: decoding never lengthens, and every pair adds two NULs,
   one of which stands for its `&` or `=`; so the text's length plus two a pair bounds it, which is
   less than twice QUERY_STRING_MAX_BYTES. Nothing is shared: a query_string belongs to one
   request. */
#include "server/http/query_string.h"

#include <cratedex/utf8.h>
#include <string.h>

_Static_assert(2 * QUERY_STRING_MAX_PARAMETERS <= QUERY_STRING_MAX_BYTES,
               "the decoded texts and their NULs fit the buffer");

/* The value of a hexadecimal digit, or -1. */
static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Decodes `text` to `out`, which has room, appends a NUL and returns the length without it. */
static size_t decode(char *out, const char *text, size_t length)
{
    size_t n_decoded = 0;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (c == '+') {
            c = ' ';
        } else if (c == '%' && length - i > 2 && hex_value(text[i + 1]) >= 0 &&
                   hex_value(text[i + 2]) >= 0) {
            c = (char)(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        }
        out[n_decoded++] = c;
    }
    out[n_decoded] = '\0';
    return n_decoded;
}

static int check_text(const char *text, size_t length, struct error *error)
{
    if (memchr(text, '\0', length) != NULL)
        return error_set(error, "the query string contains a NUL byte");
    if (!utf8_is_valid(text, length))
        return error_set(error, "the query string is not valid UTF-8");
    return 0;
}

/* Decodes one pair of `length` bytes to `*decoded` and moves that behind it. */
static int parse_pair(struct query_parameter *parameter, char **decoded, const char *pair,
                      size_t length, struct error *error)
{
    const char *equals = memchr(pair, '=', length);
    size_t name_length = equals != NULL ? (size_t)(equals - pair) : length;
    size_t value_start = equals != NULL ? name_length + 1 : length;

    parameter->raw = pair;
    parameter->raw_length = length;
    parameter->name = *decoded;
    parameter->name_length = decode(*decoded, pair, name_length);
    *decoded += parameter->name_length + 1;
    parameter->value = *decoded;
    parameter->value_length = decode(*decoded, pair + value_start, length - value_start);
    *decoded += parameter->value_length + 1;

    if (check_text(parameter->name, parameter->name_length, error) < 0)
        return -1;
    return check_text(parameter->value, parameter->value_length, error);
}

int query_string_parse(struct query_string *query, const char *text, size_t length,
                       struct error *error)
{
    query->n_parameters = 0;
    if (length > QUERY_STRING_MAX_BYTES)
        return error_set(error, "the query string is longer than %d bytes", QUERY_STRING_MAX_BYTES);

    char *decoded = query->decoded;
    size_t start = 0;
    while (start < length) {
        const char *ampersand = memchr(text + start, '&', length - start);
        size_t end = ampersand != NULL ? (size_t)(ampersand - text) : length;
        if (end > start) {
            if (query->n_parameters == QUERY_STRING_MAX_PARAMETERS)
                return error_set(error, "the query string has more than %d parameters",
                                 QUERY_STRING_MAX_PARAMETERS);
            if (parse_pair(&query->parameters[query->n_parameters], &decoded, text + start,
                           end - start, error) < 0)
                return -1;
            query->n_parameters++;
        }
        start = end + 1;
    }
    return 0;
}

const struct query_parameter *query_string_find(const struct query_string *query, const char *name)
{
    size_t name_length = strlen(name);
    for (size_t i = query->n_parameters; i-- > 0;) {
        const struct query_parameter *parameter = &query->parameters[i];
        if (parameter->name_length == name_length &&
            memcmp(parameter->name, name, name_length) == 0)
            return parameter;
    }
    return NULL;
}

/* Stays as it is in form encoding. Not isalnum: that depends on the locale. */
static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '*' ||
           c == '-' || c == '.' || c == '_';
}

int query_string_encode(char *out, size_t capacity, size_t *out_length, const char *value,
                        size_t length)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t at = *out_length;
    for (size_t i = 0; i < length; i++) {
        char c = value[i];
        size_t n_needed = is_plain(c) || c == ' ' ? 1 : 3;
        if (at > capacity || capacity - at < n_needed)
            return -1;
        if (n_needed == 1) {
            out[at++] = c == ' ' ? '+' : c;
        } else {
            unsigned char byte = (unsigned char)c;
            out[at++] = '%';
            out[at++] = digits[byte >> 4];
            out[at++] = digits[byte & 15];
        }
    }
    *out_length = at;
    return 0;
}
