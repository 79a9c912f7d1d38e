/* A client may write the same values in any order and more than once; what is made of them should
   not differ. */
#include "server/parameters/string_list.h"

#include <stdlib.h>
#include <string.h>

static int compare_strings(const void *left, const void *right)
{
    const struct search_string *a = left;
    const struct search_string *b = right;
    int order = memcmp(a->data, b->data, a->length < b->length ? a->length : b->length);
    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

size_t string_list_sort(struct search_string *strings, size_t n_strings)
{
    if (n_strings == 0)
        return 0;
    qsort(strings, n_strings, sizeof strings[0], compare_strings);
    size_t n_kept = 1;
    for (size_t i = 1; i < n_strings; i++)
        if (compare_strings(&strings[i], &strings[n_kept - 1]) != 0)
            strings[n_kept++] = strings[i];
    return n_kept;
}

size_t string_list_collect(const struct query_string *query, const char *name,
                           struct search_string *strings)
{
    size_t n_strings = 0;
    for (size_t i = 0; i < query->n_parameters; i++) {
        const struct query_parameter *parameter = &query->parameters[i];
        if (strcmp(parameter->name, name) == 0)
            strings[n_strings++] =
                (struct search_string){parameter->value, parameter->value_length};
    }
    return string_list_sort(strings, n_strings);
}
