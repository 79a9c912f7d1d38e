/* All cases of a table are looked at, so that one run shows all that differ. */
#include "tests/support/query_text_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *join_names(const struct query_text *read)
{
    static char joined[SEARCH_MAX_TEXT_BYTES + 1];
    size_t length = 0;
    joined[0] = '\0';
    for (size_t i = 0; i < read->names.n_names; i++)
        length +=
            (size_t)snprintf(joined + length, sizeof joined - length, "%s%.*s", i > 0 ? " " : "",
                             (int)read->names.names[i].length, read->names.names[i].data);
    if (read->names.version.data != NULL)
        snprintf(joined + length, sizeof joined - length, "@%.*s", (int)read->names.version.length,
                 read->names.version.data);
    return joined;
}

void query_text_expect(enum query_text_kind kind, const struct query_text_case *cases,
                       size_t n_cases)
{
    static struct query_text reading;
    size_t n_wrong = 0;
    for (size_t i = 0; i < n_cases; i++) {
        const struct query_text_case *text = &cases[i];
        char found[SEARCH_MAX_TEXT_BYTES + 1];
        query_text_read(&reading, (struct search_string){text->typed, strlen(text->typed)});
        if (kind == QUERY_TEXT_PLAIN)
            snprintf(found, sizeof found, "%.*s", (int)reading.text.length, reading.text.data);
        else
            snprintf(found, sizeof found, "%s", join_names(&reading));
        if (reading.kind != kind || strcmp(found, text->expected) != 0) {
            print_error("\"%s\" is \"%s\" of kind %d, not \"%s\"\n", text->typed, found,
                        reading.kind, text->expected);
            n_wrong++;
        }
    }
    assert_int_equal(n_wrong, 0);
}
