/* One function a parameter or group, in the order in which crates.io checks them. Each leaves its
   part of the search query; the key is written at the end from the finished query alone, so it
   cannot know more or less than the search does. Nothing is allocated. */
#include "server/endpoints/crate_list_parameters.h"

#include "index/base/ascii.h"
#include "server/endpoints/crate_filter_parameters.h"
#include "server/parameters/number_parameter.h"
#include "server/parameters/string_list.h"
#include "server/parameters/text_parameter.h"

#include <cratedex/search_facets.h>
#include <cratedex/search_language.h>
#include <cratedex/utf8.h>
#include <string.h>

static struct search_string string_of(const struct query_parameter *parameter)
{
    return (struct search_string){parameter->value, parameter->value_length};
}

/* A copy in lower case (ASCII; other letters are folded by the index where it folds them). The
   copies of all values together are not longer than the query. */
static struct search_string lower_case(struct crate_list_parameters *parameters, const char *text,
                                       size_t length)
{
    char *copy = parameters->text + parameters->text_length;
    for (size_t i = 0; i < length; i++)
        copy[i] = ascii_lower(text[i]);
    parameters->text_length += length;
    return (struct search_string){copy, length};
}

/* What the search box's language takes out of the text becomes filters like those of other
   parameters, of which there may be some already. */
static int read_text(const struct query_string *query, const struct index *index,
                     struct crate_list_parameters *parameters, struct failure *failure)
{
    size_t length;
    char *text = parameters->text + parameters->text_length;
    if (text_parameter(query, text, &length, failure) != 0)
        return -1;
    search_language_read(index, (struct search_string){text, length}, &parameters->filters, text,
                         &length);
    parameters->text_length += length;
    if (length > 0)
        parameters->search.text = (struct search_string){text, length};
    return 0;
}

static void set_keywords(struct crate_list_parameters *parameters, size_t n_keywords)
{
    parameters->search.keywords = parameters->keywords;
    parameters->search.n_keywords = string_list_sort(parameters->keywords, n_keywords);
}

static int read_all_keywords(struct crate_list_parameters *parameters, const char *text,
                             struct failure *failure)
{
    static const char spaces[] = " \t\n\v\f\r";
    size_t n_keywords = 0;
    for (text += strspn(text, spaces); *text != '\0'; text += strspn(text, spaces)) {
        size_t length = strcspn(text, spaces);
        if (n_keywords == CRATE_LIST_MAX_KEYWORDS)
            return failure_set(failure, 400, "cannot filter by more than %d keywords",
                               CRATE_LIST_MAX_KEYWORDS);
        parameters->keywords[n_keywords++] = lower_case(parameters, text, length);
        text += length;
    }
    set_keywords(parameters, n_keywords);
    return 0;
}

/* The first character, as it stands in canonical names. */
static struct search_string first_letter(struct crate_list_parameters *parameters,
                                         const struct query_parameter *letter)
{
    if (letter->value_length == 0)
        return string_of(letter);
    size_t length = utf8_first_character(letter->value, letter->value_length);
    struct search_string first = lower_case(parameters, letter->value, length);
    if (length == 1 && first.data[0] == '-')
        first.data = "_";
    return first;
}

static void read_names(const struct query_string *query, struct crate_list_parameters *parameters)
{
    size_t n_names = string_list_collect(query, "ids[]", parameters->names);
    if (n_names == 0)
        return;
    parameters->search.by_names = true;
    parameters->search.names = parameters->names;
    parameters->search.n_names = n_names;
}

/* The category, and of the others the one that comes first in crates.io's order. The numbers are
   checked even where they are overridden. */
static int read_filters(const struct query_string *query, struct crate_list_parameters *parameters,
                        struct failure *failure)
{
    struct search_query *search = &parameters->search;
    bool user_is_given;
    bool team_is_given;
    if (number_parameter(query, "user_id", NUMBER_SIGNED, &user_is_given, &search->user_id,
                         failure) != 0 ||
        number_parameter(query, "team_id", NUMBER_SIGNED, &team_is_given, &search->team_id,
                         failure) != 0)
        return -1;
    if (query_string_find(query, "following") != NULL)
        return failure_set(failure, 403, "this action requires authentication");
    const struct query_parameter *category = query_string_find(query, "category");
    if (category != NULL)
        search->category = string_of(category);
    const struct query_parameter *include_yanked = query_string_find(query, "include_yanked");
    search->leave_out_yanked = include_yanked != NULL && strcmp(include_yanked->value, "yes") != 0;

    const struct query_parameter *filter = query_string_find(query, "all_keywords");
    if (filter != NULL)
        return read_all_keywords(parameters, filter->value, failure);
    filter = query_string_find(query, "keyword");
    if (filter != NULL) {
        parameters->keywords[0] = lower_case(parameters, filter->value, filter->value_length);
        set_keywords(parameters, 1);
        return 0;
    }
    filter = query_string_find(query, "letter");
    if (filter != NULL) {
        search->letter = first_letter(parameters, filter);
        return 0;
    }
    search->by_user = user_is_given;
    search->by_team = team_is_given && !user_is_given;
    if (!user_is_given && !team_is_given)
        read_names(query, parameters);
    return 0;
}

static enum search_sort read_sort(const struct query_string *query, bool has_text)
{
    const struct query_parameter *parameter = query_string_find(query, "sort");
    enum search_sort sort = SEARCH_SORT_RELEVANCE;
    if (parameter != NULL)
        search_sort_parse(parameter->value, &sort);
    /* What is none, and relevance without a text, is the default. */
    return sort == SEARCH_SORT_RELEVANCE && !has_text ? SEARCH_SORT_ALPHABETICAL : sort;
}

