/* Crates that belong to something: a keyword, a category, an owner, or a value of an attribute. */
#ifndef CRATEDEX_INDEX_FILTER_MEMBERS_H
#define CRATEDEX_INDEX_FILTER_MEMBERS_H

#include "index/search/filter/filter_set.h"
#include "index/segment/open_index.h"

#include <cratedex/search_query.h>

/* Keeps the crates of a list. */
void filter_list_keep(struct filter_set *set, const struct membership_list *list);

/* Keeps the members of the group with that id. */
void filter_members_keep(struct filter_set *set, const struct index *index, enum membership kind,
                         int64_t id);

/* Keeps those that have a keyword, spelled exactly so. */
void filter_keyword_keep(struct filter_set *set, const struct index *index,
                         struct search_string keyword);

/* Keeps those that are in a category, spelled exactly so, or below it. */
void filter_category_keep(struct filter_set *set, const struct index *index,
                          struct search_string slug);

/* Keeps those that a user or team of that login owns, or any of several, as it is typed. */
void filter_owner_keep(struct filter_set *set, const struct index *index,
                       struct search_string login);

/* Keeps those that have a value of an attribute whose groups are known by the values' numbers; none
   where no crate has it. */
void filter_value_keep(struct filter_set *set, const struct index *index,
                       enum crate_attribute attribute, enum membership kind,
                       struct search_string value);

#endif
