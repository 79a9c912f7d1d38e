/* The crate that a seek key names, in the index at hand: perhaps another than the one that the key
   is of. */
#ifndef CRATEDEX_INDEX_SEEK_PLACE_H
#define CRATEDEX_INDEX_SEEK_PLACE_H

#include "index/search/seek_key.h"
#include "index/segment/crate_columns.h"

#include <stdint.h>

/* The rank of the crate of that id; 0 where the index has none. Looks at all ids: some 0.1 ms for
   200,000. */
uint32_t seek_find_id(const struct crate_columns *columns, int64_t id);

/* The same for a key of relevance, by two binary searches if the crate is as popular as it was. */
uint32_t seek_find_crate(const struct crate_columns *columns, const struct seek_key *key);

/* How many crates of the index stand before the one that the key names, by the popularity that it
   had: where it is gone, its rank would be the next. */
uint32_t seek_rank_before(const struct crate_columns *columns, const struct seek_key *key);

#endif
