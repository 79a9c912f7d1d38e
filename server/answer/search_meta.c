/* Texts are copied into the page, which writes them again where an answer gets other links; members
   that are objects or arrays are extras, which it copies from the body. */
#include "server/answer/search_meta.h"

#include <cratedex/search_facets.h>
#include <cratedex/search_filter_list.h>
#include <cratedex/search_hints.h>
#include <stdio.h>

void search_meta_write(struct list_page *page, const struct link_spelling *spelling,
                       const struct search_query *query, const struct search_result *result,
                       struct encoder *encoder)
{
    static const struct search_string no_text = {"", 0};
    bool has_filters = query->filters != NULL;
    bool has_hints = result->n_hints > 0;
    bool has_facets = result->facets != NULL;
    snprintf(page->did_you_mean, sizeof page->did_you_mean, "%s", result->did_you_mean);
    snprintf(page->named_version, sizeof page->named_version, "%s", result->named_version);
    page->is_relaxed = result->is_relaxed;
    list_page_begin_meta(page, spelling,
                         (uint32_t)has_filters + (uint32_t)has_hints + (uint32_t)has_facets,
                         encoder);
    if (has_filters) {
        list_page_begin_extra(page, "read_as", encoder);
        search_filters_encode(query->filters, query->text.data != NULL ? query->text : no_text,
                              encoder);
        list_page_end_extra(page, encoder);
    }
    if (has_hints) {
        list_page_begin_extra(page, "hints", encoder);
        search_hints_encode(result, encoder);
        list_page_end_extra(page, encoder);
    }
    if (has_facets) {
        list_page_begin_extra(page, "facets", encoder);
        search_facets_encode(result->facets, encoder);
        list_page_end_extra(page, encoder);
    }
    list_page_end(encoder);
}
