/* One reader a sort of value: filter_value.h has those that need no index, filter_lookup.h those
   that look something up. */
#include <cratedex/search_filters.h>

#include "index/search/plan/filter_lookup.h"
#include "index/search/plan/filter_value.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* By name. */
static const struct {
    const char *name;
    enum search_filter_kind kind;
    filter_value_reader *read;
} readers[] = {
    {"license", SEARCH_FILTER_LICENSE, filter_lookup_license},
    {"rust_version", SEARCH_FILTER_RUST_VERSION, filter_value_rust_version},
    {"rust_version_known", SEARCH_FILTER_RUST_VERSION_KNOWN, filter_value_yes},
    {"edition", SEARCH_FILTER_EDITION, filter_lookup_edition},
    {"has", SEARCH_FILTER_HAS, filter_value_target},
    {"no_std", SEARCH_FILTER_NO_STD, filter_value_yes},
    {"stable", SEARCH_FILTER_STABLE, filter_value_yes},
    {"updated_since", SEARCH_FILTER_UPDATED_SINCE, filter_value_time},
    {"created_since", SEARCH_FILTER_CREATED_SINCE, filter_value_time},
    {"min_downloads", SEARCH_FILTER_MIN_DOWNLOADS, filter_value_number},
    {"depends_on", SEARCH_FILTER_DEPENDS_ON, filter_lookup_crate},
    {"kind", SEARCH_FILTER_KIND, filter_value_dependency},
    {"owner", SEARCH_FILTER_OWNER, filter_lookup_owner},
    {"keyword", SEARCH_FILTER_KEYWORD, filter_lookup_keyword},
    {"category", SEARCH_FILTER_CATEGORY, filter_lookup_category},
    {"msrv", SEARCH_FILTER_RUST_VERSION, filter_value_rust_version},
};
#define N_READERS (sizeof readers / sizeof *readers)

static int unknown_name(struct search_string name, struct error *error)
{
    char names[512];
    size_t length = 0;
    names[0] = '\0';
    for (size_t i = 0; i < N_READERS; i++)
        length += (size_t)snprintf(names + length, sizeof names - length, "%s%s",
                                   i == 0 ? "" : ", ", readers[i].name);
    return error_set(error, "there is no filter %.*s (expected one of %s)",
                     name.length < 64 ? (int)name.length : 64, name.data, names);
}

/* Reads a value of any filter. Returns 0, SEARCH_FILTER_UNKNOWN (the value is set), or -1. */
static int read_value(struct filter_value *read, const struct index *index,
                      struct search_string name, struct search_string value, struct error *error)
{
    read->number = 0;
    read->length = 0;
    for (size_t i = 0; i < N_READERS; i++) {
        if (strlen(readers[i].name) == name.length &&
            memcmp(readers[i].name, name.data, name.length) == 0) {
            read->kind = readers[i].kind;
            return readers[i].read(read, index, value, error);
        }
    }
    return unknown_name(name, error);
}

static int add(struct search_filters *filters, const struct index *index, struct search_string name,
               struct search_string value, bool unknown_too, struct error *error)
{
    struct filter_value read;
    uint32_t n_dependencies;
    int status = read_value(&read, index, name, value, error);
    if (status < 0 || (status == SEARCH_FILTER_UNKNOWN && !unknown_too))
        return status;
    search_filters_of(filters, SEARCH_FILTER_DEPENDS_ON, &n_dependencies);
    if (read.kind == SEARCH_FILTER_KIND && n_dependencies == 0)
        return error_set(error, "kind is a kind of dependency: depends_on must say on which crate");
    struct search_string text = {read.text, read.length};
    return search_filters_add_value(filters, read.kind, text, read.number, error);
}

int search_filters_add(struct search_filters *filters, const struct index *index,
                       struct search_string name, struct search_string value, struct error *error)
{
    return add(filters, index, name, value, false, error);
}

int search_filters_require(struct search_filters *filters, const struct index *index,
                           struct search_string name, struct search_string value,
                           struct error *error)
{
    return add(filters, index, name, value, true, error);
}
