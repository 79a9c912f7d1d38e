/* The crates of a page of results, with what was searched for marked. */
#ifndef CRATEDEX_SERVER_SEARCH_RESULTS_H
#define CRATEDEX_SERVER_SEARCH_RESULTS_H

#include <cratedex/encoder.h>
#include <msgpack/object.h>

/* Writes an array, of `crates` as GET /api/v1/crates has them, with their highlights where it was
   asked for these:

       [{"name", "version", "is_exact", "is_yanked", "downloads", "recent_downloads", "updated_at",
         "name_marked", "description_marked", "keywords": [{"keyword", "marked"}, …],
         "is_in_readme"}, …]

   What is marked is markup: the text, escaped, with what matches in `mark`. A description is cut at
   300 characters; keywords are those that match; the README is told where nothing else matches. */
void search_results_encode(const msgpack_object *crates, struct encoder *encoder);

#endif
