/* Texts to go on with where little was found (what was meant, what to try) are links to a search
   that keeps all that was asked for beside: each is spelled by the box's text with another rest
   (box_text.h). */
#include "server/pages/search/found_crates.h"

#include "server/html/object.h"
#include "server/pages/pager.h"
#include "server/pages/search/search_facets_shown.h"
#include "server/pages/search/search_results.h"
#include "server/parameters/pagination.h"

#include <cratedex/search.h>
#include <cratedex/utf8.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define MAX_TRIES 6
#define MIN_TRIED_CHARACTERS 3

/* What is asked for by which order, in the order in which a page offers them. */
static const struct {
    enum search_sort sort;
    const char *value; /* of `sort`; NULL: it is the default */
    const char *name;
} sorts[] = {
    {SEARCH_SORT_RELEVANCE, NULL, "Relevance"},
    {SEARCH_SORT_DOWNLOADS, "downloads", "Downloads"},
    {SEARCH_SORT_RECENT_DOWNLOADS, "recent-downloads", "Recent downloads"},
    {SEARCH_SORT_RECENT_UPDATES, "recent-updates", "Updated"},
    {SEARCH_SORT_NEW, "new", "New"},
    {SEARCH_SORT_ALPHABETICAL, "alpha", "A to Z"},
};
#define N_SORTS (sizeof sorts / sizeof *sorts)

/* A text that is not empty, or `data` is NULL. */
static struct search_string text_at(const msgpack_object *object, const char *name)
{
    struct search_string text;
    text.data = object_text(object_member(object, name), &text.length);
    if (text.length == 0)
        text.data = NULL;
    return text;
}

static enum search_sort current_sort(const struct search_asked *asked)
{
    const struct query_parameter *parameter = search_links_find(&asked->links, "sort");
    enum search_sort sort = SEARCH_SORT_RELEVANCE;
    if (parameter != NULL)
        search_sort_parse(parameter->value, &sort);
    return sort == SEARCH_SORT_RELEVANCE && asked->box.rest_length == 0 ? SEARCH_SORT_ALPHABETICAL
                                                                        : sort;
}

/* Without a text there is no relevance. */
static void encode_sorts(const struct search_asked *asked, struct encoder *encoder)
{
    enum search_sort current = current_sort(asked);
    size_t first = asked->box.rest_length == 0 ? 1 : 0;
    encoder_array(encoder, (uint32_t)(N_SORTS - first));
    for (size_t i = first; i < N_SORTS; i++) {
        const char *value = sorts[i].value;
        const struct link_change change = {.name = "sort",
                                           .value = {value, value != NULL ? strlen(value) : 0}};
        encoder_object(encoder, 3);
        encoder_member_text(encoder, "name", sorts[i].name);
        search_link_member(&asked->links, "link", &change, encoder);
        encoder_member_boolean(encoder, "is_current", sorts[i].sort == current);
        encoder_end_object(encoder);
    }
    encoder_end_array(encoder);
}

/* The first page needs no number. */
static void encode_href(const void *list, uint32_t page, struct encoder *encoder)
{
    char number[16];
    const struct search_asked *asked = list;
    int length = snprintf(number, sizeof number, "%" PRIu32, page);
    struct link_change change = {.name = "page"};
    if (page > 1)
        change.value = (struct search_string){number, (size_t)length};
    search_link_encode(&asked->links, &change, encoder);
}

/* What the partial template `pager` and the numbers of the results need. */
static void encode_listing(const struct search_asked *asked, uint32_t page, uint64_t total,
                           struct encoder *encoder)
{
    uint32_t per_page = search_links_number(&asked->links, "per_page", PAGINATION_DEFAULT_PER_PAGE);
    const struct pager pager = {
        .page = page,
        .n_pages = (total + per_page - 1) / per_page,
        .max = PAGINATION_MAX_PAGE,
        .encode_href = encode_href,
        .list = asked,
    };
    encoder_key(encoder, "listing");
    encoder_object(encoder, 3);
    encoder_member_integer(encoder, "from", (int64_t)(page - 1) * per_page + 1);
    encoder_key(encoder, "first");
    encode_href(asked, 1, encoder);
    encoder_key(encoder, "pages");
    pager_encode(&pager, encoder);
    encoder_end_object(encoder);
}

/* What was meant, with the filters that stand in the text. */
static void encode_did_you_mean(const struct search_asked *asked, struct search_string meant,
                                struct encoder *encoder)
{
    char text[BOX_TEXT_MAX_BYTES];
    encoder_key(encoder, "did_you_mean");
    if (meant.data == NULL) {
        encoder_null(encoder);
        return;
    }
    const struct box_omission nothing = {.filter = NULL};
    const struct link_change change = {
        .text = {text, box_text_spell(&asked->box, meant, nothing, text)}};
    encoder_object(encoder, 2);
    encoder_key(encoder, "text");
    encoder_string(encoder, meant.data, meant.length);
    search_link_member(&asked->links, "link", &change, encoder);
    encoder_end_object(encoder);
}

