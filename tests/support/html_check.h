/* Whether a page is made of what our templates write and of nothing else, whatever the texts of
   others in it say. */
#ifndef CRATEDEX_TESTS_SUPPORT_HTML_CHECK_H
#define CRATEDEX_TESTS_SUPPORT_HTML_CHECK_H

#include <stddef.h>

/* Fails the test, in which `subject` is named, unless `html` is so:
   - valid UTF-8 without control characters and without what turns the order of text;
   - every `<` begins a tag of an element that pages have, every attribute is one that they have, in
     double quotes; elements are closed in the order in which they were opened;
   - every `&` begins a character reference;
   - scripts are ours and have no text of their own; addresses are our own paths, queries and
     fragments, or, of a link, http and https ones, which it does not vouch for (`nofollow
     noopener`). */
void html_check(const char *subject, const char *html, size_t size);

#endif
