/* Pages exist where `per_page` asks for them; without it `page` and `seek` are checked for their
   type, and then nobody looks at them. */
#include "server/endpoints/version_list_parameters.h"

#include "server/parameters/include_parameter.h"
#include "server/parameters/number_parameter.h"
#include "server/parameters/pagination.h"
#include "server/parameters/string_list.h"

#include <strings.h>

int version_list_check(const struct query_string *query, struct failure *failure)
{
    bool is_given;
    int64_t number;
    if (number_parameter(query, "page", NUMBER_POSITIVE, &is_given, &number, failure) != 0)
        return -1;
    return number_parameter(query, "per_page", NUMBER_POSITIVE, &is_given, &number, failure);
}

static int read_page(const struct query_string *query, struct version_query *wanted,
                     struct failure *failure)
{
    struct pagination pagination;
    if (query_string_find(query, "per_page") == NULL)
        return 0;
    if (pagination_parse_for(query, PAGINATION_SEEK | PAGINATION_NO_PAGES, &pagination, failure) !=
        0)
        return -1;
    wanted->limit = pagination.per_page;
    wanted->after = (struct search_string){pagination.seek, pagination.seek_length};
    return 0;
}

static int read_include(const struct query_string *query, struct version_query *wanted,
                        struct failure *failure)
{
    static const struct include_word words[] = {{"release_tracks", 1}};
    unsigned bits;
    if (include_parameter(query, words, 1,
                          "invalid component for ?include= (expected 'release_tracks')", 0, &bits,
                          failure) != 0)
        return -1;
    wanted->has_release_tracks = bits != 0;
    return 0;
}

static void write_key(const struct version_query *wanted, struct canonical_key *key)
{
    canonical_key_number(key, 'o', wanted->sort);
    canonical_key_number(key, 'n', wanted->limit);
    canonical_key_number(key, 'r', wanted->has_release_tracks);
    if (wanted->after.data != NULL)
        canonical_key_text(key, 's', wanted->after.data, wanted->after.length);
    for (size_t i = 0; i < wanted->n_nums; i++)
        canonical_key_text(key, 'v', wanted->nums[i].data, wanted->nums[i].length);
}

int version_list_parse(const struct query_string *query, uint32_t rank,
                       struct version_list_parameters *parameters, struct canonical_key *key,
                       struct failure *failure)
{
    struct version_query *wanted = &parameters->query;
    const struct query_parameter *sort = query_string_find(query, "sort");
    bool by_date = sort != NULL && strcasecmp(sort->value, "date") == 0;
    *wanted = (struct version_query){
        .rank = rank,
        .sort = by_date ? VERSION_SORT_DATE : VERSION_SORT_SEMVER,
        .nums = parameters->nums,
        .n_nums = string_list_collect(query, "nums[]", parameters->nums),
    };
    if (read_page(query, wanted, failure) != 0 || read_include(query, wanted, failure) != 0)
        return -1;
    write_key(wanted, key);
    return 0;
}
