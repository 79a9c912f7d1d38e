/* The crates of a page of results, with what was searched for cut out so that it can be marked. */
#ifndef CRATEDEX_SERVER_SEARCH_RESULTS_H
#define CRATEDEX_SERVER_SEARCH_RESULTS_H

#include <cratedex/encoder.h>
#include <msgpack/object.h>

/* Writes an array, of `crates` as GET /api/v1/crates has them, with their highlights where it was
   asked for these:

       [{"name", "version", "is_exact", "is_yanked", "downloads", "recent_downloads", "updated_at",
         "name_parts": [{"text", "is_match"}, …], "has_description", "description_parts": likewise,
         "keywords": [{"keyword", "parts"}, …], "is_in_readme"}, …]

   Parts are a text's pieces in their order. A description is cut at 300 characters; keywords are
   those that match; the README is told where nothing else matches. */
void search_results_encode(const msgpack_object *crates, struct encoder *encoder);

#endif
