/* The ids of headings, so that a README's own table of contents leads somewhere. */
#ifndef CRATEDEX_SERVER_MARKDOWN_HEADINGS_H
#define CRATEDEX_SERVER_MARKDOWN_HEADINGS_H

#include <cmark-gfm.h>
#include <stdbool.h>
#include <stddef.h>

#define MARKDOWN_MAX_HEADINGS 200 /* with an id */
#define MARKDOWN_MAX_ID 80

/* In the order of the document. All zero: none. */
struct markdown_headings {
    char ids[MARKDOWN_MAX_HEADINGS][MARKDOWN_MAX_ID + 8]; /* "" for one without */
    unsigned n;
};

/* Makes the ids as GitHub does: small letters, digits, `-` for spaces; a second one of a name gets
   `-1`. What cmark allocates, such as the iterator, the caller's allocator gives. */
void markdown_headings_find(cmark_node *document, struct markdown_headings *headings);

/* Whether `#id` of an address leads to one of them. */
bool markdown_headings_have(const struct markdown_headings *headings, const char *id);

#endif
