/* The encoded form of an explanation. Explaining is for people who ask why: its cost does not
   matter. */
#include <cratedex/explanation.h>

#include "index/segment/postings.h"

const char *explanation_stage(const struct search_hit *hit)
{
    if (hit->exact)
        return "exact";
    if (hit->in_front)
        return "front";
    return hit->is_second_stage ? "second" : "first";
}

_Static_assert(EXPLANATION_MAX_FIELDS == POSTING_N_FIELDS, "every field has room");

size_t explanation_fields(unsigned fields, const char *names[EXPLANATION_MAX_FIELDS])
{
    return posting_field_names(fields, names);
}

static void encode_words(const struct search_explanation *explanation, struct encoder *encoder)
{
    encoder_key(encoder, "words");
    encoder_array(encoder, explanation->n_words);
    for (uint32_t i = 0; i < explanation->n_words; i++) {
        const char *names[EXPLANATION_MAX_FIELDS];
        size_t n_names = explanation_fields(explanation->words[i].fields, names);
        encoder_object(encoder, 6);
        encoder_key(encoder, "word");
        encoder_string(encoder, explanation->words[i].stem, explanation->words[i].length);
        encoder_member_number(encoder, "share", explanation->words[i].share);
        encoder_key(encoder, "fields");
        encoder_array(encoder, (uint32_t)n_names);
        for (size_t f = 0; f < n_names; f++)
            encoder_text(encoder, names[f]);
        encoder_end_array(encoder);
        encoder_key(encoder, "completion");
        encoder_boolean(encoder, explanation->words[i].is_completion);
        encoder_key(encoder, "written");
        encoder_boolean(encoder, explanation->words[i].is_written);
        encoder_key(encoder, "synonym");
        if (explanation->words[i].synonym != NULL)
            encoder_string(encoder, explanation->words[i].synonym,
                           explanation->words[i].synonym_length);
        else
            encoder_null(encoder);
        encoder_end_object(encoder);
    }
    encoder_end_array(encoder);
}

static void encode_terms(const struct search_explanation *explanation, struct encoder *encoder)
{
    encoder_key(encoder, "terms");
    encoder_object(encoder, 7);
    encoder_member_number(encoder, "any", explanation->any);
    encoder_member_number(encoder, "main", explanation->main);
    encoder_member_number(encoder, "keywords", explanation->keywords);
    encoder_member_number(encoder, "substring", explanation->substring);
    encoder_member_number(encoder, "popularity", explanation->popularity);
    encoder_member_number(encoder, "first_stage", explanation->first_stage);
    encoder_key(encoder, "second_stage");
    if (explanation->has_second_stage)
        encoder_number(encoder, explanation->second_stage);
    else
        encoder_null(encoder);
    encoder_end_object(encoder);
}

void explanation_encode(const struct search_explanation *explanation, const struct search_hit *hit,
                        struct encoder *encoder)
{
    encoder_object(encoder, 5);
    encoder_key(encoder, "tier");
    encoder_text(encoder, search_tier_name(explanation->tier));
    encoder_member_number(encoder, "score", hit->score);
    encoder_key(encoder, "stage");
    encoder_text(encoder, explanation_stage(hit));
    encode_words(explanation, encoder);
    encode_terms(explanation, encoder);
    encoder_end_object(encoder);
}
