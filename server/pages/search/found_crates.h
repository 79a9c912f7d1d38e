/* What was found, as a page of results shows it. */
#ifndef CRATEDEX_SERVER_FOUND_CRATES_H
#define CRATEDEX_SERVER_FOUND_CRATES_H

#include "server/pages/search/search_asked.h"

#include <cratedex/encoder.h>
#include <msgpack/object.h>

/* Writes an object, of an answer of GET /api/v1/crates that numbers its pages:

       {"total", "is_some", "is_one", "is_none", "is_behind_end": there is no such page,
        "results": search_results.h, "facets": search_facets_shown.h,
        "sorts": [{"name", "link", "is_current"}, …],
        "listing": {"from": the first one's place, "first": a page's address, "pages": pager.h},
        "did_you_mean": {"text", "link"}, "is_relaxed", "is_unsure": one of both,
        "named": {"name", "version"},
        "has_hints", "hints": [{"id", "crates", "is_keyword"}, …],
        "has_tries", "tries": [{"text", "link"}, …]: where nothing was found}

   What there is nothing to say of is null or empty. */
void found_crates_encode(const struct search_asked *asked, const msgpack_object *answer,
                         struct encoder *encoder);

#endif
