/* Names that differ in case or in `-` and `_` are one name. */
#include "index/search/plan/query_names.h"

#include <stdbool.h>

static char canonical(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c == '-' ? '_' : c;
}

static bool are_equal(struct search_string left, struct search_string right)
{
    if (left.length != right.length)
        return false;
    for (size_t i = 0; i < left.length; i++) {
        if (canonical(left.data[i]) != canonical(right.data[i]))
            return false;
    }
    return true;
}

void query_names_add(struct query_names *names, struct search_string name)
{
    for (size_t i = 0; i < names->n_names; i++) {
        if (are_equal(names->names[i], name))
            return;
    }
    if (names->n_names < QUERY_MAX_NAMES)
        names->names[names->n_names++] = name;
}

void query_names_set_version(struct query_names *names, struct search_string version)
{
    if (names->n_names == 1 && names->version.data == NULL)
        names->version = version;
}
