/* The first stage's score: the shares of the query's inverse document frequency that occur in a
   crate, by field, and its popularity, each by its weight (ranking.h). */
#include "index/search/rank/search_score.h"

#include "index/base/bitmap.h"

#include <cratedex/ranking.h>
#include <math.h>
#include <string.h>

void search_plan_weigh(const struct search_plan *plan, float mass, float weights[16])
{
    const struct ranking *ranking = plan->ranking;
    double share = (double)mass / (double)plan->total_mass;
    for (unsigned fields = 0; fields < 16; fields++) {
        double weight = ranking->any;
        if (fields & (POSTING_NAME | POSTING_KEYWORDS | POSTING_DESCRIPTION))
            weight += ranking->main;
        if (fields & POSTING_KEYWORDS)
            weight += ranking->keywords;
        weights[fields] = (float)(weight * share);
    }
}

/* The fields of the crate in a list; 0 where the list lacks it. */
static uint8_t fields_in(struct posting_list *list, uint32_t rank)
{
    if (list->bitmap != NULL && !bitmap_test(list->bitmap, rank))
        return 0;
    posting_list_seek(list, rank);
    return list->position < list->n && list->ranks[list->position] == rank
               ? list->fields[list->position]
               : 0;
}

struct word_occurrence search_word_occurrence(struct search_word *word, uint32_t rank)
{
    for (uint32_t i = 0; i < word->n_alternatives; i++) {
        uint8_t fields = fields_in(&word->alternatives[i].list, rank);
        if (fields != 0)
            return (struct word_occurrence){&word->alternatives[i], fields};
    }
    return (struct word_occurrence){NULL, 0};
}

static void cover(struct search_coverage *coverage, uint8_t fields, float share, bool is_first)
{
    bool is_main = (fields & ~POSTING_README) != 0;
    uint8_t best_field = (uint8_t)(fields & -fields);
    if (best_field > coverage->worst_field)
        coverage->worst_field = best_field;
    coverage->any += share;
    coverage->main += is_main ? share : 0;
    coverage->name += fields & POSTING_NAME ? share : 0;
    coverage->keywords += fields & POSTING_KEYWORDS ? share : 0;
    coverage->description += fields & POSTING_DESCRIPTION ? share : 0;
    coverage->readme += fields & POSTING_README ? share : 0;
    coverage->readme_only += is_main ? 0 : share;
    coverage->best = fmaxf(coverage->best, share);
    coverage->best_main = fmaxf(coverage->best_main, is_main ? share : 0);
    coverage->has_first = coverage->has_first || (is_first && is_main);
}

/* Where the name is the text's words run together, each of them stands in it. */
static void cover_by_words(struct search_plan *plan, uint32_t rank,
                           struct search_coverage *coverage)
{
    coverage->is_named = true;
    coverage->has_all = true;
    for (uint32_t i = 0; i < plan->n_words; i++) {
        struct search_word *word = &plan->words[i];
        struct word_occurrence occurrence = search_word_occurrence(word, rank);
        cover(coverage, occurrence.fields | POSTING_NAME, word->mass / plan->total_mass, i == 0);
        coverage->mass += word->mass;
    }
    if (plan->n_words == 0)
        cover(coverage, POSTING_NAME, 1, true);
}

void search_plan_cover(struct search_plan *plan, uint32_t rank, struct search_coverage *coverage)
{
    memset(coverage, 0, sizeof *coverage);
    if (named_crates_is_by_words(&plan->named, rank)) {
        cover_by_words(plan, rank, coverage);
        return;
    }
    coverage->has_all = !plan->no_words_match && plan->n_left_out == 0 && plan->n_taken_apart == 0;
    for (uint32_t i = 0; i < plan->n_words; i++) {
        struct word_occurrence occurrence = search_word_occurrence(&plan->words[i], rank);
        coverage->has_all = coverage->has_all && occurrence.alternative != NULL &&
                            occurrence.alternative->kind != ALTERNATIVE_COMPLETION;
        if (occurrence.alternative == NULL)
            continue;
        cover(coverage, occurrence.fields, occurrence.alternative->mass / plan->total_mass, i == 0);
        coverage->mass += occurrence.alternative->reach;
    }
}

bool search_plan_has_words(const struct search_plan *plan, const struct search_coverage *coverage)
{
    return coverage->is_named ||
           (coverage->worst_field != 0 && search_plan_accepts(plan, coverage->mass));
}

/* The tiers of the ways in which a text names a crate. */
static const enum search_tier tiers_of_names[] = {
    [NAMED_PASTED] = SEARCH_TIER_PASTED,          [NAMED_BUT_FOR_SEPARATORS] = SEARCH_TIER_SAME,
    [NAMED_BY_BEGINNING] = SEARCH_TIER_BEGINNING, [NAMED_NEARLY] = SEARCH_TIER_NEAR,
    [NAMED_BY_WORDS] = SEARCH_TIER_BY_WORDS,
};

enum search_tier search_plan_tier(struct search_plan *plan, uint32_t rank)
{
    struct search_coverage coverage;
    const struct named_crate *named = named_crates_find(&plan->named, rank);
    if (named != NULL)
        return tiers_of_names[named->how];
    if (named_crates_is_exact(&plan->named, rank))
        return SEARCH_TIER_EXACT;
    search_plan_rewind(plan);
    search_plan_cover(plan, rank, &coverage);
    search_plan_rewind(plan);
    if (!search_plan_has_words(plan, &coverage))
        return SEARCH_TIER_SUBSTRING;
    if (!coverage.has_all)
        return SEARCH_TIER_SOME;
    switch (coverage.worst_field) {
    case POSTING_NAME:
        return SEARCH_TIER_NAME;
    case POSTING_KEYWORDS:
        return SEARCH_TIER_KEYWORDS;
    case POSTING_DESCRIPTION:
        return SEARCH_TIER_DESCRIPTION;
    default:
        return SEARCH_TIER_README;
    }
}

float search_plan_score(const struct search_plan *plan, const struct index *index, uint32_t rank,
                        const struct search_coverage *coverage)
{
    const struct ranking *ranking = plan->ranking;
    double words = coverage == NULL ? ranking->substring
                                    : ranking->any * (double)coverage->any +
                                          ranking->main * (double)coverage->main +
                                          ranking->keywords * (double)coverage->keywords;
    return (float)(words + ranking->popularity * (double)index->columns.popularity[rank - 1]);
}
