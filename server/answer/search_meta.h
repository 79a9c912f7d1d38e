/* What the meta of a page of crates says of the search that found them. */
#ifndef CRATEDEX_SERVER_SEARCH_META_H
#define CRATEDEX_SERVER_SEARCH_META_H

#include "server/answer/list_page.h"

#include <cratedex/search_query.h>

/* Ends a list_page's array and writes its whole meta, with what is to be said of the query and its
   result; total, next and previous must be set. The search must be the reader's last. */
void search_meta_write(struct list_page *page, const struct link_spelling *spelling,
                       const struct search_query *query, const struct search_result *result,
                       struct encoder *encoder);

#endif
