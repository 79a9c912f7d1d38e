/* The rules are the library's; what is added is the status. */
#include "server/parameters/text_parameter.h"

#include <cratedex/search_text.h>

int text_parameter(const struct query_string *query, char *text, size_t *length,
                   struct failure *failure)
{
    const struct query_parameter *q = query_string_find(query, "q");
    *length = 0;
    if (q == NULL)
        return 0;
    if (search_check_text(q->value, q->value_length, &failure->error) != SEARCH_OK) {
        failure->status = 400;
        return -1;
    }
    *length = search_fold_text(text, q->value, q->value_length);
    return 0;
}
