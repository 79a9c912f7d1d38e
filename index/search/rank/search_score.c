/* The first stage's score: the shares of the query's inverse document frequency that occur in a
   crate, by field, and its popularity, each by its weight (ranking.h). */
#include "index/search/rank/search_score.h"

#include "index/base/bitmap.h"

#include <cratedex/ranking.h>
#include <string.h>

void search_plan_weigh(const struct search_plan *plan, float mass, float weights[16])
{
    const struct ranking *ranking = plan->ranking;
    double share = (double)mass / (double)plan->total_mass;
    for (unsigned fields = 0; fields < 16; fields++) {
        double weight = ranking->any;
        if (fields & POSTING_MAIN_FIELDS)
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
        if (fields == 0)
            continue;
        uint8_t written = i == 0 && word->written.n > 0 ? fields_in(&word->written, rank) : 0;
        return (struct word_occurrence){&word->alternatives[i], fields, written};
    }
    return (struct word_occurrence){NULL, 0, 0};
}

unsigned search_word_fields(struct search_word *word, uint32_t rank)
{
    unsigned fields = 0;
    for (uint32_t i = 0; i < word->n_alternatives; i++)
        fields |= fields_in(&word->alternatives[i].list, rank);
    return fields;
}

/* The shares of the query's mass that a word has in a crate: one by the fields in which it occurs,
   one by those of them in which it is written as it was typed. */
struct word_shares {
    uint8_t fields;
    uint8_t written_fields;
    float share;
    float written_share;
};

/* Sums side by side, for all words of the shares that they have in any of some fields. */
enum { IN_ANY, IN_MAIN, IN_KEYWORDS, IN_NAME, IN_DESCRIPTION, IN_README, N_SUMS = 8 };
typedef float sums __attribute__((vector_size(N_SUMS * sizeof(float)), aligned(4), may_alias));

/* By a set of fields: 1 in the sums that have one of them. */
#define IS_IN(fields, some) (((fields) & (some)) != 0 ? 1.0F : 0.0F)
#define SUMS_OF(fields)                                                                            \
    {                                                                                              \
        [IN_ANY] = IS_IN(fields, POSTING_ALL_FIELDS),                                              \
        [IN_MAIN] = IS_IN(fields, POSTING_MAIN_FIELDS),                                            \
        [IN_KEYWORDS] = IS_IN(fields, POSTING_KEYWORDS), [IN_NAME] = IS_IN(fields, POSTING_NAME),  \
        [IN_DESCRIPTION] = IS_IN(fields, POSTING_DESCRIPTION),                                     \
        [IN_README] = IS_IN(fields, POSTING_README)                                                \
    }
#define SUMS_OF_4(fields)                                                                          \
    SUMS_OF(fields), SUMS_OF((fields) + 1), SUMS_OF((fields) + 2), SUMS_OF((fields) + 3)
static const float sums_of[POSTING_ALL_FIELDS + 1][N_SUMS] = {SUMS_OF_4(0), SUMS_OF_4(4),
                                                              SUMS_OF_4(8), SUMS_OF_4(12)};

static void cover(struct search_coverage *coverage, sums *total, const struct word_shares *word,
                  bool is_first)
{
    uint8_t best_field = (uint8_t)(word->fields & -word->fields);
    sums own = word->share * *(const sums *)sums_of[word->fields];
    own += word->written_share * *(const sums *)sums_of[word->written_fields];
    *total += own;
    if (best_field > coverage->worst_field)
        coverage->worst_field = best_field;
    coverage->readme_only += own[IN_ANY] - own[IN_MAIN];
    coverage->best = own[IN_ANY] > coverage->best ? own[IN_ANY] : coverage->best;
    coverage->best_main = own[IN_MAIN] > coverage->best_main ? own[IN_MAIN] : coverage->best_main;
    coverage->has_first =
        coverage->has_first || (is_first && (word->fields & POSTING_MAIN_FIELDS) != 0);
}

static void set_sums(struct search_coverage *coverage, const sums *total)
{
    coverage->any = (*total)[IN_ANY];
    coverage->main = (*total)[IN_MAIN];
    coverage->keywords = (*total)[IN_KEYWORDS];
    coverage->name = (*total)[IN_NAME];
    coverage->description = (*total)[IN_DESCRIPTION];
    coverage->readme = (*total)[IN_README];
}

/* Where the name is the text's words run together, each of them stands in it. */
static void cover_by_words(struct search_plan *plan, uint32_t rank,
                           struct search_coverage *coverage)
{
    sums total = {0};
    coverage->is_named = true;
    coverage->has_all = true;
    for (uint32_t i = 0; i < plan->n_words; i++) {
        struct search_word *word = &plan->words[i];
        struct word_occurrence occurrence = search_word_occurrence(word, rank);
        const struct word_shares shares = {.fields = occurrence.fields | POSTING_NAME,
                                           .share = word->mass / plan->total_mass};
        cover(coverage, &total, &shares, i == 0);
        coverage->mass += word->mass;
    }
    if (plan->n_words == 0)
        cover(coverage, &total, &(struct word_shares){.fields = POSTING_NAME, .share = 1}, true);
    set_sums(coverage, &total);
}

void search_plan_cover(struct search_plan *plan, uint32_t rank, struct search_coverage *coverage)
{
    sums total = {0};
    memset(coverage, 0, sizeof *coverage);
    if (named_crates_is_by_words(&plan->named, rank)) {
        cover_by_words(plan, rank, coverage);
        return;
    }
    coverage->has_all = !plan->no_words_match && plan->n_left_out == 0 && plan->n_taken_apart == 0;
    for (uint32_t i = 0; i < plan->n_words; i++) {
        struct search_word *word = &plan->words[i];
        struct word_occurrence occurrence = search_word_occurrence(word, rank);
        coverage->has_all = coverage->has_all && occurrence.alternative != NULL &&
                            occurrence.alternative->kind != ALTERNATIVE_COMPLETION;
        if (occurrence.alternative == NULL)
            continue;
        const struct word_shares shares = {
            .fields = occurrence.fields,
            .written_fields = occurrence.written_fields,
            .share = occurrence.alternative->mass / plan->total_mass,
            .written_share = word->written_mass / plan->total_mass,
        };
        cover(coverage, &total, &shares, i == 0);
        coverage->mass += occurrence.alternative->reach;
    }
    set_sums(coverage, &total);
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

enum search_tier search_plan_words_tier(const struct search_plan *plan,
                                        const struct search_coverage *coverage)
{
    if (!search_plan_has_words(plan, coverage))
        return SEARCH_TIER_SUBSTRING;
    if (!coverage->has_all)
        return SEARCH_TIER_SOME;
    switch (coverage->worst_field) {
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

enum search_tier search_plan_name_tier(const struct search_plan *plan, uint32_t rank,
                                       enum search_tier words_tier)
{
    const struct named_crate *named = named_crates_find(&plan->named, rank);
    if (named != NULL)
        return tiers_of_names[named->how];
    return named_crates_is_exact(&plan->named, rank) ? SEARCH_TIER_EXACT : words_tier;
}

enum search_tier search_plan_tier(struct search_plan *plan, uint32_t rank)
{
    struct search_coverage coverage;
    search_plan_rewind(plan);
    search_plan_cover(plan, rank, &coverage);
    search_plan_rewind(plan);
    return search_plan_name_tier(plan, rank, search_plan_words_tier(plan, &coverage));
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
