/* A k-way merge by linear scan of the heads: with at most a handful of streams that beats a heap. */
#include "index/tier_merge.h"

#include <stdbool.h>

double tier_score(double weight, double popularity_weight, const float *popularity, uint32_t rank)
{
    return weight + popularity_weight * (double)popularity[rank - 1];
}

size_t tier_merge(const struct tier_stream *streams, uint32_t n_streams, double popularity_weight,
                  const float *popularity, size_t n_skipped, size_t limit, struct tier_hit *hits)
{
    uint32_t positions[TIER_MERGE_MAX_STREAMS] = {0};
    size_t n_hits = 0;
    for (size_t n_taken = 0; n_hits < limit; n_taken++) {
        struct tier_hit best = {0};
        bool found = false;
        for (uint32_t i = 0; i < n_streams && i < TIER_MERGE_MAX_STREAMS; i++) {
            if (positions[i] >= streams[i].n)
                continue;
            uint32_t rank = streams[i].ranks[positions[i]];
            double score = tier_score(streams[i].weight, popularity_weight, popularity, rank);
            if (!found || score > best.score || (score == best.score && rank < best.rank))
                best = (struct tier_hit){rank, i, score};
            found = true;
        }
        if (!found)
            break;
        positions[best.stream]++;
        if (n_taken >= n_skipped)
            hits[n_hits++] = best;
    }
    return n_hits;
}
