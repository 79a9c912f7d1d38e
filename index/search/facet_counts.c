/* The crates that count are a bitmap: what the text matches (search->matched), AND what the filters
   let through. For every value of an attribute the crates of that bitmap are counted through the
   values of each crate (value_counts.h). Where all crates count, the dictionary of the values has
   the counts already.

   Values are numbered by falling number of crates in the whole index, so the ten largest are found
   by a walk that ends at the first value that has fewer in all than the tenth has here.

   A facet whose attribute the query filters by counts over the other filters: these are built again
   without its own. */
#include "index/search/facet_counts.h"

#include "index/base/bitmap.h"
#include "index/search/filter/filter_words.h"
#include "index/search/filter/search_filter.h"
#include "index/segment/value_counts.h"

#include <cratedex/search_filter_list.h>
#include <stdlib.h>
#include <string.h>

static const enum crate_attribute attributes[N_SEARCH_FACETS] = {
    [SEARCH_FACET_CATEGORY] = CRATE_ATTRIBUTE_CATEGORY,
    [SEARCH_FACET_KEYWORD] = CRATE_ATTRIBUTE_KEYWORD,
    [SEARCH_FACET_LICENSE] = CRATE_ATTRIBUTE_LICENSE,
    [SEARCH_FACET_EDITION] = CRATE_ATTRIBUTE_EDITION,
    [SEARCH_FACET_RUST_VERSION] = CRATE_ATTRIBUTE_RUST_VERSION,
    [SEARCH_FACET_HAS] = CRATE_ATTRIBUTE_HAS,
};

static const uint32_t own_filters[N_SEARCH_FACETS] = {
    [SEARCH_FACET_CATEGORY] = SEARCH_FILTER_BIT(SEARCH_FILTER_CATEGORY),
    [SEARCH_FACET_KEYWORD] = SEARCH_FILTER_BIT(SEARCH_FILTER_KEYWORD),
    [SEARCH_FACET_LICENSE] = SEARCH_FILTER_BIT(SEARCH_FILTER_LICENSE),
    [SEARCH_FACET_EDITION] = SEARCH_FILTER_BIT(SEARCH_FILTER_EDITION),
    [SEARCH_FACET_RUST_VERSION] = SEARCH_FILTER_BIT(SEARCH_FILTER_RUST_VERSION) |
                                  SEARCH_FILTER_BIT(SEARCH_FILTER_RUST_VERSION_KNOWN),
    [SEARCH_FACET_HAS] = SEARCH_FILTER_BIT(SEARCH_FILTER_HAS),
};

static bool is_before(const struct search_facet_value *left, const struct search_facet_value *right)
{
    if (left->n_crates != right->n_crates)
        return left->n_crates > right->n_crates;
    size_t shorter = left->length < right->length ? left->length : right->length;
    int order = memcmp(left->text, right->text, shorter);
    return order != 0 ? order < 0 : left->length < right->length;
}

/* Puts a value in its place among the `n` largest, of which the last one goes where there is no
   room for it. Returns how many there are then. */
static uint32_t put(struct search_facet_value *largest, uint32_t n, struct search_facet_value value)
{
    uint32_t at = n;
    if (n < SEARCH_FACET_MAX_VALUES)
        n++;
    else if (is_before(&value, &largest[n - 1]))
        at = n - 1;
    else
        return n;
    for (; at > 0 && is_before(&value, &largest[at - 1]); at--)
        largest[at] = largest[at - 1];
    largest[at] = value;
    return n;
}

/* Finds the largest values by `counts` (by number - 1). Returns how many there are. */
static uint32_t find_largest(const struct attribute_values *values, const uint32_t *counts,
                             struct search_facet_value largest[SEARCH_FACET_MAX_VALUES])
{
    uint32_t n = 0;
    uint32_t least = 1; /* that a value must have to be among them */
    for (uint32_t i = 0; i < values->n_values && values->n_crates[i] >= least; i++) {
        if (counts[i] < least)
            continue;
        struct search_facet_value value = {.n_crates = counts[i]};
        value.text = crate_value_text(values, i + 1, &value.length);
        n = put(largest, n, value);
        if (n == SEARCH_FACET_MAX_VALUES)
            least = largest[n - 1].n_crates;
    }
    return n;
}

