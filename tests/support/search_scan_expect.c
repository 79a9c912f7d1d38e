/* A page of the library against the last query of the scan. */
#include "tests/support/search_scan_steps.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SCORE_TOLERANCE 1e-4

/* The place under test, for the messages. */
struct place {
    const struct search_scan *scan;
    const struct search_query *query;
    size_t at;
    const struct search_hit *hit;
    const struct search_hit *before; /* on the page; NULL: none */
};

static void fail_at(const struct place *place, const char *what)
{
    const struct search_query *query = place->query;
    const struct search_hit *hit = place->hit;
    fail_msg("\"%.*s\", sort %d, match %d, limit %u, hit %zu: rank %u, %s, %s, %.9g: %s",
             (int)query->text.length, query->text.data == NULL ? "" : query->text.data,
             (int)query->sort, (int)query->match, query->limit, place->at, hit->rank,
             search_tier_name(hit->tier), hit->is_second_stage ? "second stage" : "first stage",
             hit->score, what);
}

static void expect_listed(const struct place *place, const struct scan_hit *expected)
{
    char what[128];
    const struct search_hit *hit = place->hit;
    snprintf(what, sizeof what, "rank %u, %s is expected", expected->rank,
             search_tier_name(expected->tier));
    bool by_relevance = place->scan->sort == SEARCH_SORT_RELEVANCE;
    bool in_front = by_relevance && expected->front_place > 0;
    double score = in_front ? 1 - (double)expected->front_place : 0;
    if (hit->rank != expected->rank || hit->tier != expected->tier ||
        hit->exact != expected->exact || hit->in_front != in_front || hit->is_second_stage ||
        hit->score != score)
        fail_at(place, what);
}

static size_t count_apart(const struct search_scan *scan)
{
    return scan->ranking.second_stage ? SCAN_SECOND_STAGE - scan->depth : 0;
}

/* Whether a crate may be the one that another, which is named by words, has to stand behind: more
   popular, with all words as they were typed outside the README. */
static bool may_lead(const struct search_scan *scan, const struct scan_hit *other, uint32_t rank,
                     double slack)
{
    double total = scan->total_mass > 0 ? scan->total_mass : 1;
    return !other->is_apart && other->rank < rank &&
           scan->coverage[other->rank].main / total >= 0.9999 - slack;
}

/* The second stage's score of a crate that is named by words is its own, unless the place that it
   would have is not one that it may have. */
static void expect_moved(const struct place *place, const struct scan_hit *expected)
{
    const struct search_scan *scan = place->scan;
    double score = place->hit->score;
    size_t n_apart = count_apart(scan);
    bool may_rise = !scan->is_other_name && scan->n_front + n_apart <= SCAN_LAST_PLACE_BY_WORDS;
    bool is_last = may_rise && place->at < SCAN_LAST_PLACE_BY_WORDS &&
                   place->at + n_apart >= SCAN_LAST_PLACE_BY_WORDS;
    bool is_behind = false;
    double best_leader = -INFINITY;
    for (size_t i = scan->n_front; i < scan->n_hits; i++) {
        const struct scan_hit *other = &scan->hits[i];
        if (other->first_place >= scan->depth)
            continue;
        is_behind = is_behind || (may_lead(scan, other, expected->rank, SCAN_ROUNDING) &&
                                  score > other->lowest - SCORE_TOLERANCE &&
                                  score < other->highest + SCORE_TOLERANCE);
        if (other->last_place < scan->depth && other->highest > best_leader &&
            may_lead(scan, other, expected->rank, -SCAN_ROUNDING))
            best_leader = other->highest;
    }
    if (may_rise && place->at >= SCAN_LAST_PLACE_BY_WORDS)
        fail_at(place, "is too far down for one that is named by words");
    if (score > expected->highest + SCORE_TOLERANCE && !is_last)
        fail_at(place, "has more than the trees give");
    if (score < expected->lowest - SCORE_TOLERANCE && !is_behind && !is_last)
        fail_at(place, "has less than the trees give");
    if (score > best_leader + SCORE_TOLERANCE && best_leader > -INFINITY && !is_last)
        fail_at(place, "leads a more popular crate that has all words");
}

