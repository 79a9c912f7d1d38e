/* The order of relevance: every match is put into the stream of its tier, and the streams are merged by
   score = weight(tier) + α · popularity. A stream is in descending score as it comes, so only its first
   offset + limit crates, or with a seek key the first `limit` after it, can be on the page: the rest is
   counted and forgotten. The order is exact over all matches. */
#include "index/search_steps.h"
#include "index/tier_merge.h"

#include <stdlib.h>

/* What a tier is worth beside the popularity, which has range 0 … 1 and weight 2. Chosen on
   judgements-dev.tsv by tests/relevance.py. A name alone is worth less than a name with keywords that
   say the same: names are taken by placeholders, keywords are chosen. An exact name stands above
   everything; words of the README and parts of names only decide where nothing better matches. */
static const double tier_weights[N_SEARCH_TIERS] = {
    [SEARCH_TIER_EXACT] = 100.0,     [SEARCH_TIER_NAME] = 1.2,   [SEARCH_TIER_KEYWORDS] = 1.4,
    [SEARCH_TIER_DESCRIPTION] = 1.0, [SEARCH_TIER_README] = 0.0, [SEARCH_TIER_SUBSTRING] = 0.0,
};
static const double popularity_weight = 2.0;

struct streams {
    struct index_reader *reader;
    const struct seek_key *after;
    uint32_t n_needed;
    uint32_t n[N_SEARCH_TIERS];
};

static double score_of(const struct streams *streams, uint32_t rank, enum search_tier tier)
{
    return tier_score(tier_weights[tier], popularity_weight,
                      streams->reader->index->columns.popularity, rank);
}

static void add_to_stream(void *context, uint32_t rank, enum search_tier tier)
{
    struct streams *streams = context;
    if (streams->n[tier] == streams->n_needed)
        return;
    if (streams->after != NULL) {
        double score = score_of(streams, rank, tier);
        if (score > streams->after->score ||
            (score == streams->after->score && rank <= streams->after->id))
            return;
    }
    streams->reader->stream_ranks[tier][streams->n[tier]++] = rank;
}

static int reserve_streams(struct index_reader *reader, uint32_t n_needed, struct error *error)
{
    if (n_needed <= reader->stream_capacity)
        return 0;
    for (int tier = 0; tier < N_SEARCH_TIERS; tier++) {
        uint32_t *ranks = realloc(reader->stream_ranks[tier], n_needed * sizeof *ranks);
        if (ranks == NULL)
            return error_out_of_memory(error);
        reader->stream_ranks[tier] = ranks;
    }
    reader->stream_capacity = n_needed;
    return 0;
}

int search_by_relevance(struct index_reader *reader, const struct search_query *query,
                        struct search_match *match, const uint64_t *filter,
                        const struct seek_key *after, struct search_result *result,
                        struct error *error)
{
    struct streams streams = {reader, after, query->offset + query->limit, {0}};
    if (reserve_streams(reader, streams.n_needed, error) != 0)
        return -1;
    result->total = search_match_visit(match, reader, filter, add_to_stream, &streams);
    struct tier_stream tiers[N_SEARCH_TIERS];
    struct tier_hit hits[SEARCH_MAX_LIMIT];
    for (int tier = 0; tier < N_SEARCH_TIERS; tier++)
        tiers[tier] =
            (struct tier_stream){reader->stream_ranks[tier], streams.n[tier], tier_weights[tier]};
    result->n_hits =
        (uint32_t)tier_merge(tiers, N_SEARCH_TIERS, popularity_weight,
                             reader->index->columns.popularity, query->offset, query->limit, hits);
    for (uint32_t i = 0; i < result->n_hits; i++) {
        enum search_tier tier = (enum search_tier)hits[i].stream;
        result->hits[i] =
            (struct search_hit){hits[i].rank, tier, tier == SEARCH_TIER_EXACT, hits[i].score};
    }
    return 0;
}
