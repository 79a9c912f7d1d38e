/* A text is cut by the ranges of its highlights, which are in order, do not overlap, and count code
   points. What is not so (an index can be forged) is passed over. */
#include "server/pages/search_results.h"

#include "server/pages/object.h"

#include <cratedex/utf8.h>
#include <stdbool.h>
#include <string.h>

#define MAX_PARTS 64
#define MAX_DESCRIPTION 300 /* code points */
#define MAX_KEYWORDS 16

struct part_of_text {
    const char *text;
    size_t length;
    bool is_match;
};

struct parts {
    struct part_of_text parts[MAX_PARTS];
    uint32_t n;
};

static void add_part(struct parts *parts, const char *text, size_t length, bool is_match)
{
    if (length > 0 && parts->n < MAX_PARTS)
        parts->parts[parts->n++] = (struct part_of_text){text, length, is_match};
}

/* Cuts `length` bytes of text; `ranges` may be NULL. Room is left for what comes behind the last
   match. */
static void cut(struct parts *parts, const char *text, size_t length, const msgpack_object *ranges)
{
    uint64_t character = 0; /* where `text` begins */
    for (uint32_t i = 0; i < object_n_elements(ranges) && parts->n + 3 <= MAX_PARTS; i++) {
        const msgpack_object *range = object_element(ranges, i);
        uint64_t start = object_number(object_element(range, 0));
        uint64_t n = object_number(object_element(range, 1));
        if (start < character || n == 0)
            continue;
        size_t n_before = utf8_skip_characters(text, length, start - character);
        size_t n_match = utf8_skip_characters(text + n_before, length - n_before, n);
        add_part(parts, text, n_before, false);
        add_part(parts, text + n_before, n_match, true);
        text += n_before + n_match;
        length -= n_before + n_match;
        character = start + n;
    }
    add_part(parts, text, length, false);
}

static void encode_parts(const struct parts *parts, bool is_cut_short, struct encoder *encoder)
{
    encoder_array(encoder, parts->n + (uint32_t)is_cut_short);
    for (uint32_t i = 0; i < parts->n + (uint32_t)is_cut_short; i++) {
        bool is_part = i < parts->n;
        encoder_object(encoder, 2);
        encoder_key(encoder, "text");
        if (is_part)
            encoder_string(encoder, parts->parts[i].text, parts->parts[i].length);
        else
            encoder_text(encoder, "…");
        encoder_member_boolean(encoder, "is_match", is_part && parts->parts[i].is_match);
        encoder_end_object(encoder);
    }
    encoder_end_array(encoder);
}

static bool is_text(const msgpack_object *value)
{
    return value != NULL && value->type == MSGPACK_OBJECT_STR;
}

/* Writes the parts of a text of at most `max_characters`; none of what is no text. */
static void encode_text(const msgpack_object *text, const msgpack_object *ranges,
                        size_t max_characters, struct encoder *encoder)
{
    struct parts parts = {.n = 0};
    bool is_cut_short = false;
    if (is_text(text)) {
        size_t size = text->via.str.size;
        size_t length = size > max_characters
                            ? utf8_skip_characters(text->via.str.ptr, size, max_characters)
                            : size;
        is_cut_short = length < size;
        cut(&parts, text->via.str.ptr, length, ranges);
    }
    encode_parts(&parts, is_cut_short, encoder);
}

static void encode_keywords(const msgpack_object *keywords, struct encoder *encoder)
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
        encoder_key(encoder, "parts");
        encode_text(&keyword->key, &keyword->val, SIZE_MAX, encoder);
        encoder_end_object(encoder);
    }
    encoder_end_array(encoder);
}

/* Whether it matches in the README alone. */
static bool is_in_readme(const msgpack_object *fields)
{
    return object_n_elements(fields) == 1 &&
           object_is_text(object_element(fields, 0), "readme", strlen("readme"));
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

static void encode_crate(const msgpack_object *crate, struct encoder *encoder)
{
    const msgpack_object *highlights = object_member(crate, "highlights");
    const msgpack_object *description = object_member(crate, "description");
    encoder_object(encoder, N_COPIED + 5);
    for (size_t i = 0; i < N_COPIED; i++) {
        encoder_key(encoder, copied[i].shown_as);
        object_encode(object_member(crate, copied[i].name), encoder);
    }
    encoder_key(encoder, "name_parts");
    encode_text(object_member(crate, "name"), object_member(highlights, "name"), SIZE_MAX, encoder);
    encoder_member_boolean(encoder, "has_description",
                           is_text(description) && description->via.str.size > 0);
    encoder_key(encoder, "description_parts");
    encode_text(description, object_member(highlights, "description"), MAX_DESCRIPTION, encoder);
    encoder_key(encoder, "keywords");
    encode_keywords(object_member(highlights, "keywords"), encoder);
    encoder_member_boolean(encoder, "is_in_readme",
                           is_in_readme(object_member(crate, "matched_in")));
    encoder_end_object(encoder);
}

void search_results_encode(const msgpack_object *crates, struct encoder *encoder)
{
    uint32_t n = object_n_elements(crates);
    encoder_array(encoder, n);
    for (uint32_t i = 0; i < n; i++)
        encode_crate(object_element(crates, i), encoder);
    encoder_end_array(encoder);
}
