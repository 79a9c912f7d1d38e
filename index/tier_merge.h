/* Merges ranked streams: the exact best of several lists without looking at all of them. */
#ifndef CRATEDEX_INDEX_TIER_MERGE_H
#define CRATEDEX_INDEX_TIER_MERGE_H

#include <stddef.h>
#include <stdint.h>

/* Crates that matched in one way, by ascending rank, none of them in another stream. */
struct tier_stream {
    const uint32_t *ranks;
    uint32_t n;
    double weight;
};

struct tier_hit {
    uint32_t rank;
    uint32_t stream; /* which of the streams it came from */
    double score;
};

/* The score of a crate: what its tier is worth and its popularity (by rank - 1). */
double tier_score(double weight, double popularity_weight, const float *popularity, uint32_t rank);

/* Writes the hits number `n_skipped` … `n_skipped` + `limit` - 1 of the union of the streams in order of
   score (highest first; on a tie, lower rank first) and returns how many there are. Within a stream
   the score only falls, because the popularity does, so the head of each stream is all that ever
   needs looking at: O((n_skipped + limit) · n_streams). */
size_t tier_merge(const struct tier_stream *streams, uint32_t n_streams, double popularity_weight,
                  const float *popularity, size_t n_skipped, size_t limit, struct tier_hit *hits);

#define TIER_MERGE_MAX_STREAMS 16

#endif
