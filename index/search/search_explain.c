/* Explains a hit by computing its score again, term by term, from the plan of the search that found
   it. */
#include "index/search/rank/search_score.h"
#include "index/search/search_state.h"

#include <cratedex/ranking.h>
#include <cratedex/search.h>
#include <string.h>

/* Says what stands there: the word itself, or what counts in its place. */
static void explain_occurrence(const struct search_word *word,
                               const struct word_occurrence *occurrence,
                               struct search_explanation *explanation, uint32_t i)
{
    const struct word_alternative *alternative = occurrence->alternative;
    bool all_have_it = word->n_written > 0 && word->written.n == 0;
    if (alternative == NULL)
        return;
    explanation->words[i].is_completion = alternative->kind == ALTERNATIVE_COMPLETION;
    explanation->words[i].is_written =
        alternative->kind == ALTERNATIVE_STEM && (all_have_it || occurrence->written_fields != 0);
    if (alternative->kind == ALTERNATIVE_SYNONYM) {
        explanation->words[i].synonym = alternative->synonym->word;
        explanation->words[i].synonym_length = alternative->synonym->length;
    }
}

int search_explain(struct search *search, const struct search_hit *hit,
                   struct search_explanation *explanation, struct error *error)
{
    struct search_plan *plan = &search->plan;
    if (!search->has_text || !search->by_relevance)
        return error_set(error, "only a search by relevance can be explained");
    const struct ranking *ranking = plan->ranking;
    struct search_coverage coverage;
    memset(explanation, 0, sizeof *explanation);
    explanation->tier = hit->tier;
    search_plan_rewind(plan);
    search_plan_cover(plan, hit->rank, &coverage);
    search_plan_rewind(plan);
    if (!search_plan_has_words(plan, &coverage)) {
        explanation->substring = ranking->substring;
    } else {
        explanation->any = ranking->any * (double)coverage.any;
        explanation->main = ranking->main * (double)coverage.main;
        explanation->keywords = ranking->keywords * (double)coverage.keywords;
    }
    explanation->popularity =
        ranking->popularity * (double)search->index->columns.popularity[hit->rank - 1];
    explanation->first_stage = explanation->any + explanation->main + explanation->keywords +
                               explanation->substring + explanation->popularity;
    explanation->has_second_stage = hit->is_second_stage;
    explanation->second_stage = hit->is_second_stage ? hit->score : 0;
    for (uint32_t i = 0; i < plan->n_words; i++) {
        struct search_word *word = &plan->words[i];
        struct word_occurrence occurrence = search_word_occurrence(word, hit->rank);
        explanation->words[i].stem = plan->text_words.bytes + word->start;
        explanation->words[i].length = word->length;
        explanation->words[i].share = (double)word->mass / (double)plan->total_mass;
        explanation->words[i].fields = occurrence.fields | (coverage.is_named ? POSTING_NAME : 0U);
        explain_occurrence(word, &occurrence, explanation, i);
        explanation->words[i].is_written |= coverage.is_named;
    }
    explanation->n_words = plan->n_words;
    search_plan_rewind(plan);
    return 0;
}
