/* They are few, and never among the matches of a scan. With a second stage they always are
   candidates of it: their seats are left free, whatever the first stage says of them. So every
   match keeps exactly one place in the order, and whether a crate is in the second stage does not
   depend on the page. */
#include "index/search/search_by_words.h"

#include "index/base/bitmap.h"
#include "index/search/rank/search_score.h"

#include <math.h>

#define ALL_WORDS 0.9999f /* of the query's mass; sums are rounded */

void search_by_words_take(struct search_by_words *by_words, const struct search_plan *plan,
                          const uint64_t *filter)
{
    const struct named_crates *named = &plan->named;
    *by_words = (struct search_by_words){.may_rise = named->n_exact == 0};
    for (uint32_t i = 0; i < named_crates_count(named); i++) {
        uint32_t rank = named_crates_rank(named, i);
        const struct named_crate *crate = named_crates_find(named, rank);
        if (crate != NULL && (crate->how == NAMED_PASTED || crate->how == NAMED_BUT_FOR_SEPARATORS))
            by_words->may_rise = false;
        if (filter != NULL && !bitmap_test(filter, rank))
            continue;
        if (crate != NULL && crate->how == NAMED_BY_WORDS)
            by_words->ranks[by_words->n++] = rank;
        else
            by_words->n_in_front++;
    }
}

float search_by_words_score(struct search_plan *plan, const struct index *index, uint32_t rank)
{
    struct search_coverage coverage;
    search_plan_rewind(plan);
    search_plan_cover(plan, rank, &coverage);
    search_plan_rewind(plan);
    return search_plan_score(plan, index, rank, &coverage);
}

uint32_t search_by_words_enter(const struct search_by_words *by_words, struct search *search,
                               uint32_t n)
{
    struct rerank_candidate *candidates = search->candidates;
    for (uint32_t i = 0; i < by_words->n; i++) {
        uint32_t rank = by_words->ranks[i];
        float score = search_by_words_score(&search->plan, search->index, rank);
        uint32_t at = n++;
        for (; at > 0 &&
               (candidates[at - 1].first_stage < score ||
                (candidates[at - 1].first_stage == score && candidates[at - 1].rank > rank));
             at--)
            candidates[at] = candidates[at - 1];
        candidates[at].rank = rank;
        candidates[at].first_stage = score;
    }
    return n;
}

static bool is_by_words(const struct search_by_words *by_words, uint32_t rank)
{
    uint32_t i = 0;
    while (i < by_words->n && by_words->ranks[i] != rank)
        i++;
    return i < by_words->n;
}

/* True where `left` stands before `right` in the second stage's order. */
static bool is_before(const struct rerank_candidate *left, const struct rerank_candidate *right)
{
    return left->second_stage > right->second_stage ||
           (left->second_stage == right->second_stage && left->rank < right->rank);
}

/* Gives a candidate another score and moves it to where that belongs. */
static void move(struct rerank_candidate *candidates, uint32_t n, uint32_t at, float score)
{
    struct rerank_candidate moved = candidates[at];
    moved.second_stage = score;
    for (; at > 0 && is_before(&moved, &candidates[at - 1]); at--)
        candidates[at] = candidates[at - 1];
    for (; at + 1 < n && is_before(&candidates[at + 1], &moved); at++)
        candidates[at] = candidates[at + 1];
    candidates[at] = moved;
}

/* The first candidate that has all words in its name, keywords or description and is more popular
   than crate `rank`; `n` where there is none. */
static uint32_t find_better(const struct search_by_words *by_words,
                            const struct rerank_candidate *candidates, uint32_t n, uint32_t rank)
{
    uint32_t at = 0;
    while (at < n && (candidates[at].rank >= rank || candidates[at].main < ALL_WORDS ||
                      is_by_words(by_words, candidates[at].rank)))
        at++;
    return at;
}

static void lower(const struct search_by_words *by_words, struct rerank_candidate *candidates,
                  uint32_t n)
{
    for (uint32_t i = 0; i < by_words->n; i++) {
        uint32_t at = 0;
        while (candidates[at].rank != by_words->ranks[i])
            at++;
        uint32_t better = find_better(by_words, candidates, n, by_words->ranks[i]);
        if (better < n && better > at)
            move(candidates, n, at, nextafterf(candidates[better].second_stage, -INFINITY));
    }
}

static void raise_late(const struct search_by_words *by_words, struct rerank_candidate *candidates,
                       uint32_t n)
{
    uint32_t n_better = 0; /* of them, in front of the one at hand */
    uint32_t n_places = SEARCH_BY_WORDS_LAST_PLACE;
    n_places = by_words->n_in_front < n_places ? n_places - by_words->n_in_front : 0;
    if (!by_words->may_rise || n_places < by_words->n)
        return;
    for (uint32_t at = 0; at < n && n_better < by_words->n; at++) {
        if (!is_by_words(by_words, candidates[at].rank))
            continue;
        uint32_t last = n_places - (by_words->n - n_better);
        n_better++;
        if (at <= last)
            continue;
        move(candidates, n, at, nextafterf(candidates[last].second_stage, INFINITY));
    }
}

void search_by_words_settle(const struct search_by_words *by_words,
                            struct rerank_candidate *candidates, uint32_t n)
{
    lower(by_words, candidates, n);
    raise_late(by_words, candidates, n);
}
