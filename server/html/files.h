/* The files that pages are made of, which are part of the program: those of templates/, and assets,
   which browsers ask for by themselves. */
#ifndef CRATEDEX_SERVER_HTML_FILES_H
#define CRATEDEX_SERVER_HTML_FILES_H

#include "server/html/template.h"

#include <stdbool.h>
#include <stddef.h>

struct html_asset {
    const char *key;       /* of its address in models: {{site.assets.KEY}} */
    const char *stem;      /* of its name in addresses */
    const char *extension; /* likewise, with the dot */
    const char *media_type;
    const char *bytes;
    size_t size;
};

/* The one of that number, from 0. Returns false where there are no more. */
bool html_template_at(size_t i, struct template_source *source);
bool html_asset_at(size_t i, struct html_asset *asset);

#endif
