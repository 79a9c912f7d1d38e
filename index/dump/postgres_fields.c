/* PostgreSQL's text forms. Numbers and bytea are checked and copied in one pass.

   An array is walked in place: an element without a backslash is a part of the text itself. Only
   the first element that has one allocates: a scratch of the size of the whole text, which all
   later ones share. An error leaves the walk where it is, so that it is reported again if asked. */
#include "index/dump/postgres_fields.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum array_state { ARRAY_AT_START, ARRAY_AFTER_ELEMENT, ARRAY_AT_END };

int postgres_integer(const char *text, size_t length, int64_t *value)
{
    size_t i = 0;
    bool is_negative = length > 0 && text[0] == '-';
    if (length > 0 && (text[0] == '-' || text[0] == '+'))
        i = 1;
    if (i == length)
        return -1;
    int64_t result = 0;
    for (; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        int digit = text[i] - '0';
        /* Counted downwards for negative numbers, as the least one has no positive twin. */
        if (__builtin_mul_overflow(result, 10, &result) ||
            __builtin_add_overflow(result, is_negative ? -digit : digit, &result))
            return -1;
    }
    *value = result;
    return 0;
}

int postgres_hex(const char *text, size_t length, char *hex, size_t capacity)
{
    if (length % 2 != 0 || length >= capacity)
        return -1;
    for (size_t i = 0; i < length; i++) {
        char digit = text[i];
        if (digit >= 'A' && digit <= 'F')
            digit = (char)(digit - 'A' + 'a');
        if (!((digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f')))
            return -1;
        hex[i] = digit;
    }
    hex[length] = '\0';
    return 0;
}

int postgres_bytea(const char *text, size_t length, char *hex, size_t capacity)
{
    if (length < 2 || text[0] != '\\' || text[1] != 'x')
        return -1;
    return postgres_hex(text + 2, length - 2, hex, capacity);
}

void postgres_array_open(struct postgres_array *array, const char *text, size_t length)
{
    *array = (struct postgres_array){
        .cursor = text, .end = text + length, .length = length, .state = ARRAY_AT_START};
}

void postgres_array_close(struct postgres_array *array)
{
    free(array->unescaped);
    array->unescaped = NULL;
}

static bool is_space(char character)
{
    return character == ' ' || (character >= '\t' && character <= '\r');
}

static const char *skip_spaces(const char *at, const char *end)
{
    while (at < end && is_space(*at))
        at++;
    return at;
}

/* Stores the bytes from `start` to `end` as the element's text, backslashes resolved. */
static int set_text(struct postgres_array *array, struct postgres_element *element,
                    const char *start, const char *end, struct error *error)
{
    element->text = start;
    element->length = (size_t)(end - start);
    element->is_null = false;
    if (memchr(start, '\\', element->length) == NULL)
        return 0;
    if (array->unescaped == NULL) {
        array->unescaped = malloc(array->length);
        if (array->unescaped == NULL)
            return error_out_of_memory(error);
    }
    size_t length = 0;
    for (const char *at = start; at < end; at++) {
        if (*at == '\\')
            at++; /* the scan has seen that a byte follows */
        array->unescaped[length++] = *at;
    }
    element->text = array->unescaped;
    element->length = length;
    return 0;
}

static int read_quoted(struct postgres_array *array, struct postgres_element *element,
                       const char *start, struct error *error)
{
    const char *at = start;
    while (at < array->end && *at != '"') {
        if (*at == '\\' && ++at == array->end)
            break;
        at++;
    }
    if (at == array->end)
        return error_set(error, "not an array: a quote is not closed");
    if (set_text(array, element, start, at, error) < 0)
        return -1;
    array->cursor = at + 1;
    return 1;
}

static int read_plain(struct postgres_array *array, struct postgres_element *element,
                      const char *start, struct error *error)
{
    const char *at = start;
    const char *last = start; /* behind the last byte that is no space, or that is escaped */
    while (at < array->end && *at != ',' && *at != '}') {
        if (*at == '"')
            return error_set(error, "not an array: a quote inside of an element");
        if (*at == '{')
            return error_set(error, "not an array: a brace inside of an element");
        bool is_escape = *at == '\\';
        if (is_escape && ++at == array->end)
            break;
        at++;
        if (is_escape || !is_space(at[-1]))
            last = at;
    }
    if (at == array->end)
        return error_set(error, "not an array: the closing brace is missing");
    if (last == start)
        return error_set(error, "not an array: an empty element without quotes");
    if (set_text(array, element, start, last, error) < 0)
        return -1;
    array->cursor = at;
    if (element->text == start && element->length == 4 && strncasecmp(start, "NULL", 4) == 0)
        *element = (struct postgres_element){.text = "", .length = 0, .is_null = true};
    return 1;
}

static int read_element(struct postgres_array *array, struct postgres_element *element,
                        const char *at, struct error *error)
{
    at = skip_spaces(at, array->end);
    if (at < array->end && *at == '{')
        return error_set(error, "not an array of one dimension");
    int result = at < array->end && *at == '"' ? read_quoted(array, element, at + 1, error)
                                               : read_plain(array, element, at, error);
    if (result == 1)
        array->state = ARRAY_AFTER_ELEMENT;
    return result;
}

static int end_array(struct postgres_array *array, const char *at, struct error *error)
{
    if (skip_spaces(at, array->end) != array->end)
        return error_set(error, "not an array: text after the closing brace");
    array->state = ARRAY_AT_END;
    return 0;
}

int postgres_array_next(struct postgres_array *array, struct postgres_element *element,
                        struct error *error)
{
    if (array->state == ARRAY_AT_END)
        return 0;
    const char *at = skip_spaces(array->cursor, array->end);
    if (array->state == ARRAY_AT_START) {
        if (at < array->end && *at == '[')
            return error_set(error, "not an array that counts from one");
        if (at == array->end || *at != '{')
            return error_set(error, "not an array: the opening brace is missing");
        const char *inside = skip_spaces(at + 1, array->end);
        if (inside < array->end && *inside == '}')
            return end_array(array, inside + 1, error);
        return read_element(array, element, inside, error);
    }
    if (at == array->end)
        return error_set(error, "not an array: the closing brace is missing");
    if (*at == '}')
        return end_array(array, at + 1, error);
    if (*at != ',')
        return error_set(error, "not an array: no comma after an element");
    return read_element(array, element, at + 1, error);
}
