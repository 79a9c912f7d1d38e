/* Every filter narrows one bitmap in turn. All that they look at is in memory; SQLite is not
   asked. */
#include "index/search/filter/search_filter.h"

#include "index/base/bitmap.h"
#include "index/search/filter/filter_dependency.h"
#include "index/search/filter/filter_least.h"
#include "index/search/filter/filter_letter.h"
#include "index/search/filter/filter_license.h"
#include "index/search/filter/filter_members.h"
#include "index/search/filter/filter_rust_version.h"

#include <cratedex/index_file.h>
#include <cratedex/search_filter_list.h>
#include <stdbool.h>

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

static bool is_left_out(uint32_t left_out, enum search_filter_kind kind)
{
    return (left_out & SEARCH_FILTER_BIT(kind)) != 0;
}

/* The filters that crates.io has. */
static void narrow_by_members(struct filter_set *set, const struct index *index,
                              const struct search_query *query, uint32_t left_out)
{
    if (query->category.data != NULL && !is_left_out(left_out, SEARCH_FILTER_CATEGORY))
        filter_category_keep(set, index, query->category);
    if (!is_left_out(left_out, SEARCH_FILTER_KEYWORD)) {
        for (size_t i = 0; i < query->n_keywords; i++)
            filter_keyword_keep(set, index, query->keywords[i]);
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
}

/* The kind of dependency that is asked for; none for any. */
static struct search_string dependency_kind(const struct search_filters *filters)
{
    uint32_t n;
    const struct search_filter *kind = search_filters_of(filters, SEARCH_FILTER_KIND, &n);
    return n > 0 ? search_filter_text(filters, kind) : (struct search_string){NULL, 0};
}

/* One filter of the list that is all of its kind. */
static void narrow_by(struct filter_set *set, const struct index *index,
                      const struct search_filters *filters, const struct search_filter *filter)
{
    struct search_string text = search_filter_text(filters, filter);
    switch (filter->kind) {
    case SEARCH_FILTER_RUST_VERSION:
        filter_rust_version_keep(set, index, text);
        break;
    case SEARCH_FILTER_RUST_VERSION_KNOWN:
        filter_rust_version_keep_known(set, index);
        break;
    case SEARCH_FILTER_EDITION:
        filter_value_keep(set, index, CRATE_ATTRIBUTE_EDITION, MEMBERSHIP_EDITION, text);
        break;
    case SEARCH_FILTER_HAS:
        filter_value_keep(set, index, CRATE_ATTRIBUTE_HAS, MEMBERSHIP_HAS, text);
        break;
    case SEARCH_FILTER_NO_STD:
        filter_members_keep(set, index, MEMBERSHIP_NO_STD, MEMBERSHIP_ONLY);
        break;
    case SEARCH_FILTER_STABLE:
        filter_members_keep(set, index, MEMBERSHIP_STABLE, MEMBERSHIP_ONLY);
        break;
    case SEARCH_FILTER_UPDATED_SINCE:
        filter_least_keep(set, index, CRATE_ORDER_RECENT_UPDATES, filter->number);
        break;
    case SEARCH_FILTER_CREATED_SINCE:
        filter_least_keep(set, index, CRATE_ORDER_NEW, filter->number);
        break;
    case SEARCH_FILTER_MIN_DOWNLOADS:
        filter_least_keep(set, index, CRATE_ORDER_DOWNLOADS, filter->number);
        break;
    case SEARCH_FILTER_DEPENDS_ON:
        filter_dependency_keep(set, index, text, dependency_kind(filters));
        break;
    case SEARCH_FILTER_OWNER:
        filter_owner_keep(set, index, text);
        break;
    case SEARCH_FILTER_KEYWORD:
        filter_keyword_keep(set, index, text);
        break;
    case SEARCH_FILTER_CATEGORY:
        filter_category_keep(set, index, text);
        break;
    default: /* part of another, or looks at words */
        break;
    }
}

int search_filter_narrow(struct filter_set *set, const struct index *index,
                         const struct search_query *query, uint32_t left_out, struct error *error)
{
    const struct search_filters *filters = query->filters;
    uint32_t n_licenses;
    narrow_by_members(set, index, query, left_out);
    if (filters == NULL)
        return 0;
    for (uint32_t i = 0; i < filters->n; i++) {
        if (!is_left_out(left_out, filters->filters[i].kind))
            narrow_by(set, index, filters, &filters->filters[i]);
    }
    const struct search_filter *licenses =
        search_filters_of(filters, SEARCH_FILTER_LICENSE, &n_licenses);
    return n_licenses > 0 && !is_left_out(left_out, SEARCH_FILTER_LICENSE)
               ? filter_license_keep(set, index, filters, licenses, n_licenses, error)
               : 0;
}
