/* A facet counts as if there were no filter by its own attribute, so choosing a value replaces one
   that was chosen, be it a parameter or in the text. */
#include "server/pages/search/search_facets_shown.h"

#include "server/html/object.h"

#include <cratedex/search_facets.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* By enum search_facet. */
static const struct {
    const char *shown_as;
    enum search_filter_kind kind; /* of the filter by it, which has the facet's name */
} rows[N_SEARCH_FACETS] = {
    [SEARCH_FACET_CATEGORY] = {"Category", SEARCH_FILTER_CATEGORY},
    [SEARCH_FACET_KEYWORD] = {"Keyword", SEARCH_FILTER_KEYWORD},
    [SEARCH_FACET_LICENSE] = {"License", SEARCH_FILTER_LICENSE},
    [SEARCH_FACET_EDITION] = {"Edition", SEARCH_FILTER_EDITION},
    [SEARCH_FACET_RUST_VERSION] = {"Rust version", SEARCH_FILTER_RUST_VERSION},
    [SEARCH_FACET_HAS] = {"Has", SEARCH_FILTER_HAS},
};

static bool is_same(struct search_string left, struct search_string right)
{
    return left.length == right.length && strncasecmp(left.data, right.data, left.length) == 0;
}

/* Whether the crates are filtered by that value. */
static bool is_chosen(const struct search_asked *asked, enum search_facet facet,
                      struct search_string value)
{
    const char *name = search_facet_name(facet);
    for (size_t i = 0; i < asked->links.n; i++) {
        const struct query_parameter *parameter = asked->links.kept[i];
        if (strcmp(parameter->name, name) == 0 &&
            is_same((struct search_string){parameter->value, parameter->value_length}, value))
            return true;
    }
    uint32_t n;
    const struct search_filter *filters =
        search_filters_of(&asked->box.filters, rows[facet].kind, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (is_same(search_filter_text(&asked->box.filters, &filters[i]), value))
            return true;
    }
    return false;
}

/* Of these crates.io takes one alone, in this order; a keyword among them would take their
   place. */
static bool has_rival(const struct search_asked *asked)
{
    static const char *const rivals[] = {"letter", "user_id", "team_id", "ids[]"};
    for (size_t i = 0; i < sizeof rivals / sizeof *rivals; i++)
        if (search_links_find(&asked->links, rivals[i]) != NULL)
            return true;
    return false;
}

/* Room for a text and a keyword behind it. */
#define MAX_TEXT (BOX_TEXT_MAX_BYTES + 1024)

/* A keyword that must stand in the text, for it cannot be a parameter. Returns the length. */
static size_t spell_keyword(char text[MAX_TEXT], size_t length, struct search_string value)
{
    int n = snprintf(text + length, MAX_TEXT - length, "%skeyword:%.*s", length > 0 ? " " : "",
                     (int)value.length, value.data);
    return n > 0 && (size_t)n < MAX_TEXT - length ? length + (size_t)n : length;
}

static void encode_link(const struct search_asked *asked, enum search_facet facet,
                        struct search_string value, bool is_taken_away, struct encoder *encoder)
{
    char text[MAX_TEXT];
    const char *name = search_facet_name(facet);
    struct link_change change = {.name = name};
    struct search_string spelled = asked->text;
    if (box_text_has(&asked->box, rows[facet].kind)) {
        const struct box_omission omission = {.has_kind = true, .kind = rows[facet].kind};
        const struct search_string rest = {asked->box.rest, asked->box.rest_length};
        spelled = (struct search_string){text, box_text_spell(&asked->box, rest, omission, text)};
        change.text = spelled;
    }
    if (facet == SEARCH_FACET_KEYWORD)
        change.without = "all_keywords";
    if (!is_taken_away && facet == SEARCH_FACET_KEYWORD && has_rival(asked)) {
        if (spelled.data != text && spelled.length <= BOX_TEXT_MAX_BYTES)
            memcpy(text, spelled.data, spelled.length);
        change.text = (struct search_string){text, spell_keyword(text, spelled.length, value)};
    } else if (!is_taken_away) {
        change.value = value;
    }
    search_link_member(&asked->links, "link", &change, encoder);
}

static struct search_string value_text(const msgpack_object *value)
{
    struct search_string text;
    text.data = object_text(object_member(value, "value"), &text.length);
    return text;
}

static void encode_value(const struct search_asked *asked, enum search_facet facet,
                         const msgpack_object *value, struct encoder *encoder)
{
    struct search_string text = value_text(value);
    bool is_on = is_chosen(asked, facet, text);
    encoder_object(encoder, 4);
    encoder_key(encoder, "value");
    encoder_string(encoder, text.data, text.length);
    object_encode_member(value, "count", encoder);
    encode_link(asked, facet, text, is_on, encoder);
    encoder_member_boolean(encoder, "is_chosen", is_on);
    encoder_end_object(encoder);
}

/* The facet's values; NULL where they say nothing. */
static const msgpack_object *values_of(const struct search_asked *asked,
                                       const msgpack_object *facets, enum search_facet facet,
                                       uint64_t total)
{
    const msgpack_object *values = object_member(facets, search_facet_name(facet));
    uint32_t n = object_n_elements(values);
    const msgpack_object *first = object_element(values, 0);
    bool is_of_all = n == 1 && object_number(object_member(first, "count")) >= total &&
                     !is_chosen(asked, facet, value_text(first));
    return n == 0 || is_of_all ? NULL : values;
}

void search_facets_shown_encode(const struct search_asked *asked, const msgpack_object *facets,
                                uint64_t total, struct encoder *encoder)
{
    const msgpack_object *shown[N_SEARCH_FACETS];
    uint32_t n = 0;
    for (enum search_facet facet = 0; facet < N_SEARCH_FACETS; facet++) {
        shown[facet] = values_of(asked, facets, facet, total);
        n += shown[facet] != NULL;
    }
    encoder_array(encoder, n);
    for (enum search_facet facet = 0; facet < N_SEARCH_FACETS; facet++) {
        if (shown[facet] == NULL)
            continue;
        encoder_object(encoder, 3);
        encoder_member_text(encoder, "id", search_facet_name(facet));
        encoder_member_text(encoder, "name", rows[facet].shown_as);
        encoder_key(encoder, "values");
        uint32_t n_values = object_n_elements(shown[facet]);
        encoder_array(encoder, n_values);
        for (uint32_t i = 0; i < n_values; i++)
            encode_value(asked, facet, object_element(shown[facet], i), encoder);
        encoder_end_array(encoder);
        encoder_end_object(encoder);
    }
    encoder_end_array(encoder);
}
