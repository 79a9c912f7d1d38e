/* Matches in the order of the first stage. */
#ifndef CRATEDEX_INDEX_SCORED_H
#define CRATEDEX_INDEX_SCORED_H

#include <stdbool.h>
#include <stdint.h>

/* A match and its score of the first stage. */
struct search_scored {
    float score;
    uint32_t rank;
};

/* True where `left` comes before `right`: the higher score, on a tie the better rank. */
static inline bool scored_is_better(const struct search_scored *left,
                                    const struct search_scored *right)
{
    return left->score > right->score || (left->score == right->score && left->rank < right->rank);
}

/* Puts `n` of them, of different ranks, in order. */
void scored_sort(struct search_scored *scored, uint32_t n);

/* Moves the `n_best` best to the front, in any order (Hoare 1961: Algorithm 65, FIND). O(n) for all
   but made-up orders. */
void scored_select(struct search_scored *scored, uint32_t n, uint32_t n_best);

#endif
