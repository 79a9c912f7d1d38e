/* The encoded form of an explanation, which the server and cratedex-index share. */
#ifndef CRATEDEX_EXPLANATION_H
#define CRATEDEX_EXPLANATION_H

#include <cratedex/encoder.h>
#include <cratedex/search.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A word for the part of the order of relevance that a hit stands in, which come one behind the
   other: "exact" (the name is the text), "front" (the text names the crate in another way,
   which `tier` tells), "second" (the learned trees order the best of the rest) and "first" (all
   others). Static. */
const char *explanation_stage(const struct search_hit *hit);

/* The names of the fields in a word's `fields`, in the order name, keywords, description, readme.
   Writes at most EXPLANATION_MAX_FIELDS of them and returns how many. Static strings. */
#define EXPLANATION_MAX_FIELDS 4
size_t explanation_fields(unsigned fields, const char *names[EXPLANATION_MAX_FIELDS]);

/* Writes the explanation of a hit as one value:

       {"tier", "score", "stage",
        "words": [{"word", "share", "fields": [], "completion", "written", "synonym"}],
        "terms": {"any", "main", "keywords", "substring", "popularity", "first_stage",
        "second_stage"}}

   `second_stage` is null where the hit has none, `synonym` where the word itself or
   another form of it stands there; `written` tells these two apart. */
void explanation_encode(const struct search_explanation *explanation, const struct search_hit *hit,
                        struct encoder *encoder);

#ifdef __cplusplus
}
#endif

#endif
