/* Facets, as links by which a filter is chosen, changed or taken away. */
#ifndef CRATEDEX_SERVER_SEARCH_FACETS_SHOWN_H
#define CRATEDEX_SERVER_SEARCH_FACETS_SHOWN_H

#include "server/pages/search/search_asked.h"

#include <cratedex/encoder.h>
#include <msgpack/object.h>
#include <stdint.h>

/* Writes an array: [{"name", "values": [{"value", "count", "link", "is_chosen"}, …]}, …], of
   `facets` as GET /api/v1/crates has them; NULL: an empty one. A facet whose one value all of the
   `total` crates have is left out: choosing it would change nothing. */
void search_facets_shown_encode(const struct search_asked *asked, const msgpack_object *facets,
                                uint64_t total, struct encoder *encoder);

#endif
