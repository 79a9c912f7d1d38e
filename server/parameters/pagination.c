/* Checks come in crates.io's order, so that a request with several faults gets the same sentence:
   numbers first, then page against seek, then the limits. */
#include "server/parameters/pagination.h"

#include "server/parameters/number_parameter.h"

#include <inttypes.h>

int pagination_parse_for(const struct query_string *query, unsigned support,
                         struct pagination *pagination, struct failure *failure)
{
    int64_t page = 1;
    int64_t per_page = PAGINATION_DEFAULT_PER_PAGE;
    bool page_is_given;
    bool per_page_is_given;
    if (number_parameter(query, "page", NUMBER_POSITIVE, &page_is_given, &page, failure) != 0 ||
        number_parameter(query, "per_page", NUMBER_POSITIVE, &per_page_is_given, &per_page,
                         failure) != 0)
        return -1;
    const struct query_parameter *seek = query_string_find(query, "seek");
    if (page_is_given && seek != NULL)
        return failure_set(failure, 400, "providing both ?page= and ?seek= is unsupported");
    if (seek != NULL && (support & PAGINATION_SEEK) == 0)
        return failure_set(failure, 400, "?seek= is not supported for this request");
    if (page_is_given && (support & PAGINATION_NO_PAGES) != 0)
        return failure_set(failure, 400, "?page= is not supported for this request");
    if (page > PAGINATION_MAX_PAGE && (support & PAGINATION_PAGE_LIMIT) != 0)
        return failure_set(failure, 400,
                           "Page %" PRId64 " is unavailable for performance reasons. Please take a "
                           "look at https://crates.io/data-access for alternatives.",
                           page);
    if (per_page > PAGINATION_MAX_PER_PAGE)
        return failure_set(failure, 400, "cannot request more than %d items",
                           PAGINATION_MAX_PER_PAGE);
    if (seek != NULL && seek->value_length == 0)
        return failure_set(failure, 400, "invalid seek parameter");
    *pagination = (struct pagination){
        .mode = page_is_given  ? PAGE_NUMBER
                : seek != NULL ? PAGE_SEEK
                               : PAGE_FIRST,
        .per_page = (uint32_t)per_page,
        .page = (uint32_t)page,
        .seek = seek != NULL ? seek->value : NULL,
        .seek_length = seek != NULL ? seek->value_length : 0,
    };
    return 0;
}

int pagination_parse(const struct query_string *query, struct pagination *pagination,
                     struct failure *failure)
{
    return pagination_parse_for(query, PAGINATION_SEEK | PAGINATION_PAGE_LIMIT, pagination,
                                failure);
}

void pagination_key(const struct pagination *pagination, struct canonical_key *key)
{
    canonical_key_number(key, 'm', pagination->mode);
    canonical_key_number(key, 'n', pagination->per_page);
    canonical_key_number(key, 'p', pagination->page);
    canonical_key_text(key, 's', pagination->seek, pagination->seek_length);
}

uint32_t pagination_offset(const struct pagination *pagination)
{
    return (pagination->page - 1) * pagination->per_page;
}
