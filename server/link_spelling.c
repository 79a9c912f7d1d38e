/* Spellings are form-encoded anew, as crates.io does: `q=a%20b` and `q=a+b` are one spelling, and a
   link is plain ASCII whatever the client sent. The sizes cannot overflow: the decoded parameters
   are not longer than the query, form encoding triples them at most, and every pair but the one with
   the hole keeps the separators that it had; an absent `=` or a new `seek` is what the spare room
   is for. */
#include "server/link_spelling.h"

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

static void append_hole(struct link_spelling *spelling, const char *name)
{
    append_pair(spelling, name, strlen(name), NULL, 0);
    spelling->value_at = spelling->length;
}

void link_spelling_write(struct link_spelling *spelling, const struct query_string *query)
{
    const char *hole = query_string_find(query, "page") != NULL ? "page" : "seek";
    bool hole_is_written = false;
    spelling->length = 0;
    spelling->value_at = 0;
    for (size_t i = 0; i < query->n_parameters; i++) {
        const struct query_parameter *parameter = &query->parameters[i];
        if (strcmp(parameter->name, hole) != 0) {
            append_pair(spelling, parameter->name, parameter->name_length, parameter->value,
                        parameter->value_length);
        } else if (!hole_is_written) {
            append_hole(spelling, hole);
            hole_is_written = true;
        }
    }
    if (!hole_is_written)
        append_hole(spelling, hole);
}

bool link_spelling_equals(const struct link_spelling *spelling, size_t value_at, const char *text,
                          size_t length)
{
    return spelling->value_at == value_at && spelling->length == length &&
           memcmp(spelling->text, text, length) == 0;
}

size_t link_write(char link[LINK_MAX_BYTES], const struct link_spelling *spelling,
                  const char *value, size_t value_length)
{
    size_t length = 0;
    link[length++] = '?';
    memcpy(link + length, spelling->text, spelling->value_at);
    length += spelling->value_at;
    (void)query_string_encode(link, LINK_MAX_BYTES, &length, value, value_length);
    size_t rest = spelling->length - spelling->value_at;
    memcpy(link + length, spelling->text + spelling->value_at, rest);
    return length + rest;
}