/* `match`, in its effective form: what the sort has by default is the same as asking for it, and
   without a text there is nothing to match. */
static int read_match(const struct query_string *query, struct search_query *search,
                      struct failure *failure)
{
    const struct query_parameter *parameter = query_string_find(query, "match");
    enum search_match match =
        search->sort == SEARCH_SORT_RELEVANCE ? SEARCH_MATCH_BEST : SEARCH_MATCH_ALL;
    if (parameter != NULL && search_match_parse(parameter->value, &match) != 0)
        return failure_set(failure, 400, "invalid value for ?match= (expected 'best' or 'all')");
    if (search->text.data != NULL)
        search->match = match;
    return 0;
}

/* A parameter that is 1 or 0; 0 where it is not given. */
static int read_flag(const struct query_string *query, const char *name, bool *flag,
                     struct failure *failure)
{
    const struct query_parameter *parameter = query_string_find(query, name);
    *flag = parameter != NULL && strcmp(parameter->value, "1") == 0;
    if (parameter != NULL && !*flag && strcmp(parameter->value, "0") != 0)
        return failure_set(failure, 400, "invalid value for ?%s= (expected '1' or '0')", name);
    return 0;
}

/* Without a text there is nothing to highlight, but that is an answer too. */
static int read_flags(const struct query_string *query, struct crate_list_parameters *parameters,
                      struct failure *failure)
{
    if (read_flag(query, "explain", &parameters->explain, failure) != 0 ||
        read_flag(query, "highlight", &parameters->highlight, failure) != 0)
        return -1;
    if (parameters->explain && parameters->search.sort != SEARCH_SORT_RELEVANCE)
        return failure_set(
            failure, 400, "?explain=1 explains the order of relevance: give ?q= and no other sort");
    return 0;
}

static int read_facets(const struct query_string *query, struct search_query *search,
                       struct failure *failure)
{
    const struct query_parameter *facets = query_string_find(query, "facets");
    struct error error;
    if (facets == NULL || search_facets_parse(facets->value, &search->facets, &error) == 0)
        return 0;
    return failure_set(failure, 400, "invalid value for ?facets= (%s)", error.message);
}

static void write_strings(struct canonical_key *key, char tag, const struct search_string *strings,
                          size_t n_strings)
{
    for (size_t i = 0; i < n_strings; i++)
        canonical_key_text(key, tag, strings[i].data, strings[i].length);
}

static void write_given(struct canonical_key *key, char tag, const struct search_string *string)
{
    if (string->data != NULL)
        write_strings(key, tag, string, 1);
}

static void write_key(const struct crate_list_parameters *parameters, struct canonical_key *key)
{
    const struct search_query *search = &parameters->search;
    canonical_key_number(key, 'o', search->sort);
    pagination_key(&parameters->pagination, key);
    write_given(key, 'q', &search->text);
    if (search->match != SEARCH_MATCH_DEFAULT)
        canonical_key_number(key, 'm', search->match);
    if (parameters->explain)
        canonical_key_number(key, 'x', 1);
    if (parameters->highlight)
        canonical_key_number(key, 'h', 1);
    if (search->facets != 0)
        canonical_key_number(key, 'z', search->facets);
    if (parameters->arm != EXPERIMENT_NONE)
        canonical_key_number(key, 'a', parameters->arm);
    write_given(key, 'c', &search->category);
    /* "No keyword at all" is no filter: the same as none given. */
    write_strings(key, 'k', search->keywords, search->n_keywords);
    write_given(key, 'l', &search->letter);
    if (search->by_user)
        canonical_key_number(key, 'u', (uint64_t)search->user_id);
    if (search->by_team)
        canonical_key_number(key, 't', (uint64_t)search->team_id);
    write_strings(key, 'i', search->names, search->n_names);
    if (search->leave_out_yanked)
        canonical_key_number(key, 'y', 1);
    crate_filter_parameters_key(&parameters->filters, key);
}

int crate_list_parse(const struct query_string *query, const struct index *index,
                     enum experiment_arm arm, struct crate_list_parameters *parameters,
                     struct canonical_key *key, struct failure *failure)
{
    parameters->search = (struct search_query){0};
    parameters->text_length = 0;
    search_filters_init(&parameters->filters);
    if (read_filters(query, parameters, failure) != 0 ||
        crate_filter_parameters_read(query, index, &parameters->filters, failure) != 0 ||
        pagination_parse(query, &parameters->pagination, failure) != 0 ||
        read_text(query, index, parameters, failure) != 0 ||
        crate_filter_parameters_read_kind(query, index, &parameters->filters, failure) != 0)
        return -1;
    struct search_query *search = &parameters->search;
    search->filters = parameters->filters.n > 0 ? &parameters->filters : NULL;
    search->sort = read_sort(query, search->text.data != NULL);
    if (read_match(query, search, failure) != 0 || read_flags(query, parameters, failure) != 0 ||
        read_facets(query, search, failure) != 0)
        return -1;
    parameters->arm = search->sort == SEARCH_SORT_RELEVANCE ? arm : EXPERIMENT_NONE;
    search->limit = parameters->pagination.per_page;
    search->offset = pagination_offset(&parameters->pagination);
    search->after =
        (struct search_string){parameters->pagination.seek, parameters->pagination.seek_length};
    write_key(parameters, key);
    return 0;
}
