/* As crates.io does, the parameter that a link sets is dropped, each time that it was given, and
   appended; all others stay, repeated ones (`ids[]`) as often as they came. What stays is
   form-encoded anew: `q=a%20b` and `q=a+b` are one spelling, and a link is plain ASCII whatever the
   client sent. The sizes cannot overflow: the decoded parameters are not longer than the query,
   form encoding triples them at most, and every pair keeps the separators that it had; an absent
   `=` or the parameter that is appended is what the spare room is for. */
#include "server/parameters/link_spelling.h"

#include <string.h>

static void append(struct link_spelling *spelling, const char *text, size_t length)
{
    if (length > sizeof spelling->text - spelling->length)
        return;
    memcpy(spelling->text + spelling->length, text, length);
    spelling->length += length;
}

static void append_pair(struct link_spelling *spelling, const char *name, size_t name_length,
                        const char *value, size_t value_length)
{
    if (spelling->length > 0)
        append(spelling, "&", 1);
    (void)query_string_encode(spelling->text, sizeof spelling->text, &spelling->length, name,
                              name_length);
    append(spelling, "=", 1);
    if (value_length > 0)
        (void)query_string_encode(spelling->text, sizeof spelling->text, &spelling->length, value,
                                  value_length);
}

void link_spelling_write(struct link_spelling *spelling, const struct query_string *query)
{
    const char *set = query_string_find(query, "page") != NULL ? "page" : "seek";
    spelling->length = 0;
    for (size_t i = 0; i < query->n_parameters; i++) {
        const struct query_parameter *parameter = &query->parameters[i];
        if (strcmp(parameter->name, set) != 0)
            append_pair(spelling, parameter->name, parameter->name_length, parameter->value,
                        parameter->value_length);
    }
    append_pair(spelling, set, strlen(set), NULL, 0);
}

bool link_spelling_equals(const struct link_spelling *spelling, const char *text, size_t length)
{
    return spelling->length == length && memcmp(spelling->text, text, length) == 0;
}

size_t link_write(char link[LINK_MAX_BYTES], const struct link_spelling *spelling,
                  const char *value, size_t value_length)
{
    size_t length = 0;
    link[length++] = '?';
    memcpy(link + length, spelling->text, spelling->length);
    length += spelling->length;
    (void)query_string_encode(link, LINK_MAX_BYTES, &length, value, value_length);
    return length;
}
