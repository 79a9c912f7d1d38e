/* Each is given to the library as it came, under its own name: `keyword` and `category` are not
   among them, which crates.io has and which mean what they mean there. */
#include "server/endpoints/crate_filter_parameters.h"

#include <string.h>

static const enum search_filter_kind kinds[] = {
    SEARCH_FILTER_LICENSE,       SEARCH_FILTER_RUST_VERSION,  SEARCH_FILTER_RUST_VERSION_KNOWN,
    SEARCH_FILTER_EDITION,       SEARCH_FILTER_HAS,           SEARCH_FILTER_NO_STD,
    SEARCH_FILTER_STABLE,        SEARCH_FILTER_UPDATED_SINCE, SEARCH_FILTER_CREATED_SINCE,
    SEARCH_FILTER_MIN_DOWNLOADS, SEARCH_FILTER_DEPENDS_ON,    SEARCH_FILTER_OWNER,
};

/* The `+` of an offset that was not percent-encoded has become a space. */
static struct search_string mend_offset(struct search_string value, char *mended, size_t room)
{
    static const size_t offset_length = sizeof "+02:00" - 1;
    if (value.length <= offset_length || value.length > room ||
        value.data[value.length - offset_length] != ' ' ||
        memchr(value.data, ':', value.length - offset_length) == NULL)
        return value;
    memcpy(mended, value.data, value.length);
    mended[value.length - offset_length] = '+';
    return (struct search_string){mended, value.length};
}

/* The same of a `+` that ends the name of a licence (`GPL-2.0+`); spaces around a name are none of
   it. */
static struct search_string mend_name(const struct query_parameter *parameter, char *mended,
                                      size_t room)
{
    struct search_string value = {parameter->value, parameter->value_length};
    if (value.length > 0 && value.length <= room && value.data[value.length - 1] == ' ' &&
        parameter->raw[parameter->raw_length - 1] == '+') {
        memcpy(mended, value.data, value.length);
        mended[value.length - 1] = '+';
        return (struct search_string){mended, value.length};
    }
    for (; value.length > 0 && value.data[0] == ' '; value.length--)
        value.data++;
    while (value.length > 0 && value.data[value.length - 1] == ' ')
        value.length--;
    return value;
}

static int read_values(const struct query_string *query, enum search_filter_kind kind,
                       const struct index *index, struct search_filters *filters,
                       struct error *error)
{
    const char *name = search_filter_name(kind);
    char mended[64];
    for (size_t i = 0; i < query->n_parameters; i++) {
        const struct query_parameter *parameter = &query->parameters[i];
        if (strcmp(parameter->name, name) != 0)
            continue;
        struct search_string value = {parameter->value, parameter->value_length};
        if (kind == SEARCH_FILTER_UPDATED_SINCE || kind == SEARCH_FILTER_CREATED_SINCE)
            value = mend_offset(value, mended, sizeof mended);
        else if (kind == SEARCH_FILTER_LICENSE)
            value = mend_name(parameter, mended, sizeof mended);
        if (search_filters_require(filters, index, (struct search_string){name, strlen(name)},
                                   value, error) != 0)
            return -1;
    }
    return 0;
}

static int read_kind(const struct query_string *query, enum search_filter_kind kind,
                     const struct index *index, struct search_filters *filters,
                     struct failure *failure)
{
    int status = read_values(query, kind, index, filters, &failure->error);
    if (status != 0)
        failure->status = 400;
    return status;
}

int crate_filter_parameters_read(const struct query_string *query, const struct index *index,
                                 struct search_filters *filters, struct failure *failure)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (read_kind(query, kinds[i], index, filters, failure) != 0)
            return -1;
    return 0;
}

int crate_filter_parameters_read_kind(const struct query_string *query, const struct index *index,
                                      struct search_filters *filters, struct failure *failure)
{
    return read_kind(query, SEARCH_FILTER_KIND, index, filters, failure);
}

void crate_filter_parameters_key(const struct search_filters *filters, struct canonical_key *key)
{
    for (uint32_t i = 0; i < filters->n; i++) {
        const struct search_filter *filter = &filters->filters[i];
        struct search_string text = search_filter_text(filters, filter);
        canonical_key_number(key, 'f', filter->kind);
        canonical_key_text(key, 'v', text.data, text.length);
    }
}
