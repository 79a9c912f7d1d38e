/* Every filter narrows one bitmap in turn. Yanked crates are marked when the index is opened. */
#include "index/search/filter/search_filter.h"

#include "index/base/bitmap.h"
#include "index/search/filter/filter_least.h"
#include "index/search/filter/filter_letter.h"
#include "index/search/filter/filter_members.h"

#include <cratedex/index_file.h>
#include <cratedex/search_filter_list.h>

static void keep_names(struct filter_set *set, const struct index *index,
                       const struct search_query *query)
{
    uint64_t *bitmap = filter_set_union(set);
    for (size_t i = 0; i < query->n_names; i++) {
        uint32_t rank = index_find_exact(index, query->names[i].data, query->names[i].length);
        if (rank != 0)
            bitmap_set(bitmap, rank);
    }
    filter_set_keep(set, bitmap);
}

/* The filters that crates.io has. */
static int narrow_by_members(struct filter_set *set, struct index_reader *reader,
                             const struct search_query *query, uint32_t left_out,
                             struct error *error)
{
    const struct index *index = reader->index;
    if (query->category.data != NULL &&
        (left_out & SEARCH_FILTER_BIT(SEARCH_FILTER_CATEGORY)) == 0 &&
        filter_category_keep(set, reader, query->category, error) != 0)
        return -1;
    if ((left_out & SEARCH_FILTER_BIT(SEARCH_FILTER_KEYWORD)) == 0) {
        for (size_t i = 0; i < query->n_keywords; i++)
            if (filter_keyword_keep(set, reader, query->keywords[i], error) != 0)
                return -1;
    }
    if (query->letter.data != NULL && query->letter.length > 0)
        filter_letter_keep(set, index, query->letter);
    if (query->by_user)
        filter_members_keep(set, index, MEMBERSHIP_USER, query->user_id);
    else if (query->by_team)
        filter_members_keep(set, index, MEMBERSHIP_TEAM, query->team_id);
    if (query->by_names)
        keep_names(set, index, query);
    if (query->leave_out_yanked)
        filter_set_keep(set, index->not_yanked);
    return 0;
}

/* One filter of the list. */
static int narrow_by(struct filter_set *set, struct index_reader *reader,
                     const struct search_filters *filters, const struct search_filter *filter,
                     struct error *error)
{
    const struct index *index = reader->index;
    struct search_string text = search_filter_text(filters, filter);
    switch (filter->kind) {
    case SEARCH_FILTER_UPDATED_SINCE:
        filter_least_keep(set, index, CRATE_ORDER_RECENT_UPDATES, filter->number);
        return 0;
    case SEARCH_FILTER_CREATED_SINCE:
        filter_least_keep(set, index, CRATE_ORDER_NEW, filter->number);
        return 0;
    case SEARCH_FILTER_MIN_DOWNLOADS:
        filter_least_keep(set, index, CRATE_ORDER_DOWNLOADS, filter->number);
        return 0;
    case SEARCH_FILTER_KEYWORD:
        return filter_keyword_keep(set, reader, text, error);
    case SEARCH_FILTER_CATEGORY:
        return filter_category_keep(set, reader, text, error);
    default:
        return 0;
    }
}

int search_filter_narrow(struct filter_set *set, struct index_reader *reader,
                         const struct search_query *query, uint32_t left_out, struct error *error)
{
    const struct search_filters *filters = query->filters;
    if (narrow_by_members(set, reader, query, left_out, error) != 0)
        return -1;
    if (filters == NULL)
        return 0;
    for (uint32_t i = 0; i < filters->n; i++) {
        const struct search_filter *filter = &filters->filters[i];
        if ((left_out & SEARCH_FILTER_BIT(filter->kind)) == 0 &&
            narrow_by(set, reader, filters, filter, error) != 0)
            return -1;
    }
    return 0;
}
