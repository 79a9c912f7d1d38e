/* Ranks are given by falling popularity, and among equals by rising id (build_rank.c). So a
   popularity has a range of ranks, in which an id has its place. The column has the popularity as a
   float, in which some that differ are equal: there ids rise in several runs one behind the other,
   and a search by halves may miss one. It is then found by looking at all ids, as one whose
   popularity is another now. */
#include "index/search/seek_place.h"

#include <stdbool.h>

uint32_t seek_find_id(const struct crate_columns *columns, int64_t id)
{
    uint32_t rank = columns->n_crates;
    while (rank > 0 && columns->ids[rank - 1] != id)
        rank--;
    return rank;
}

/* True where the crate stands before what the key names, as far as that can be told. */
static bool is_before(const struct crate_columns *columns, uint32_t rank,
                      const struct seek_key *key)
{
    float popularity = columns->popularity[rank - 1];
    return popularity > key->popularity ||
           (popularity == key->popularity && columns->ids[rank - 1] < key->id);
}

uint32_t seek_rank_before(const struct crate_columns *columns, const struct seek_key *key)
{
    uint32_t low = 0;
    uint32_t high = columns->n_crates;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (is_before(columns, middle + 1, key))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t seek_find_crate(const struct crate_columns *columns, const struct seek_key *key)
{
    uint32_t before = seek_rank_before(columns, key);
    bool is_there = before < columns->n_crates && columns->ids[before] == key->id;
    return is_there ? before + 1 : seek_find_id(columns, key->id);
}
