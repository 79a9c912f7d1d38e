/* Names by looking at each of them and, for short texts, at every character; who matches by words
   is a matter of the shares that scan_words found. */
#define _GNU_SOURCE /* memmem */
#include "tests/support/search_scan_steps.h"

#include <cratedex/ranking.h>
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

/* 'A' for a capital, 'a' for another letter, '0' for a digit, ' ' for what separates words. */
static char kind_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return 'A';
    if ((c >= 'a' && c <= 'z') || (unsigned char)c > 127)
        return 'a';
    return c >= '0' && c <= '9' ? '0' : ' ';
}

static bool word_begins(const char *name, size_t at)
{
    char here = kind_of(name[at]);
    char before = at == 0 ? ' ' : kind_of(name[at - 1]);
    if (here == ' ' || before == ' ')
        return here != ' ';
    if ((here == '0') != (before == '0'))
        return true;
    /* Letters above 127 have no case, so only `a` to `z` count as lower. */
    bool after_lower = before == 'a' && (unsigned char)name[at - 1] < 128;
    bool before_lower =
        kind_of(name[at + 1]) == 'a' && (unsigned char)name[at + 1] < 128 && name[at + 1] != '\0';
    return here == 'A' && (after_lower || (before == 'A' && before_lower));
}

/* Marks the crates whose name contains the text or, where it is short, has a word that it
   begins. */
static void mark_names(struct search_scan *scan, struct search_string text, const char *canonical)
{
    size_t n_characters = 0;
    unsigned c;
    for (size_t at = 0; at < text.length; n_characters++)
        at += scan_character(text.data + at, text.length - at, &c);
    scan_clear_marks(scan);
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++) {
        const struct crate *crate = &scan->crates[rank];
        if (n_characters >= 3) {
            const char *name = crate->canonical;
            scan->marks[rank] = memmem(name, strlen(name), canonical, text.length) != NULL;
            continue;
        }
        for (size_t at = 0; crate->name[at] != '\0'; at++) {
            if (word_begins(crate->name, at) &&
                strncmp(crate->canonical + at, canonical, text.length) == 0)
                scan->marks[rank] = true;
        }
    }
}

/* The mass that a match must have: the share asked for, or the largest that any crate has. Filters
   have no say. */
static double find_required(struct search_scan *scan)
{
    double required = scan->total_mass * scan->ranking.min_share;
    double largest = 0;
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++)
        largest = fmax(largest, scan->coverage[rank].any);
    if (largest > 0 && largest < required - EQUAL) {
        scan->is_unsure = largest > required - UNSURE;
        required = largest;
    }
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++) {
        double distance = fabs(scan->coverage[rank].any - required);
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
    if (!by_words)
        return score + ranking->substring;
    return score + (ranking->any * coverage->any + ranking->main * coverage->main +
                    ranking->keywords * coverage->fields[SCAN_KEYWORDS]) /
                       scan->total_mass;
}

void scan_match(struct search_scan *scan, struct search_string text, enum search_match match)
{
    char canonical[SEARCH_MAX_TEXT_BYTES + 1] = "";
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        canonical[i] = (char)(c == '-' ? '_' : c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    mark_names(scan, text, canonical);
    scan_near_names(scan, canonical);
    double required = match == SEARCH_MATCH_BEST ? find_required(scan) : 0;
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++) {
        const struct scan_coverage *coverage = &scan->coverage[rank];
        bool exact = strcmp(scan->crates[rank].canonical, canonical) == 0;
        bool by_words =
            coverage->has_any && (match == SEARCH_MATCH_BEST ? coverage->any > required - EQUAL
                                                             : coverage->n_words == scan->n_words);
        unsigned near_place = 0;
        for (unsigned i = 0; i < scan->n_near; i++)
            near_place = scan->near[i] == rank ? i + 1 : near_place;
        bool is_front = exact || near_place > 0;
        if (!scan->passes[rank] || (!is_front && !by_words && !scan->marks[rank]))
            continue;
        scan->hits[scan->n_hits++] =
            (struct scan_hit){.rank = rank,
                              .tier = exact            ? SEARCH_TIER_EXACT
                                      : near_place > 0 ? SEARCH_TIER_NEAR
                                      : by_words       ? tier_of(scan, rank)
                                                       : SEARCH_TIER_SUBSTRING,
                              .exact = exact,
                              .near_place = near_place,
                              .score = is_front ? 0 : score_of(scan, rank, by_words)};
    }
    scan_clear_marks(scan);
}