/* Counts facets (a bit each) over the crates that are marked in `selected`; NULL: over all. */
static void count(struct search *search, unsigned asked, const uint64_t *selected)
{
    struct search_facets *facets = &search->facets;
    const struct crate_values *all_values = &search->index->values;
    unsigned wanted = 0;
    for (unsigned facet = 0; facet < N_SEARCH_FACETS; facet++)
        wanted |= (asked >> facet & 1) << attributes[facet];
    if (selected != NULL && wanted != 0)
        value_counts_find(all_values, wanted, selected, search->facet_counts);
    for (unsigned facet = 0; facet < N_SEARCH_FACETS; facet++) {
        const struct attribute_values *values = &all_values->attributes[attributes[facet]];
        const uint32_t *counts =
            selected != NULL ? search->facet_counts[attributes[facet]] + 1 : values->n_crates;
        if ((asked >> facet & 1) != 0)
            facets->n_values[facet] = find_largest(values, counts, facets->values[facet]);
    }
}

/* The crates that the text matches and the filter lets through; NULL: all. */
static const uint64_t *select_crates(struct search *search, const uint64_t *filter)
{
    if (!search->has_text)
        return filter;
    if (filter == NULL)
        return search->matched;
    size_t n_words = bitmap_n_words(search->index->columns.n_crates + 1);
    for (size_t i = 0; i < n_words; i++)
        search->selected[i] = search->matched[i] & filter[i];
    return search->selected;
}

/* The filters by the facet's attribute, as search_filter_narrow leaves them out; 0 where the query
   has none. */
static uint32_t find_own_filters(const struct search_query *query, enum search_facet facet)
{
    bool has_any = (facet == SEARCH_FACET_CATEGORY && query->category.data != NULL) ||
                   (facet == SEARCH_FACET_KEYWORD && query->n_keywords > 0);
    for (uint32_t i = 0; query->filters != NULL && i < query->filters->n && !has_any; i++)
        has_any = (SEARCH_FILTER_BIT(query->filters->filters[i].kind) & own_filters[facet]) != 0;
    return has_any ? own_filters[facet] : 0;
}

/* What passes all filters but those; NULL: all. */
static int build_filter(struct search *search, const struct search_query *query, uint32_t left_out,
                        const uint64_t **filter, struct error *error)
{
    struct filter_set set;
    filter_set_begin(&set, search->filter, search->filter_union, search->index->columns.n_crates);
    if (search_filter_narrow(&set, search->index, query, left_out, error) != 0 ||
        (query->filters != NULL && filter_words_narrow(&set, search->reader, query->filters,
                                                       search->has_text ? &search->plan : NULL,
                                                       search->selected, error) != 0))
        return -1;
    *filter = set.is_narrowed ? set.bits : NULL;
    return 0;
}

/* Makes the scratch memory, one block for all attributes. */
static int make_room(struct search *search, struct error *error)
{
    size_t n_counts = 0;
    if (search->facet_counts[0] != NULL)
        return 0;
    for (unsigned i = 0; i < N_CRATE_ATTRIBUTES; i++)
        n_counts += (size_t)search->index->values.attributes[i].n_values + 1;
    uint32_t *counts = calloc(n_counts, sizeof *counts);
    if (counts == NULL)
        return error_out_of_memory(error);
    for (unsigned i = 0; i < N_CRATE_ATTRIBUTES; i++) {
        search->facet_counts[i] = counts;
        counts += search->index->values.attributes[i].n_values + 1;
    }
    return 0;
}

int facet_counts_find(struct search *search, const struct search_query *query,
                      const uint64_t *filter, struct error *error)
{
    uint32_t left_out[N_SEARCH_FACETS];
    unsigned by_all_filters = 0;
    if (make_room(search, error) != 0)
        return -1;
    for (unsigned facet = 0; facet < N_SEARCH_FACETS; facet++) {
        bool is_asked = (query->facets >> facet & 1) != 0;
        left_out[facet] = is_asked ? find_own_filters(query, facet) : 0;
        by_all_filters |= (unsigned)(is_asked && left_out[facet] == 0) << facet;
    }
    count(search, by_all_filters, select_crates(search, filter));
    for (unsigned facet = 0; facet < N_SEARCH_FACETS; facet++) {
        if (left_out[facet] == 0)
            continue;
        if (build_filter(search, query, left_out[facet], &filter, error) != 0)
            return -1;
        count(search, 1U << facet, select_crates(search, filter));
    }
    return 0;
}
