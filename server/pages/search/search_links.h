/* The addresses of pages of results: what somebody asked for, with one thing changed. */
#ifndef CRATEDEX_SERVER_SEARCH_LINKS_H
#define CRATEDEX_SERVER_SEARCH_LINKS_H

#include "server/http/query_string.h"

#include <cratedex/encoder.h>
#include <cratedex/search_query.h>
#include <stddef.h>
#include <stdint.h>

/* The parameters that a page of results keeps in its links, in the order of the request. Fields of
   a form that were left empty, and what has no meaning there, are not among them. Borrowed. */
struct search_links {
    size_t n;
    const struct query_parameter *kept[QUERY_STRING_MAX_PARAMETERS];
};

void search_links_read(struct search_links *links, const struct query_string *query);

/* The last one of that name, which counts; NULL where there is none. */
const struct query_parameter *search_links_find(const struct search_links *links, const char *name);

/* Its number; `otherwise` where there is none, or where it is no number of that size. */
uint32_t search_links_number(const struct search_links *links, const char *name,
                             uint32_t otherwise);

#define SEARCH_LINKS_MAX_QUERY (QUERY_STRING_MAX_BYTES + QUERY_STRING_MAX_PARAMETERS)

/* Writes them as a query again for the API, each as it came; `facets=none` is left out. Returns the
   length. No NUL is written. */
size_t search_links_query(const struct search_links *links, char query[SEARCH_LINKS_MAX_QUERY]);

/* What is other in a link. The number of the page is always left out, unless it is what is set. */
struct link_change {
    const char *name;                      /* the parameter that is set; NULL: none */
    struct search_string value;            /* to this; `data` NULL: it is left out */
    const char *without;                   /* the name of others that are left out; NULL */
    const struct query_parameter *dropped; /* one that is left out; NULL */
    struct search_string text;             /* to search for; `data` NULL: as it was */
};

/* Writes the link as a string. */
void search_link_encode(const struct search_links *links, const struct link_change *change,
                        struct encoder *encoder);

/* Writes the link as a member. */
void search_link_member(const struct search_links *links, const char *key,
                        const struct link_change *change, struct encoder *encoder);

#endif
