/* What a text that finds little may have been meant to be, for people to choose. */
#ifndef CRATEDEX_INDEX_DID_YOU_MEAN_H
#define CRATEDEX_INDEX_DID_YOU_MEAN_H

#include "index/search/plan/search_plan.h"

/* What more crates have than so many is no slip of the finger. */
#define DID_YOU_MEAN_MAX_CRATES 10
/* What is not so many times as frequent was not meant. */
#define DID_YOU_MEAN_MUCH_MORE 20
/* One crate in so many is popular. */
#define DID_YOU_MEAN_POPULAR_SHARE 64
/* How many match is not known: there was a filter. */
#define DID_YOU_MEAN_FILTERED UINT64_MAX

/* Writes what `text` may have been meant to be, with a NUL; "" where there is nothing to say. To be
   asked behind the search of that plan, in which `n_matches` crates match.

   Where nothing of the text occurs, that is what was searched for. Else the text must find little:
   at most DID_YOU_MEAN_MAX_CRATES crates match, or have all of its words. Then the nearest name is
   offered, or else the text with other words, that occurs in DID_YOU_MEAN_MUCH_MORE times as many
   crates: a word in those that have it, a name also in those that depend on the crate. A popular
   crate is offered for whatever only READMEs have. To a crate that is called as the text is, one is
   preferred that is SEARCH_FAR_MORE_POPULAR times as popular.

   Returns 0 or -1 (I/O). */
int did_you_mean_find(struct index_reader *reader, const struct search_plan *plan,
                      struct search_string text, uint64_t n_matches,
                      char did_you_mean[SEARCH_MAX_DID_YOU_MEAN], struct error *error);

#endif
