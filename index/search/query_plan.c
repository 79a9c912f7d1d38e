/* The plan of a search is the search's, which the next one uses again, and its cursors point into
   the index; what is of interest is copied out, counted, so that it can be written when the reader
   works for somebody else already. A list has no plan: it looked for no words. */
#include <cratedex/query_plan.h>

#include "index/search/search_state.h"

#include <cratedex/index_file.h>
#include <cratedex/search_facets.h>
#include <string.h>

_Static_assert(QUERY_PLAN_MAX_NEAR_NAMES == SEARCH_MAX_NEAR_NAMES, "all of them are told");
_Static_assert(sizeof((struct query_plan *)0)->stems == sizeof((struct text_words *)0)->bytes,
               "all stems fit");

static void describe_words(const struct search_plan *searched, struct query_plan *plan)
{
    memcpy(plan->stems, searched->text_words.bytes, searched->text_words.n_bytes);
    plan->n_words = searched->n_words;
    plan->n_left_out = searched->n_left_out;
    for (uint32_t i = 0; i < searched->n_words; i++) {
        const struct search_word *word = &searched->words[i];
        plan->words[i].start = word->start;
        plan->words[i].length = word->length;
        plan->words[i].n_crates = 0;
        plan->words[i].n_synonyms = 0;
        plan->words[i].n_synonym_crates = 0;
        plan->words[i].n_completions = word->n_completions;
        plan->words[i].n_completion_crates = 0;
        for (uint32_t a = 0; a < word->n_alternatives; a++) {
            const struct word_alternative *alternative = &word->alternatives[a];
            if (alternative->kind == ALTERNATIVE_STEM) {
                plan->words[i].n_crates = alternative->list.n;
            } else if (alternative->kind == ALTERNATIVE_SYNONYM) {
                plan->words[i].n_synonyms++;
                plan->words[i].n_synonym_crates += alternative->list.n;
            } else {
                plan->words[i].n_completion_crates += alternative->list.n;
            }
        }
        plan->words[i].share = (double)word->mass / (double)searched->total_mass;
    }
    plan->required_share =
        searched->total_mass > 0 ? (double)searched->required / (double)searched->total_mass : 0;
}

void query_plan_describe(const struct search_query *query, const struct search_result *result,
                         struct query_plan *plan)
{
    if (query->filters != NULL)
        plan->filters = *query->filters;
    else
        search_filters_init(&plan->filters);
    plan->n_words = 0;
    plan->n_left_out = 0;
    plan->required_share = 0;
    plan->n_name_places = 0;
    plan->n_exact_names = 0;
    plan->n_near_names = 0;
    if (result->search->has_text) {
        const struct search_plan *searched = &result->search->plan;
        describe_words(searched, plan);
        plan->n_name_places = searched->named.n_places;
        plan->n_exact_names = searched->named.n_exact;
        plan->n_near_names = searched->spelling.n_near_names;
        memcpy(plan->near_names, searched->spelling.near_names, sizeof plan->near_names);
    }
    plan->facets = result->facets != NULL ? result->facets->asked : 0;
    plan->is_relaxed = result->is_relaxed;
    plan->total = result->total;
    memcpy(plan->did_you_mean, result->did_you_mean, strlen(result->did_you_mean) + 1);
    memset(plan->hits_by_tier, 0, sizeof plan->hits_by_tier);
    for (uint32_t i = 0; i < result->n_hits; i++)
        plan->hits_by_tier[result->hits[i].tier]++;
}

static void encode_words(const struct query_plan *plan, struct encoder *encoder)
{
    encoder_key(encoder, "words");
    encoder_array(encoder, plan->n_words);
    for (uint32_t i = 0; i < plan->n_words; i++) {
        encoder_object(encoder, 7);
        encoder_key(encoder, "word");
        encoder_string(encoder, plan->stems + plan->words[i].start, plan->words[i].length);
        encoder_member_integer(encoder, "crates", plan->words[i].n_crates);
        encoder_member_integer(encoder, "synonyms", plan->words[i].n_synonyms);
        encoder_member_integer(encoder, "synonym_crates", (int64_t)plan->words[i].n_synonym_crates);
        encoder_member_integer(encoder, "completions", plan->words[i].n_completions);
        encoder_member_integer(encoder, "completion_crates",
                               (int64_t)plan->words[i].n_completion_crates);
        encoder_member_number(encoder, "share", plan->words[i].share);
        encoder_end_object(encoder);
    }
    encoder_end_array(encoder);
}

static void encode_near_names(const struct query_plan *plan, const struct index *index,
                              struct encoder *encoder)
{
    encoder_key(encoder, "near_names");
    encoder_array(encoder, plan->n_near_names);
    for (uint32_t i = 0; i < plan->n_near_names; i++) {
        struct index_crate crate;
        index_crate(index, plan->near_names[i], &crate);
        encoder_string(encoder, crate.name, crate.name_length);
    }
    encoder_end_array(encoder);
}

static void encode_facets(const struct query_plan *plan, struct encoder *encoder)
{
    encoder_key(encoder, "facets");
    encoder_array(encoder, (uint32_t)__builtin_popcount(plan->facets));
    for (unsigned facet = 0; facet < N_SEARCH_FACETS; facet++)
        if ((plan->facets >> facet & 1) != 0)
            encoder_text(encoder, search_facet_name(facet));
    encoder_end_array(encoder);
}

static void encode_tiers(const struct query_plan *plan, struct encoder *encoder)
{
    uint32_t n_tiers = 0;
    for (int tier = 0; tier < N_SEARCH_TIERS; tier++)
        n_tiers += plan->hits_by_tier[tier] > 0;
    encoder_key(encoder, "page");
    encoder_object(encoder, n_tiers);
    for (int tier = 0; tier < N_SEARCH_TIERS; tier++)
        if (plan->hits_by_tier[tier] > 0)
            encoder_member_integer(encoder, search_tier_name((enum search_tier)tier),
                                   plan->hits_by_tier[tier]);
    encoder_end_object(encoder);
}

void query_plan_encode(const struct query_plan *plan, const struct index *index,
                       struct encoder *encoder)
{
    static const struct search_string no_text = {NULL, 0};
    encoder_object(encoder, 12);
    encoder_key(encoder, "filters");
    search_filters_encode(&plan->filters, no_text, encoder);
    encode_words(plan, encoder);
    encoder_member_integer(encoder, "left_out", plan->n_left_out);
    encoder_member_number(encoder, "required_share", plan->required_share);
    encoder_member_integer(encoder, "name_places", plan->n_name_places);
    encoder_member_integer(encoder, "exact_names", plan->n_exact_names);
    encode_near_names(plan, index, encoder);
    encoder_member_text(encoder, "did_you_mean",
                        plan->did_you_mean[0] != '\0' ? plan->did_you_mean : NULL);
    encoder_member_boolean(encoder, "relaxed", plan->is_relaxed);
    encode_facets(plan, encoder);
    encoder_member_integer(encoder, "matches", (int64_t)plan->total);
    encode_tiers(plan, encoder);
    encoder_end_object(encoder);
}
