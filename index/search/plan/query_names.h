/* The crates that a text names, as far as it was read. */
#ifndef CRATEDEX_INDEX_QUERY_NAMES_H
#define CRATEDEX_INDEX_QUERY_NAMES_H

#include <cratedex/search_query.h>

#include <stddef.h>

#define QUERY_MAX_NAMES 8

/* The strings lie in the text that was read. */
struct query_names {
    struct search_string names[QUERY_MAX_NAMES]; /* in the order of the text, none twice */
    size_t n_names;
    struct search_string version; /* of the first; `data` NULL: none */
};

/* Adds a name unless it is there already; those for which there is no room are left out. */
void query_names_add(struct query_names *names, struct search_string name);

/* Notes the version of the last name, which counts where it is the first. */
void query_names_set_version(struct query_names *names, struct search_string version);

#endif
