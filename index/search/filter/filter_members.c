/* What a text is called by number stands in the dictionaries of values; which crates belong to that
   is a list in memory, or a bitmap. */
#include "index/search/filter/filter_members.h"

#include "index/segment/logins.h"

#include <string.h>

void filter_list_keep(struct filter_set *set, const struct membership_list *list)
{
    if (list->bitmap != NULL)
        filter_set_keep(set, list->bitmap);
    else
        filter_set_keep_ranks(set, list->ranks, list->n);
}

void filter_members_keep(struct filter_set *set, const struct index *index, enum membership kind,
                         int64_t id)
{
    struct membership_list list = memberships_of(&index->memberships, kind, id);
    filter_list_keep(set, &list);
}

static void keep_none(struct filter_set *set)
{
    filter_set_keep_ranks(set, NULL, 0);
}

void filter_keyword_keep(struct filter_set *set, const struct index *index,
                         struct search_string keyword)
{
    const struct attribute_values *values = &index->values.attributes[CRATE_ATTRIBUTE_KEYWORD];
    uint32_t number = crate_value_find_exact(values, keyword.data, keyword.length);
    if (number > 0)
        filter_members_keep(set, index, MEMBERSHIP_KEYWORD, values->ids[number - 1]);
    else
        keep_none(set);
}

/* Slugs of the categories below begin with the slug and `::`. */
void filter_category_keep(struct filter_set *set, const struct index *index,
                          struct search_string slug)
{
    const struct attribute_values *values = &index->values.attributes[CRATE_ATTRIBUTE_CATEGORY];
    char beginning[CRATE_VALUE_MAX_BYTES + 2];
    uint32_t number = slug.length <= CRATE_VALUE_MAX_BYTES
                          ? crate_value_find_exact(values, slug.data, slug.length)
                          : 0;
    if (number == 0) {
        keep_none(set);
        return;
    }
    memcpy(beginning, slug.data, slug.length);
    memcpy(beginning + slug.length, "::", 2);
    uint32_t n_below;
    uint32_t place = crate_values_below(values, beginning, slug.length + 2, &n_below);
    if (n_below == 0) {
        filter_members_keep(set, index, MEMBERSHIP_CATEGORY, values->ids[number - 1]);
        return;
    }
    uint64_t *bitmap = filter_set_union(set);
    for (uint32_t i = 0; i <= n_below; i++) {
        struct membership_list list =
            memberships_of(&index->memberships, MEMBERSHIP_CATEGORY, values->ids[number - 1]);
        membership_list_mark(&list, bitmap, set->n_words);
        if (i < n_below)
            number = values->by_text[place + i];
    }
    filter_set_keep(set, bitmap);
}

void filter_owner_keep(struct filter_set *set, const struct index *index,
                       struct search_string login)
{
    struct login_owners owners = logins_find(&index->logins, login.data, login.length);
    if (owners.n == 1) {
        struct membership_list list = login_crates(&index->memberships, &owners, 0);
        filter_list_keep(set, &list);
        return;
    }
    uint64_t *bitmap = filter_set_union(set);
    for (uint32_t i = 0; i < owners.n; i++) {
        struct membership_list list = login_crates(&index->memberships, &owners, i);
        membership_list_mark(&list, bitmap, set->n_words);
    }
    filter_set_keep(set, bitmap);
}

void filter_value_keep(struct filter_set *set, const struct index *index,
                       enum crate_attribute attribute, enum membership kind,
                       struct search_string value)
{
    uint32_t number =
        crate_value_find(&index->values.attributes[attribute], value.data, value.length);
    filter_members_keep(set, index, kind, number); /* no group has the number 0 */
}
