/* Any bytes as a query string: what is accepted is UTF-8 without NUL bytes inside the struct's
   buffer, and writing the pairs out and reading them again gives the same pairs. */
#include "server/http/query_string.h"

#include <cratedex/utf8.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void require_text(const struct query_string *query, const char *text, size_t length)
{
    require(text >= query->decoded && length < sizeof query->decoded &&
            (size_t)(text - query->decoded) < sizeof query->decoded - length);
    require(strlen(text) == length);
    require(utf8_is_valid(text, length));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct query_string query, again;
    static char text[4 * QUERY_STRING_MAX_BYTES];
    struct error error;
    if (query_string_parse(&query, (const char *)data, size, &error) < 0) {
        require(error.message[0] != '\0');
        return 0;
    }
    size_t length = 0;
    for (size_t i = 0; i < query.n_parameters; i++) {
        const struct query_parameter *parameter = &query.parameters[i];
        require_text(&query, parameter->name, parameter->name_length);
        require_text(&query, parameter->value, parameter->value_length);
        require(parameter->raw_length > 0 &&
                memchr(parameter->raw, '&', parameter->raw_length) == NULL);
        require(query_string_find(&query, parameter->name) >= parameter);
        if (i > 0)
            text[length++] = '&';
        require(query_string_encode(text, sizeof text, &length, parameter->name,
                                    parameter->name_length) == 0);
        text[length++] = '=';
        require(query_string_encode(text, sizeof text, &length, parameter->value,
                                    parameter->value_length) == 0);
    }
    if (length > QUERY_STRING_MAX_BYTES)
        return 0;
    require(query_string_parse(&again, text, length, &error) == 0);
    require(again.n_parameters == query.n_parameters);
    for (size_t i = 0; i < query.n_parameters; i++) {
        require(strcmp(query.parameters[i].name, again.parameters[i].name) == 0);
        require(strcmp(query.parameters[i].value, again.parameters[i].value) == 0);
    }
    return 0;
}
