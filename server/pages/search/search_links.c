/* What is kept is copied as the client wrote it (`GPL-2.0+` is not the same with its plus sign
   encoded anew); what is set is in form encoding. */
#include "server/pages/search/search_links.h"

#include "server/pages/search/box_text.h"

#include <cratedex/search_filter_list.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* What is set in a link: a text, and a value, each of whose bytes may become three. */
#define LINK_BYTES (SEARCH_LINKS_MAX_QUERY + 3 * (BOX_TEXT_MAX_BYTES + 2048))

struct link {
    size_t length;
    bool has_query;
    char text[LINK_BYTES];
};

/* What there is to filter, to sort and to page by, beside the filters of search_filters.h. */
static const char *const kept_names[] = {
    "q",       "category", "all_keywords", "keyword",        "letter", "user_id",
    "team_id", "ids[]",    "following",    "include_yanked", "sort",   "match",
    "page",    "per_page", "highlight",    "facets",
};

static bool is_empty(const struct query_parameter *parameter)
{
    return strspn(parameter->value, " \t\r\n") == parameter->value_length;
}

static bool is_kept(const struct query_parameter *parameter)
{
    for (size_t i = 0; i < sizeof kept_names / sizeof *kept_names; i++)
        if (strcmp(parameter->name, kept_names[i]) == 0)
            return true;
    for (enum search_filter_kind kind = 0; kind <= SEARCH_FILTER_OWNER; kind++)
        if (strcmp(parameter->name, search_filter_name(kind)) == 0)
            return true;
    return false;
}

static bool is_among(const struct search_links *links, const struct query_parameter *parameter)
{
    for (size_t i = 0; i < links->n; i++)
        if (links->kept[i]->raw_length == parameter->raw_length &&
            memcmp(links->kept[i]->raw, parameter->raw, parameter->raw_length) == 0)
            return true;
    return false;
}

void search_links_read(struct search_links *links, const struct query_string *query)
{
    links->n = 0;
    for (size_t i = 0; i < query->n_parameters; i++) {
        const struct query_parameter *parameter = &query->parameters[i];
        if (!is_empty(parameter) && is_kept(parameter) && !is_among(links, parameter))
            links->kept[links->n++] = parameter;
    }
}

const struct query_parameter *search_links_find(const struct search_links *links, const char *name)
{
    for (size_t i = links->n; i > 0; i--)
        if (strcmp(links->kept[i - 1]->name, name) == 0)
            return links->kept[i - 1];
    return NULL;
}

uint32_t search_links_number(const struct search_links *links, const char *name, uint32_t otherwise)
{
    const struct query_parameter *parameter = search_links_find(links, name);
    if (parameter == NULL)
        return otherwise;
    char *end;
    unsigned long number = strtoul(parameter->value, &end, 10);
    return *end == '\0' && number <= UINT32_MAX ? (uint32_t)number : otherwise;
}

static void append(struct link *link, const char *bytes, size_t length)
{
    if (length > LINK_BYTES - link->length)
        return;
    memcpy(link->text + link->length, bytes, length);
    link->length += length;
}

static void begin_pair(struct link *link)
{
    append(link, link->has_query ? "&" : "?", 1);
    link->has_query = true;
}

static void append_pair(struct link *link, const char *name, struct search_string value)
{
    begin_pair(link);
    query_string_encode(link->text, LINK_BYTES, &link->length, name, strlen(name));
    append(link, "=", 1);
    query_string_encode(link->text, LINK_BYTES, &link->length, value.data, value.length);
}

/* What the API has no word for: a page without facets. */
static bool is_for_page(const struct query_parameter *parameter)
{
    return strcmp(parameter->name, "facets") == 0 && strcmp(parameter->value, "none") == 0;
}

size_t search_links_query(const struct search_links *links, char query[SEARCH_LINKS_MAX_QUERY])
{
    size_t length = 0;
    for (size_t i = 0; i < links->n; i++) {
        if (is_for_page(links->kept[i]))
            continue;
        if (length > 0)
            query[length++] = '&';
        memcpy(query + length, links->kept[i]->raw, links->kept[i]->raw_length);
        length += links->kept[i]->raw_length;
    }
    return length;
}

static bool is_left_out(const struct query_parameter *parameter, const struct link_change *change)
{
    const char *name = parameter->name;
    return parameter == change->dropped || strcmp(name, "page") == 0 ||
           (change->name != NULL && strcmp(name, change->name) == 0) ||
           (change->without != NULL && strcmp(name, change->without) == 0) ||
           (change->text.data != NULL && strcmp(name, "q") == 0);
}

void search_link_encode(const struct search_links *links, const struct link_change *change,
                        struct encoder *encoder)
{
    struct link link;
    link.length = 0;
    link.has_query = false;
    append(&link, "/search", strlen("/search"));
    if (change->text.length > 0)
        append_pair(&link, "q", change->text);
    for (size_t i = 0; i < links->n; i++) {
        if (is_left_out(links->kept[i], change))
            continue;
        begin_pair(&link);
        append(&link, links->kept[i]->raw, links->kept[i]->raw_length);
    }
    if (change->name != NULL && change->value.data != NULL)
        append_pair(&link, change->name, change->value);
    encoder_string(encoder, link.text, link.length);
}

void search_link_member(const struct search_links *links, const char *key,
                        const struct link_change *change, struct encoder *encoder)
{
    encoder_key(encoder, key);
    search_link_encode(links, change, encoder);
}
