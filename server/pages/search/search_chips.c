/* A filter of the parameters goes with its pair. One of the text goes by spelling the text without
   it. What says how to show the crates (sort, page, …) is no filter. */
#include "server/pages/search/search_chips.h"

#include <stdbool.h>
#include <string.h>

/* What a filter is called on its chip, by the name of its parameter or of the box's language. */
static const struct {
    const char *name;
    const char *shown_as;
    bool has_no_value; /* the name says all */
} chips[] = {
    {"category", "category", false},
    {"all_keywords", "keywords", false},
    {"keyword", "keyword", false},
    {"letter", "begins with", false},
    {"user_id", "owner: user", false},
    {"team_id", "owner: team", false},
    {"ids[]", "name", false},
    {"include_yanked", "not yanked", true},
    {"match", "match", false},
    {"license", "license", false},
    {"rust_version", "builds with Rust", false},
    {"rust_version_known", "says which Rust it needs", true},
    {"edition", "edition", false},
    {"has", "has", false},
    {"no_std", "no_std", true},
    {"stable", "stable", true},
    {"updated_since", "updated since", false},
    {"created_since", "created since", false},
    {"min_downloads", "downloads from", false},
    {"depends_on", "depends on", false},
    {"kind", "as dependency of kind", false},
    {"owner", "owner", false},
    {"without", "without", false},
    {"all_of", "with", false},
    {"in", "in", false},
};
#define N_CHIPS (sizeof chips / sizeof *chips)

/* So many have a chip each, which has the whole query in its link. */
#define MAX_CHIPS 32

/* The row of that name; N_CHIPS: none. */
static size_t find_row(const char *name)
{
    size_t row = 0;
    while (row < N_CHIPS && strcmp(chips[row].name, name) != 0)
        row++;
    return row;
}

/* Yanked crates are there unless they are left out. */
static bool is_chip(const struct query_parameter *parameter)
{
    return find_row(parameter->name) < N_CHIPS &&
           (strcmp(parameter->name, "include_yanked") != 0 || strcmp(parameter->value, "yes") != 0);
}

uint32_t search_chips_count(const struct search_asked *asked)
{
    uint32_t n = asked->box.filters.n;
    for (size_t i = 0; i < asked->links.n; i++)
        n += is_chip(asked->links.kept[i]);
    return n;
}

static void encode_chip(const struct search_asked *asked, const char *name,
                        struct search_string value, const struct link_change *change,
                        struct encoder *encoder)
{
    size_t row = find_row(name);
    encoder_object(encoder, 3);
    encoder_member_text(encoder, "name", row < N_CHIPS ? chips[row].shown_as : name);
    encoder_key(encoder, "value");
    if (row < N_CHIPS && chips[row].has_no_value)
        encoder_null(encoder);
    else
        encoder_string(encoder, value.data, value.length);
    search_link_member(&asked->links, "link", change, encoder);
    encoder_end_object(encoder);
}

/* How many crates it is that others must depend on. `kind` says of which kind that is: when the
   last goes, it goes, too. */
static size_t count_dependencies(const struct search_asked *asked)
{
    uint32_t n_in_text;
    search_filters_of(&asked->box.filters, SEARCH_FILTER_DEPENDS_ON, &n_in_text);
    size_t n = n_in_text;
    for (size_t i = 0; i < asked->links.n; i++)
        n += strcmp(asked->links.kept[i]->name, "depends_on") == 0;
    return n;
}

static void encode_parameter(const struct search_asked *asked,
                             const struct query_parameter *parameter, bool takes_kind,
                             struct encoder *encoder)
{
    bool is_last = takes_kind && strcmp(parameter->name, "depends_on") == 0;
    const struct link_change change = {.dropped = parameter, .without = is_last ? "kind" : NULL};
    encode_chip(asked, parameter->name,
                (struct search_string){parameter->value, parameter->value_length}, &change,
                encoder);
}

static void encode_filter(const struct search_asked *asked, const struct search_filter *filter,
                          bool takes_kind, struct encoder *encoder)
{
    const struct box_text *box = &asked->box;
    char text[BOX_TEXT_MAX_BYTES];
    bool is_last = takes_kind && filter->kind == SEARCH_FILTER_DEPENDS_ON;
    const struct box_omission omission = {
        .filter = filter, .has_kind = is_last, .kind = SEARCH_FILTER_KIND};
    size_t length =
        box_text_spell(box, (struct search_string){box->rest, box->rest_length}, omission, text);
    const struct link_change change = {.text = {text, length}, .without = is_last ? "kind" : NULL};
    encode_chip(asked, search_filter_name(filter->kind), search_filter_text(&box->filters, filter),
                &change, encoder);
}

void search_chips_encode(const struct search_asked *asked, struct encoder *encoder)
{
    bool takes_kind = count_dependencies(asked) == 1;
    uint32_t n = search_chips_count(asked);
    uint32_t n_left = n < MAX_CHIPS ? n : MAX_CHIPS;
    encoder_array(encoder, n_left);
    for (size_t i = 0; i < asked->links.n && n_left > 0; i++) {
        if (!is_chip(asked->links.kept[i]))
            continue;
        encode_parameter(asked, asked->links.kept[i], takes_kind, encoder);
        n_left--;
    }
    for (uint32_t i = 0; i < asked->box.filters.n && n_left > 0; i++, n_left--)
        encode_filter(asked, &asked->box.filters.filters[i], takes_kind, encoder);
    encoder_end_array(encoder);
}

void search_chips_clear_encode(const struct search_asked *asked, struct encoder *encoder)
{
    struct search_links bare = {.n = 0};
    struct link_change change = {.name = NULL};
    for (size_t i = 0; i < asked->links.n; i++)
        if (!is_chip(asked->links.kept[i]))
            bare.kept[bare.n++] = asked->links.kept[i];
    if (asked->box.filters.n > 0)
        change.text = (struct search_string){asked->box.rest, asked->box.rest_length};
    search_link_encode(&bare, &change, encoder);
}
