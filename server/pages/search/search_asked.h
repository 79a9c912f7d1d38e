/* What a page of results was asked for: what its links are made of. */
#ifndef CRATEDEX_SERVER_SEARCH_ASKED_H
#define CRATEDEX_SERVER_SEARCH_ASKED_H

#include "server/pages/search/box_text.h"
#include "server/pages/search/search_links.h"

#include <cratedex/search_query.h>

struct search_asked {
    struct search_links links;
    struct search_string text; /* as it was typed; `length` 0: nothing was */
    struct box_text box;       /* that, read */
};

#endif