/* The version that the text names, of the crate that it names, which comes first. */
static void encode_named(const msgpack_object *crate, struct search_string version,
                         struct encoder *encoder)
{
    encoder_key(encoder, "named");
    if (version.data == NULL) {
        encoder_null(encoder);
        return;
    }
    encoder_object(encoder, 2);
    object_encode_member(crate, "name", encoder);
    encoder_key(encoder, "version");
    encoder_string(encoder, version.data, version.length);
    encoder_end_object(encoder);
}

static void encode_hints(const msgpack_object *hints, struct encoder *encoder)
{
    uint32_t n = object_n_elements(hints);
    encoder_member_boolean(encoder, "has_hints", n > 0);
    encoder_key(encoder, "hints");
    encoder_array(encoder, n);
    for (uint32_t i = 0; i < n; i++) {
        const msgpack_object *hint = object_element(hints, i);
        const msgpack_object *kind = object_member(hint, "kind");
        encoder_object(encoder, 3);
        object_encode_member(hint, "id", encoder);
        object_encode_member(hint, "crates", encoder);
        encoder_member_boolean(encoder, "is_keyword", object_is_text(kind, "keyword"));
        encoder_end_object(encoder);
    }
    encoder_end_array(encoder);
}

/* Texts to try instead of `rest`: each of its words alone, or the beginning of its one word. */
static size_t find_tries(struct search_string rest, struct search_string tries[MAX_TRIES])
{
    size_t n = 0;
    for (size_t at = 0; at < rest.length && n < MAX_TRIES;) {
        const char *word = rest.data + at;
        const char *space = memchr(word, ' ', rest.length - at);
        size_t length = space != NULL ? (size_t)(space - word) : rest.length - at;
        if (length > 0)
            tries[n++] = (struct search_string){word, length};
        at += length + 1;
    }
    if (n != 1)
        return n;
    size_t n_characters = utf8_count_characters(tries[0].data, tries[0].length);
    size_t shorter = n_characters * 2 / 3;
    if (n_characters <= MIN_TRIED_CHARACTERS)
        return 0;
    tries[0].length =
        utf8_skip_characters(tries[0].data, tries[0].length,
                             shorter > MIN_TRIED_CHARACTERS ? shorter : MIN_TRIED_CHARACTERS);
    return 1;
}

static void encode_tries(const struct search_asked *asked, bool is_none, struct encoder *encoder)
{
    struct search_string tries[MAX_TRIES];
    const struct search_string rest = {asked->box.rest, asked->box.rest_length};
    size_t n = is_none ? find_tries(rest, tries) : 0;
    encoder_member_boolean(encoder, "has_tries", n > 0);
    encoder_key(encoder, "tries");
    encoder_array(encoder, (uint32_t)n);
    for (size_t i = 0; i < n; i++) {
        char text[BOX_TEXT_MAX_BYTES];
        const struct box_omission nothing = {.filter = NULL};
        const struct link_change change = {
            .text = {text, box_text_spell(&asked->box, tries[i], nothing, text)}};
        encoder_object(encoder, 2);
        encoder_key(encoder, "text");
        encoder_string(encoder, tries[i].data, tries[i].length);
        search_link_member(&asked->links, "link", &change, encoder);
        encoder_end_object(encoder);
    }
    encoder_end_array(encoder);
}

void found_crates_encode(const struct search_asked *asked, const msgpack_object *answer,
                         struct encoder *encoder)
{
    const msgpack_object *meta = object_member(answer, "meta");
    uint64_t total = object_number(object_member(meta, "total"));
    uint32_t page = search_links_number(&asked->links, "page", 1);
    bool is_relaxed = object_member(meta, "relaxed") != NULL;
    struct search_string meant = text_at(meta, "did_you_mean");
    const msgpack_object *crates = object_member(answer, "crates");
    encoder_object(encoder, 17);
    encoder_member_integer(encoder, "total", (int64_t)total);
    encoder_member_boolean(encoder, "is_one", total == 1);
    encoder_member_boolean(encoder, "is_some", total > 0);
    encoder_member_boolean(encoder, "is_none", total == 0 && page <= 1);
    encoder_member_boolean(encoder, "is_behind_end", total == 0 && page > 1);
    encoder_key(encoder, "results");
    search_results_encode(crates, encoder);
    encoder_key(encoder, "facets");
    search_facets_shown_encode(asked, object_member(meta, "facets"), total, encoder);
    encoder_key(encoder, "sorts");
    encode_sorts(asked, encoder);
    encode_listing(asked, page, total, encoder);
    encode_did_you_mean(asked, meant, encoder);
    encoder_member_boolean(encoder, "is_relaxed", is_relaxed);
    encoder_member_boolean(encoder, "is_unsure", is_relaxed || meant.data != NULL);
    encode_named(object_element(crates, 0), text_at(meta, "named_version"), encoder);
    encode_hints(object_member(meta, "hints"), encoder);
    encode_tries(asked, total == 0 && page <= 1, encoder);
    encoder_end_object(encoder);
}
