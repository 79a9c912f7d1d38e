/* Who matches by words is a matter of the shares that scan_words found, who by name of what
   scan_names did. */
#include "tests/support/search_scan_steps.h"

#include <cratedex/ranking.h>
#include <cratedex/search_filter_list.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Masses as close to what is asked for as this, and not equal, may be rounded to either side. */
#define UNSURE 1e-4
#define EQUAL 2e-6

/* The mass that a match must have: the share asked for, or the largest that any crate has; any
   beside quoted words. Other filters have no say. */
static double find_required(struct search_scan *scan, const struct search_filters *filters)
{
    uint32_t n_quoted = 0;
    if (filters != NULL)
        search_filters_of(filters, SEARCH_FILTER_ALL_OF, &n_quoted);
    double required = n_quoted > 0 ? 0 : scan->total_mass * scan->ranking.min_share;
    double largest = 0;
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++)
        largest = fmax(largest, scan->coverage[rank].reach);
    if (largest > 0 && largest < required - EQUAL) {
        scan->is_unsure = largest > required - UNSURE;
        required = largest;
    }
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++) {
        double distance = fabs(scan->coverage[rank].reach - required);
        if (distance < UNSURE && distance > EQUAL)
            scan->is_unsure = true;
    }
    return required;
}

static enum search_tier tier_of(const struct search_scan *scan, uint32_t rank)
{
    if (scan->coverage[rank].n_whole < scan->n_words)
        return SEARCH_TIER_SOME;
    return (enum search_tier)(SEARCH_TIER_NAME + (int)scan->coverage[rank].worst);
}

static double score_of(const struct search_scan *scan, uint32_t rank, bool by_words)
{
    const struct ranking *ranking = &scan->ranking;
    const struct scan_coverage *coverage = &scan->coverage[rank];
    double score = ranking->popularity * scan->crates[rank].popularity;
    double total = scan->total_mass > 0 ? scan->total_mass : 1;
    if (!by_words)
        return score + ranking->substring;
    return score + (ranking->any * coverage->any + ranking->main * coverage->main +
                    ranking->keywords * coverage->fields[SCAN_KEYWORDS]) /
                       total;
}

/* Says how the text names the hit's crate. Returns false where it does not. */
static bool name_hit(struct search_scan *scan, struct scan_hit *hit)
{
    for (unsigned i = 0; i < scan->n_front_names; i++) {
        if (scan->front[i].rank == hit->rank) {
            hit->front_place = i + 1;
            hit->tier = scan->front[i].tier;
        }
    }
    for (unsigned i = 0; i < scan->n_by_words; i++) {
        if (scan->by_words[i] == hit->rank) {
            hit->is_by_words = true;
            hit->tier = SEARCH_TIER_BY_WORDS;
        }
    }
    for (unsigned i = 0; i < scan->alike.n && hit->is_by_words; i++) {
        if (scan->alike.ranks[i] == hit->rank)
            scan->coverage[hit->rank] = scan->alike.coverage[i];
    }
    if (hit->exact)
        hit->tier = SEARCH_TIER_EXACT;
    return hit->exact || hit->front_place > 0 || hit->is_by_words;
}

void scan_match(struct search_scan *scan, struct search_string text,
                const struct search_filters *filters, enum search_match match)
{
    const char *canonical = scan->canonical;
    scan_names(scan, text, canonical);
    scan_filter_by_words(scan, filters, true);
    double required = match == SEARCH_MATCH_BEST ? find_required(scan, filters) : 0;
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++) {
        const struct scan_coverage *coverage = &scan->coverage[rank];
        bool by_words =
            coverage->has_any && (match == SEARCH_MATCH_BEST ? coverage->reach > required - EQUAL
                                                             : coverage->n_words == scan->n_words);
        struct scan_hit hit = {.rank = rank,
                               .tier = by_words ? tier_of(scan, rank) : SEARCH_TIER_SUBSTRING,
                               .exact = scan_is_exact(scan, rank, canonical)};
        bool is_named = name_hit(scan, &hit);
        if (!scan->passes[rank] || (!is_named && !by_words && !scan->in_name[rank]))
            continue;
        if (!hit.exact && hit.front_place == 0)
            hit.score = score_of(scan, rank, by_words || hit.is_by_words);
        scan->hits[scan->n_hits++] = hit;
    }
}
