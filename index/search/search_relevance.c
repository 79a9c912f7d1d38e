/* The order of relevance, in four parts one behind the other: the crates whose name is the text, by
   rank; the few that the text names otherwise, as named_crates.h orders them; the best RERANK_DEPTH
   of the first stage, as the second stage orders them, with those among them whose name is the
   text's words run together (search_by_words.h); all others by the first stage's score (on a tie by
   rank).
   Every match has exactly one place in it, whatever the page: what is asked for is the beginning of
   that order, up to offset + limit, or with a seek key the `limit` places behind the key's crate.

   The best of the first stage are kept in a heap with the worst on top (Knuth 5.2.3); a match that
   is not better than the top costs one comparison. Of many, no more are put in order than the page
   and the second stage need (scored.h).

   Where a list goes on behind the first RERANK_DEPTH, only what is behind the key's score is kept.
   That score, and that so many are before it, is looked at again in each case, for the key may be
   of another index: there its crate may have any other place, and then the page is filled from
   that. A crate that is gone, or matches no more, leaves the place that it had. */
#include "index/search/search_relevance.h"

#include "index/base/bitmap.h"
#include "index/base/small_order.h"
#include "index/search/rank/search_score.h"
#include "index/search/scored.h"
#include "index/search/search_by_words.h"
#include "index/search/seek_place.h"
#include "index/trie/trie.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct best {
    struct search_collector collector;
    struct search_scored *heap;
    uint32_t n;
    uint32_t capacity;
    const struct search_scored *after; /* only what comes behind it; NULL: all */
    uint32_t n_before; /* of all matches, that do not; the floor is never above them */
};

