/* Ranks are given by falling popularity, and among equals by rising id (build_rank.c). So a
   popularity has a range of ranks, in which an id has its place. The column has the popularity as a
   float, in which some that differ are equal: there ids rise in several runs one behind the other,
   and a search by halves may miss one. It is then found by looking at all ids, as one whose
   popularity is another now. */
#include "index/search/seek_place.h"

#include "index/base/partition_point.h"

#include <stdbool.h>

uint32_t seek_find_id(const struct crate_columns *columns, int64_t id)
{
    uint32_t rank = columns->n_crates;
    while (rank > 0 && columns->ids[rank - 1] != id)
        rank--;
    return rank;
}

struct sought {
    const struct crate_columns *columns;
    const struct seek_key *key;
};

/* True where the crate at a place stands before what the key names, as far as that can be told. */
static bool is_before(const void *context, uint32_t place)
{
    const struct sought *sought = context;
    float popularity = sought->columns->popularity[place];
    return popularity > sought->key->popularity ||
           (popularity == sought->key->popularity && sought->columns->ids[place] < sought->key->id);
}

uint32_t seek_rank_before(const struct crate_columns *columns, const struct seek_key *key)
{
    const struct sought sought = {columns, key};
    return partition_point(0, columns->n_crates, is_before, &sought);
}

uint32_t seek_find_crate(const struct crate_columns *columns, const struct seek_key *key)
{
    uint32_t before = seek_rank_before(columns, key);
    bool is_there = before < columns->n_crates && columns->ids[before] == key->id;
    return is_there ? before + 1 : seek_find_id(columns, key->id);
}
