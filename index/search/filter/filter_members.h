/* Crates that belong to something: a keyword, a category, an owner. */
#ifndef CRATEDEX_INDEX_FILTER_MEMBERS_H
#define CRATEDEX_INDEX_FILTER_MEMBERS_H

#include "index/search/filter/filter_set.h"
#include "index/segment/memberships.h"
#include "index/segment/open_reader.h"

#include <cratedex/error.h>
#include <cratedex/search_query.h>

/* Keeps the members of the group with that id. */
void filter_members_keep(struct filter_set *set, const struct index *index, enum membership kind,
                         int64_t id);

/* Keeps those that have a keyword, or that are in a category or below it. Returns 0 or -1 (I/O). */
int filter_keyword_keep(struct filter_set *set, struct index_reader *reader,
                        struct search_string keyword, struct error *error);
int filter_category_keep(struct filter_set *set, struct index_reader *reader,
                         struct search_string slug, struct error *error);

#endif