/* At most as many stand before it as may, and at most as many behind it. */
static void expect_second_place(const struct place *place, const struct scan_hit *expected,
                                size_t at)
{
    const struct search_scan *scan = place->scan;
    size_t n_better = 0;
    size_t n_worse = 0;
    if (expected->is_apart) {
        expect_moved(place, expected);
        return;
    }
    if (expected->first_place >= scan->depth)
        fail_at(place, "is not among the best of the first stage");
    if (place->hit->score < expected->lowest - SCORE_TOLERANCE ||
        place->hit->score > expected->highest + SCORE_TOLERANCE) {
        char what[128];
        snprintf(what, sizeof what, "the trees give %.9g to %.9g", expected->lowest,
                 expected->highest);
        fail_at(place, what);
    }
    for (size_t i = scan->n_front; i < scan->n_hits; i++) {
        const struct scan_hit *other = &scan->hits[i];
        if (other->is_apart || other->last_place >= scan->depth)
            continue;
        n_better += other->lowest > expected->highest + SCORE_TOLERANCE;
        n_worse += other->highest < expected->lowest - SCORE_TOLERANCE;
    }
    if (at < n_better || at + n_worse >= scan->n_second)
        fail_at(place, "the trees put it elsewhere");
}

static void expect_first_place(const struct place *place, const struct scan_hit *expected,
                               size_t at)
{
    char what[128];
    snprintf(what, sizeof what, "score %.9g, places %zu to %zu are expected", expected->score,
             place->scan->n_front + expected->first_place,
             place->scan->n_front + expected->last_place);
    size_t n_apart = count_apart(place->scan);
    if (fabs(place->hit->score - expected->score) > SCORE_TOLERANCE ||
        at < expected->first_place + n_apart || at > expected->last_place + n_apart)
        fail_at(place, what);
}

static void expect_staged(const struct place *place)
{
    const struct search_scan *scan = place->scan;
    const struct search_hit *hit = place->hit;
    if (hit->rank == 0 || hit->rank > scan->n_crates || scan->hit_of_rank[hit->rank] == 0)
        fail_at(place, "does not match");
    const struct scan_hit *expected = &scan->hits[scan->hit_of_rank[hit->rank] - 1];
    size_t at = place->at - scan->n_front;
    bool is_second = at < scan->n_second;
    if (hit->exact || hit->in_front || hit->tier != expected->tier)
        fail_at(place, search_tier_name(expected->tier));
    if (hit->is_second_stage != is_second)
        fail_at(place, "is of the other stage");
    if (is_second)
        expect_second_place(place, expected, at);
    else
        expect_first_place(place, expected, at);
    /* The library's own scores settle what its rounding decides, and rank what they do not. */
    const struct search_hit *before = place->before;
    if (before != NULL && !before->exact && !before->in_front &&
        before->is_second_stage == hit->is_second_stage &&
        (before->score < hit->score || (before->score == hit->score && before->rank >= hit->rank)))
        fail_at(place, "comes behind a worse one");
}

void search_scan_expect(const struct search_scan *scan, const struct search_query *query,
                        size_t n_skipped, const struct search_result *result)
{
    size_t n_left = n_skipped < scan->n_hits ? scan->n_hits - n_skipped : 0;
    size_t n_expected = n_left < query->limit ? n_left : query->limit;
    if (result->total != scan->n_hits || result->n_hits != n_expected)
        fail_msg("\"%.*s\", sort %d, match %d: %u hits of %llu, not %zu of %zu",
                 (int)query->text.length, query->text.data == NULL ? "" : query->text.data,
                 (int)query->sort, (int)query->match, result->n_hits,
                 (unsigned long long)result->total, n_expected, scan->n_hits);
    if (result->is_relaxed != scan->is_relaxed)
        fail_msg("\"%.*s\" is%s relaxed", (int)query->text.length, query->text.data,
                 result->is_relaxed ? "" : " not");
    if (scan->is_meaning_known && strcmp(result->did_you_mean, scan->did_you_mean) != 0)
        fail_msg("\"%.*s\" may mean \"%s\", not \"%s\"", (int)query->text.length,
                 query->text.data == NULL ? "" : query->text.data, scan->did_you_mean,
                 result->did_you_mean);
    for (size_t i = 0; i < n_expected; i++) {
        struct place place = {scan, query, n_skipped + i, &result->hits[i],
                              i == 0 ? NULL : &result->hits[i - 1]};
        if (scan->sort == SEARCH_SORT_RELEVANCE && place.at >= scan->n_front)
            expect_staged(&place);
        else
            expect_listed(&place, &scan->hits[place.at]);
    }
}
