/* Pages of a crate's long lists, which its own page begins. */
#ifndef CRATEDEX_SERVER_CRATE_SUBPAGE_H
#define CRATEDEX_SERVER_CRATE_SUBPAGE_H

#include "server/pages/crate/crate_page_path.h"
#include "server/pages/listing.h"

/* How many of each the crate's page shows; a page of the list has as many, so that the second goes
   on where the crate's page ends. */
#define CRATE_PAGE_DEPENDENCIES 50
#define CRATE_PAGE_FEATURES 40

/* Writes the members that these pages have in common: `title`, `heading`, `name`, `version` (the
   number, or null) and `tail`, what the page's address ends with. */
#define CRATE_SUBPAGE_MEMBERS 5
void crate_subpage_begin(struct page *page, const struct crate_page_path *path, const char *heading,
                         const char *tail);

/* Writes three members: `n`, the number of elements in the list, null where a page behind the last
   leaves it unknown, `has_elements`, and `listing`
   (listing.h). */
void crate_subpage_add_listing(struct page *page, const struct crate_page_path *path,
                               const char *tail, const struct listing *listing, uint64_t n);

#endif
