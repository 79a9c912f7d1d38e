/* A crate in an answer, with what the search has to say of it. */
#ifndef CRATEDEX_SEARCH_HIT_H
#define CRATEDEX_SEARCH_HIT_H

#include <cratedex/encoder.h>
#include <cratedex/error.h>
#include <cratedex/index_reader.h>
#include <cratedex/search_query.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Members that are appended to a crate's object, in this order; flags. */
#define SEARCH_HIT_HIGHLIGHTS 1u  /* `highlights` and `matched_in` (highlight.h) */
#define SEARCH_HIT_EXPLANATION 2u /* `explanation` (explanation.h) */

/* Appends the crate of a hit of that search (`result.search`), as index_reader_encode_crate does,
   with those members. Returns 0 or -1. */
int search_hit_encode(struct index_reader *reader, struct search *search,
                      const struct search_hit *hit, unsigned members, struct encoder *encoder,
                      struct error *error);

#ifdef __cplusplus
}
#endif

#endif