static void sift_down(struct search_scored *heap, uint32_t n, uint32_t at)
{
    struct search_scored moved = heap[at];
    for (uint32_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && scored_is_better(&heap[child], &heap[child + 1]))
            child++;
        if (!scored_is_better(&moved, &heap[child]))
            break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

static void keep_best(struct search_collector *collector, uint32_t rank, float score)
{
    struct best *best = (struct best *)collector;
    struct search_scored candidate = {score, rank};
    if (best->after != NULL && !scored_is_better(best->after, &candidate)) {
        best->n_before += candidate.rank != best->after->rank;
        return;
    }
    if (best->n < best->capacity) {
        best->heap[best->n++] = candidate;
        if (best->n < best->capacity)
            return;
        for (uint32_t i = best->n / 2; i-- > 0;)
            sift_down(best->heap, best->n, i);
    } else if (scored_is_better(&candidate, &best->heap[0])) {
        best->heap[0] = candidate;
        sift_down(best->heap, best->n, 0);
    }
    if (best->n == best->capacity)
        best->collector.floor = best->heap[0].score;
}

/* One search by relevance. */
struct relevance {
    struct search *search;
    const struct search_query *query;
    const uint64_t *filter;
    struct search_by_words by_words;
    bool has_second_stage;
    uint32_t depth; /* so many of the scan's best are for it */
    struct search_result *result;
    uint32_t n_found;  /* of the first stage's best, in order in search->scored */
    uint32_t n_before; /* matches before what they come behind */
};

/* Where a list goes on: behind this. */
struct place {
    enum seek_stage stage;
    float score;   /* of the stage */
    uint32_t rank; /* of the crate; of the last one before it where there is none */
};

/* Puts what was found in order. What stands before the page is only counted there, but for what is
   for the second stage; crates that the text names stand before it, too. */
static void put_in_order(const struct relevance *relevance, struct search_scored *scored,
                         uint32_t n)
{
    uint32_t offset = relevance->query->offset;
    uint32_t n_front = named_crates_count(&relevance->search->plan.named);
    uint32_t first = offset > n_front ? offset - n_front : 0;
    first = first < n ? first : n;
    if (first <= relevance->depth) {
        scored_sort(scored, n);
        return;
    }
    scored_select(scored, n, first);
    scored_sort(scored + first, n - first);
    scored_select(scored, first, relevance->depth);
    scored_sort(scored, relevance->depth);
}

/* Scans for the best `n` behind `after` (NULL: of all). */
static int find_best(struct relevance *relevance, uint32_t n, const struct search_scored *after,
                     struct error *error)
{
    struct search *search = relevance->search;
    if (n > search->scored_capacity) {
        struct search_scored *scored = realloc(search->scored, n * sizeof *scored);
        if (scored == NULL)
            return error_out_of_memory(error);
        search->scored = scored;
        search->scored_capacity = n;
    }
    struct best best = {{keep_best, -INFINITY}, search->scored, 0, n, after, 0};
    uint64_t *matched = relevance->query->facets != 0 ? search->matched : NULL;
    relevance->result->total = search_scan(&search->plan, search->index, &search->scan,
                                           relevance->filter, matched, &best.collector);
    for (uint32_t i = 0; i < relevance->by_words.n && !relevance->has_second_stage; i++) {
        uint32_t rank = relevance->by_words.ranks[i];
        keep_best(&best.collector, rank, search_by_words_score(&search->plan, search->index, rank));
    }
    for (uint32_t i = 0; i < best.n && best.n <= SMALL_ORDER_MAX; i++)
        rerank_fetch(search->index, best.heap[i].rank);
    put_in_order(relevance, best.heap, best.n);
    relevance->n_found = best.n;
    relevance->n_before = best.n_before;
    return 0;
}

/* A page that is being filled from the order's beginning. */
struct page {
    struct search_result *result;
    const struct place *after; /* NULL: nothing is left out */
    uint32_t n_to_skip;
    uint32_t limit;
};

/* Returns the hit; NULL where the page does not have it. */
static struct search_hit *add(struct page *page, enum seek_stage stage, uint32_t rank, float score)
{
    const struct place *after = page->after;
    if (after != NULL &&
        (stage < after->stage ||
         (stage == after->stage &&
          (score > after->score || (score == after->score && rank <= after->rank)))))
        return NULL;
    if (page->n_to_skip > 0) {
        page->n_to_skip--;
        return NULL;
    }
    if (page->result->n_hits == page->limit)
        return NULL;
    struct search_hit *hit = &page->result->hits[page->result->n_hits++];
    *hit = (struct search_hit){.rank = rank,
                               .exact = stage == SEEK_STAGE_EXACT,
                               .in_front = stage == SEEK_STAGE_FRONT,
                               .is_second_stage = stage == SEEK_STAGE_SECOND,
                               .score = (double)score};
    return hit;
}

/* The place of a crate that stands in front by its name. Returns false where it does not. */
static bool find_front_place(const struct named_crates *named, uint32_t rank, struct place *place)
{
    uint32_t number = named_crates_number(named, rank);
    bool is_exact = number < named->n_exact;
    if (number == named_crates_count(named) || named_crates_is_by_words(named, rank))
        return false;
    *place = (struct place){is_exact ? SEEK_STAGE_EXACT : SEEK_STAGE_FRONT,
                            is_exact ? 0 : -(float)(number - named->n_exact), rank};
    return true;
}

static void add_front(struct page *page, const struct named_crates *named, const uint64_t *filter)
{
    for (uint32_t i = 0; i < named_crates_count(named); i++) {
        struct place place;
        uint32_t rank = named_crates_rank(named, i);
        if ((filter == NULL || bitmap_test(filter, rank)) && find_front_place(named, rank, &place))
            add(page, place.stage, rank, place.score);
    }
}

/* Lets the second stage order the `n` best of the first, and those that the text names by words.
   Returns how many these are together. */
static uint32_t rerank(struct search *search, const struct search_by_words *by_words, uint32_t n)
{
    struct rerank_candidate *candidates = search->candidates;
    for (uint32_t i = 0; i < n; i++) {
        candidates[i].rank = search->scored[i].rank;
        candidates[i].first_stage = search->scored[i].score;
    }
    n = search_by_words_enter(by_words, search, n);
    rerank_find_features(&search->plan, search->index, candidates, n, &search->features);
    rerank_sort(candidates, n, &search->features);
    search_by_words_settle(by_words, candidates, n);
    return n;
}

static bool name_has_text(const struct search_plan *plan, uint32_t rank)
{
    for (uint32_t form = 0; form < plan->named.n_forms; form++) {
        const struct named_places *places = &plan->named.places[form];
        for (uint32_t i = 0; i < places->n; i++) {
            if (places->ranks[i] == rank)
                return true;
        }
    }
    return false;
}

/* The first stage's score of one crate, added up as the scan adds it up, to the bit. Returns false
   where it does not match. To be asked after the scan, which decides what matches. */
static bool score_one(struct search *search, uint32_t rank, float *score)
{
    struct search_plan *plan = &search->plan;
    float reach = 0;
    float words = 0;
    if (named_crates_is_by_words(&plan->named, rank)) {
        *score = search_by_words_score(plan, search->index, rank);
        return true;
    }
    search_plan_rewind(plan);
    for (uint32_t i = 0; i < plan->n_words; i++) {
        struct word_occurrence occurrence = search_word_occurrence(&plan->words[i], rank);
        float weights[16];
        if (occurrence.alternative == NULL)
            continue;
        reach += occurrence.alternative->reach;
        search_plan_weigh(plan, occurrence.alternative->mass, weights);
        float weight = weights[occurrence.fields];
        if (occurrence.written_fields != 0) {
            search_plan_weigh(plan, plan->words[i].written_mass, weights);
            weight += weights[occurrence.written_fields];
        }
        words += weight;
    }
    search_plan_rewind(plan);
    if (reach > 0 && search_plan_accepts(plan, reach)) {
        float popularity =
            (float)plan->ranking->popularity * search->index->columns.popularity[rank - 1];
        *score = words + popularity;
        return true;
    }
    if (!name_has_text(plan, rank))
        return false;
    *score = search_plan_score(plan, search->index, rank, NULL);
    return true;
}

/* The place of a crate in this index, of which the second stage ordered `n_second`. Returns false,
   and leaves `place` as it is, where it has none: there is no such crate, or it does not match. */
static bool find_place(const struct relevance *relevance, uint32_t rank, uint32_t n_second,
                       struct place *place)
{
    struct search *search = relevance->search;
    const struct search_plan *plan = &search->plan;
    float score;
    if (rank == 0 || (relevance->filter != NULL && !bitmap_test(relevance->filter, rank)))
        return false;
    if (find_front_place(&plan->named, rank, place))
        return true;
    for (uint32_t i = 0; i < n_second; i++)
        if (search->candidates[i].rank == rank) {
            *place = (struct place){SEEK_STAGE_SECOND, search->candidates[i].second_stage, rank};
            return true;
        }
    if (!score_one(search, rank, &score))
        return false;
    bool is_staged = relevance->has_second_stage && named_crates_is_by_words(&plan->named, rank);
    *place = (struct place){is_staged ? SEEK_STAGE_SECOND : SEEK_STAGE_FIRST, score, rank};
    return true;
}

/* Fills the page with what comes behind a place in the first stage's order. */
static int fill_behind(struct relevance *relevance, const struct place *place, struct error *error)
{
    const struct search_scored last = {place->score, place->rank};
    struct page page = {relevance->result, NULL, 0, relevance->query->limit};
    if (find_best(relevance, page.limit, &last, error) != 0)
        return -1;
    page.result->n_hits = 0;
    for (uint32_t i = 0; i < relevance->n_found; i++)
        add(&page, SEEK_STAGE_FIRST, relevance->search->scored[i].rank,
            relevance->search->scored[i].score);
    return 0;
}

/* The same with what comes behind a place anywhere, which is looked for first where `rank` is a
   crate's; `place` NULL: from the beginning. */
static int fill_from_front(struct relevance *relevance, uint32_t rank, struct place *place,
                           struct error *error)
{
    struct search *search = relevance->search;
    const struct search_query *query = relevance->query;
    struct page page = {relevance->result, place, query->offset, query->limit};
    if (find_best(relevance, relevance->depth + query->offset + query->limit, NULL, error) != 0)
        return -1;
    uint32_t n_second =
        relevance->n_found < relevance->depth ? relevance->n_found : relevance->depth;
    uint32_t n_candidates =
        relevance->has_second_stage ? rerank(search, &relevance->by_words, n_second) : 0;
    if (place != NULL && find_place(relevance, rank, n_candidates, place) &&
        place->stage == SEEK_STAGE_FIRST)
        return fill_behind(relevance, place, error);
    page.result->n_hits = 0;
    add_front(&page, &search->plan.named, relevance->filter);
    for (uint32_t i = 0; i < n_candidates; i++) {
        const struct rerank_candidate *candidate = &search->candidates[i];
        struct search_hit *hit =
            add(&page, SEEK_STAGE_SECOND, candidate->rank, candidate->second_stage);
        if (hit != NULL)
            hit->tier =
                search_plan_name_tier(&search->plan, candidate->rank, candidate->words_tier);
    }
    for (uint32_t i = n_second; i < relevance->n_found; i++)
        add(&page, SEEK_STAGE_FIRST, search->scored[i].rank, search->scored[i].score);
    return 0;
}

/* Fills the page behind the key's crate. Mostly the key is of this index, and what it says of its
   place is true; else the place is found by the first scan and looked at by the second. */
static int fill_after(struct relevance *relevance, const struct seek_key *key, struct error *error)
{
    const struct crate_columns *columns = &relevance->search->index->columns;
    uint32_t rank = seek_find_crate(columns, key);
    struct place place = {key->stage, (float)key->score,
                          rank != 0 ? rank : seek_rank_before(columns, key)};
    for (unsigned i = 0; i < 2 && place.stage == SEEK_STAGE_FIRST; i++) {
        const struct place said = place;
        if (fill_behind(relevance, &said, error) != 0)
            return -1;
        find_place(relevance, rank, 0, &place);
        bool is_true = place.stage == said.stage && place.score == said.score;
        if (is_true && relevance->n_before >= relevance->depth)
            return 0;
        if (is_true)
            break;
    }
    return fill_from_front(relevance, rank, &place, error);
}

int search_by_relevance(struct search *search, const struct search_query *query,
                        const uint64_t *filter, const struct seek_key *after,
                        struct search_result *result, struct error *error)
{
    struct relevance relevance = {
        .search = search,
        .query = query,
        .filter = filter,
        .has_second_stage = search->plan.ranking->second_stage,
        .result = result,
    };
    search_by_words_take(&relevance.by_words, &search->plan, filter);
    relevance.depth = relevance.has_second_stage ? RERANK_DEPTH - relevance.by_words.n : 0;
    int status = after != NULL ? fill_after(&relevance, after, error)
                               : fill_from_front(&relevance, 0, NULL, error);
    if (status != 0)
        return -1;
    for (uint32_t i = 0; i < result->n_hits; i++) {
        if (!result->hits[i].is_second_stage)
            result->hits[i].tier = search_plan_tier(&search->plan, result->hits[i].rank);
    }
    return 0;
}
