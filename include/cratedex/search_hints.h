/* What of a search's text is a keyword or a category, as it is told. */
#ifndef CRATEDEX_SEARCH_HINTS_H
#define CRATEDEX_SEARCH_HINTS_H

#include <cratedex/encoder.h>
#include <cratedex/search_query.h>

#ifdef __cplusplus
extern "C" {
#endif

/* "keyword" or "category". */
const char *search_hint_name(enum search_hint_kind kind);

/* Writes the result's hints: [{"kind", "id", "crates"}, …]. */
void search_hints_encode(const struct search_result *result, struct encoder *encoder);

#ifdef __cplusplus
}
#endif

#endif
