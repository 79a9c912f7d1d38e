/* A text is marked by the ranges of its highlights, which are in order, do not overlap, and count
   code points. What is not so (an index can be forged) is passed over. Markup is made here and not
   by a template because a page has a hundred pieces of text: as maps of a model these took a third
   of the time of showing it. */
#include "server/pages/search/search_results.h"

#include "server/html/escape.h"
#include "server/html/object.h"

#include <cratedex/utf8.h>
#include <msgpack/sbuffer.h>
#include <stdbool.h>
#include <string.h>

#define MAX_MARKS 64        /* in a text */
#define MAX_DESCRIPTION 300 /* code points */
#define MAX_KEYWORDS 16

static int append_literal(msgpack_sbuffer *markup, const char *literal)
{
    return html_append(markup, literal, strlen(literal));
}

/* Appends `length` bytes of text with marks; `ranges` may be NULL. Returns 0 or -1 (memory). */
static int append_marked(msgpack_sbuffer *markup, const char *text, size_t length,
                         const msgpack_object *ranges)
{
    uint32_t n_ranges = object_n_elements(ranges);
    uint64_t character = 0; /* where `text` begins */
    for (uint32_t i = 0; i < n_ranges && i < MAX_MARKS; i++) {
        const msgpack_object *range = object_element(ranges, i);
        uint64_t start = object_number(object_element(range, 0));
        uint64_t n = object_number(object_element(range, 1));
        if (start < character || n == 0)
            continue;
        size_t n_before = utf8_skip_characters(text, length, start - character);
        size_t n_match = utf8_skip_characters(text + n_before, length - n_before, n);
        if (n_match == 0)
            break;
        if (html_escape(markup, text, n_before) != 0 || append_literal(markup, "<mark>") != 0 ||
            html_escape(markup, text + n_before, n_match) != 0 ||
            append_literal(markup, "</mark>") != 0)
            return -1;
        text += n_before + n_match;
        length -= n_before + n_match;
        character = start + n;
    }
    return html_escape(markup, text, length);
}

/* Writes at most `max_characters` of a text as markup, which is made in `markup`; null of what is
   no text, or empty. */
static void encode_marked(const msgpack_object *text, const msgpack_object *ranges,
                          size_t max_characters, msgpack_sbuffer *markup, struct encoder *encoder)
{
    size_t size;
    const char *bytes = object_text(text, &size);
    size_t length =
        size > max_characters ? utf8_skip_characters(bytes, size, max_characters) : size;
    markup->size = 0;
    if (size == 0)
        encoder_null(encoder);
    else if (append_marked(markup, bytes, length, ranges) != 0 ||
             (length < size && append_literal(markup, "…") != 0))
        encoder_lack_memory(encoder);
    else
        encoder_string(encoder, markup->data, markup->size);
}

static void encode_keywords(const msgpack_object *keywords, msgpack_sbuffer *markup,
                            struct encoder *encoder)
{
    bool is_map = keywords != NULL && keywords->type == MSGPACK_OBJECT_MAP;
    uint32_t n = is_map ? keywords->via.map.size : 0;
    if (n > MAX_KEYWORDS)
        n = MAX_KEYWORDS;
    encoder_array(encoder, n);
    for (uint32_t i = 0; i < n; i++) {
        const msgpack_object_kv *keyword = &keywords->via.map.ptr[i];
        encoder_object(encoder, 2);
        encoder_key(encoder, "keyword");
        object_encode(&keyword->key, encoder);
        encoder_key(encoder, "marked");
        encode_marked(&keyword->key, &keyword->val, SIZE_MAX, markup, encoder);
        encoder_end_object(encoder);
    }
    encoder_end_array(encoder);
}

/* Whether it matches in the README alone. */
static bool is_in_readme(const msgpack_object *fields)
{
    return object_n_elements(fields) == 1 && object_is_text(object_element(fields, 0), "readme");
}

/* Members that are shown as they are, and what a page calls them. */
static const struct {
    const char *name;
    const char *shown_as;
} copied[] = {
    {"name", "name"},
    {"max_version", "version"},
    {"exact_match", "is_exact"},
    {"yanked", "is_yanked"},
    {"downloads", "downloads"},
    {"recent_downloads", "recent_downloads"},
    {"updated_at", "updated_at"},
};
#define N_COPIED (sizeof copied / sizeof *copied)

static void encode_crate(const msgpack_object *crate, msgpack_sbuffer *markup,
                         struct encoder *encoder)
{
    const msgpack_object *highlights = object_member(crate, "highlights");
    encoder_object(encoder, N_COPIED + 4);
    for (size_t i = 0; i < N_COPIED; i++) {
        encoder_key(encoder, copied[i].shown_as);
        object_encode(object_member(crate, copied[i].name), encoder);
    }
    encoder_key(encoder, "name_marked");
    encode_marked(object_member(crate, "name"), object_member(highlights, "name"), SIZE_MAX, markup,
                  encoder);
    encoder_key(encoder, "description_marked");
    encode_marked(object_member(crate, "description"), object_member(highlights, "description"),
                  MAX_DESCRIPTION, markup, encoder);
    encoder_key(encoder, "keywords");
    encode_keywords(object_member(highlights, "keywords"), markup, encoder);
    encoder_member_boolean(encoder, "is_in_readme",
                           is_in_readme(object_member(crate, "matched_in")));
    encoder_end_object(encoder);
}

void search_results_encode(const msgpack_object *crates, struct encoder *encoder)
{
    msgpack_sbuffer markup;
    uint32_t n = object_n_elements(crates);
    msgpack_sbuffer_init(&markup);
    encoder_array(encoder, n);
    for (uint32_t i = 0; i < n; i++)
        encode_crate(object_element(crates, i), &markup, encoder);
    encoder_end_array(encoder);
    msgpack_sbuffer_destroy(&markup);
}
