/* What a search is narrowed by, beside the filters that crates.io has (struct search_query): names
   and values as query parameters, `cratedex-index query --filter` and the search box give them,
   read in one place and kept in one form (search_filter_list.h). Filters are joined by AND;
   `license` is one filter however many names it has.

   | name               | value                            | passes                               |
   |--------------------|----------------------------------|--------------------------------------|
   | license            | a licence that the index has     | can be used under the named ones     |
   | rust_version, msrv | `1.70`, which is `1.70.0`        | builds with it, or does not say      |
   | rust_version_known | `yes`                            | says which Rust it needs             |
   | edition            | `2021`                           | is of that edition                   |
   | has                | `lib`, `bin`; all are required   | has such a target                    |
   | no_std             | `yes`                            | has the category or the keyword      |
   | stable             | `yes`                            | has a version from 1.0.0 on, no      |
   |                    |                                  | pre-release and not yanked           |
   | updated_since      | RFC 3339: `2024-01-31`, or with  | was updated then or later            |
   | created_since      | time and offset                  | was created then or later            |
   | min_downloads      | a number                         | was downloaded as often or more      |
   | depends_on         | a crate; all are required        | depends on it                        |
   | kind               | `normal`, `build`, `dev`         | … in that way; goes with depends_on  |
   | owner              | login of a user or team; all     | is owned by it                       |
   | keyword            | a keyword; all                   | has it                               |
   | category           | a slug; all                      | is in it or below it                 |

   license, rust_version, edition, has and depends_on look at a crate's default version. */
#ifndef CRATEDEX_SEARCH_FILTERS_H
#define CRATEDEX_SEARCH_FILTERS_H

#include <cratedex/error.h>
#include <cratedex/index_file.h>
#include <cratedex/search_filter_list.h>
#include <cratedex/search_query.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Adds a filter, whose value gets its canonical form (upper and lower case do not matter, nor how a
   crate's name is spelled). The same one again changes nothing. Looks at memory only. Returns 0;
   SEARCH_FILTER_UNKNOWN, nothing was added; -1, nothing was added and `error` says why: the name is
   none, the value is wrong (the right ones are listed; of a licence or an edition the most frequent
   ones of this index), of something that a crate has one of there already is another, `kind` comes
   before any `depends_on`, or there are too many. */
int search_filters_add(struct search_filters *filters, const struct index *index,
                       struct search_string name, struct search_string value, struct error *error);

/* The same, but what the index does not have is added too, and no crate passes. Returns 0 or -1. */
int search_filters_require(struct search_filters *filters, const struct index *index,
                           struct search_string name, struct search_string value,
                           struct error *error);

#ifdef __cplusplus
}
#endif

#endif
