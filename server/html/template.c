/* A template becomes a row of nodes. A section has behind it what is inside, and knows where that
   ends, so that rendering is a walk with an index. White space that has a line end in it becomes
   that one line end: templates are indented for those who write them, and sent without. */
#define _GNU_SOURCE /* memmem */
#include "server/html/template.h"

#include "server/html/template_nodes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct parser {
    const struct template_source *sources;
    uint32_t n_sources;
    const struct template_source *source;
    struct template *template;
    size_t at;                         /* in the source */
    size_t n_written;                  /* of the template's text */
    uint32_t open[TEMPLATE_MAX_DEPTH]; /* sections */
    unsigned depth;
    struct error *error;
};

/* A tag's inside, without white space around it. */
struct tag {
    char sigil; /* # ^ / > ! & or 0: a value */
    const char *text;
    size_t length;
};

static int fail(const struct parser *parser, const char *what, const struct tag *tag)
{
    size_t line = 1;
    for (size_t i = 0; i < parser->at; i++)
        line += parser->source->text[i] == '\n';
    return error_set(parser->error, "template %s, line %zu: %s%s%.*s", parser->source->name, line,
                     what, tag != NULL ? ": " : "", tag != NULL ? (int)tag->length : 0,
                     tag != NULL ? tag->text : "");
}

static struct template_node *add_node(struct parser *parser, enum template_node_kind kind,
                                      const char *text, size_t length)
{
    struct template *template = parser->template;
    if (template->n_nodes == template->capacity) {
        uint32_t capacity = 2 * template->capacity + 16;
        struct template_node *nodes = realloc(template->nodes, capacity * sizeof *nodes);
        if (nodes == NULL) {
            error_out_of_memory(parser->error);
            return NULL;
        }
        template->nodes = nodes;
        template->capacity = capacity;
    }
    struct template_node *node = &template->nodes[template->n_nodes++];
    *node = (struct template_node){.kind = kind, .text = text, .length = length};
    return node;
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* Keeps bytes, with the white space around each line end made one. Returns where they lie. */
static char *keep_bytes(struct parser *parser, const char *bytes, size_t length, bool is_squeezed)
{
    char *kept = parser->template->text + parser->n_written;
    for (size_t i = 0; i < length;) {
        size_t n_spaces = 0;
        bool has_line_end = false;
        while (is_squeezed && i + n_spaces < length && is_space(bytes[i + n_spaces]))
            has_line_end |= bytes[i + n_spaces++] == '\n';
        size_t n_copied = has_line_end || n_spaces == 0 ? 1 : n_spaces;
        if (has_line_end)
            parser->template->text[parser->n_written] = '\n';
        else
            memcpy(parser->template->text + parser->n_written, bytes + i, n_copied);
        parser->n_written += n_copied;
        i += n_spaces > 0 ? n_spaces : 1;
    }
    return kept;
}

static int add_text(struct parser *parser, size_t length)
{
    const char *kept = keep_bytes(parser, parser->source->text + parser->at, length, true);
    size_t n_kept = (size_t)(parser->template->text + parser->n_written - kept);
    return n_kept == 0 || add_node(parser, NODE_TEXT, kept, n_kept) != NULL ? 0 : -1;
}

static void trim(struct tag *tag)
{
    while (tag->length > 0 && is_space(tag->text[0])) {
        tag->text++;
        tag->length--;
    }
    while (tag->length > 0 && is_space(tag->text[tag->length - 1]))
        tag->length--;
}

/* Reads the tag that begins at `parser->at`, and steps behind it. */
static int read_tag(struct parser *parser, struct tag *tag)
{
    const struct template_source *source = parser->source;
    const char *begin = source->text + parser->at + 2;
    const char *source_end = source->text + source->size;
    bool is_triple = begin < source_end && *begin == '{';
    const char *close = is_triple ? "}}}" : "}}";
    const char *end = memmem(begin, (size_t)(source_end - begin), close, strlen(close));
    if (end == NULL)
        return fail(parser, "a tag without an end", NULL);
    begin += is_triple;
    *tag = (struct tag){
        .sigil = is_triple ? '&' : '\0', .text = begin, .length = (size_t)(end - begin)};
    if (!is_triple && tag->length > 0 && strchr("#^/>!&", tag->text[0]) != NULL) {
        tag->sigil = *tag->text++;
        tag->length--;
    }
    trim(tag);
    if (tag->length == 0 && tag->sigil != '!')
        return fail(parser, "an empty tag", NULL);
    parser->at = (size_t)(end - source->text) + strlen(close);
    return 0;
}

/* Steps over the white space behind a tag that begins at `begin`, if it writes nothing and is alone
   in its lines ("standalone", says Mustache): what stands before it ends with a line end. */
static void skip_own_line(struct parser *parser, size_t begin)
{
    const char *text = parser->source->text;
    size_t end = parser->at;
    while (begin > 0 && (text[begin - 1] == ' ' || text[begin - 1] == '\t'))
        begin--;
    while (end < parser->source->size && (text[end] == ' ' || text[end] == '\t'))
        end++;
    bool begins_line = begin == 0 || text[begin - 1] == '\n';
    bool ends_line = end == parser->source->size || text[end] == '\n';
    while (begins_line && ends_line && parser->at < parser->source->size &&
           is_space(text[parser->at]))
        parser->at++;
}

static int open_section(struct parser *parser, const struct tag *tag)
{
    if (parser->depth == TEMPLATE_MAX_DEPTH)
        return fail(parser, "sections are nested too deeply", tag);
    parser->open[parser->depth++] = parser->template->n_nodes;
    const char *name = keep_bytes(parser, tag->text, tag->length, false);
    enum template_node_kind kind = tag->sigil == '#' ? NODE_SECTION : NODE_INVERTED;
    return add_node(parser, kind, name, tag->length) != NULL ? 0 : -1;
}

static int close_section(struct parser *parser, const struct tag *tag)
{
    struct template *template = parser->template;
    struct template_node *opened =
        parser->depth > 0 ? &template->nodes[parser->open[parser->depth - 1]] : NULL;
    if (opened == NULL || opened->length != tag->length ||
        memcmp(opened->text, tag->text, tag->length) != 0)
        return fail(parser, "closes what is not open", tag);
    parser->depth--;
    opened->next = template->n_nodes;
    return 0;
}

static int add_partial(struct parser *parser, const struct tag *tag)
{
    for (uint32_t i = 0; i < parser->n_sources; i++) {
        const char *name = parser->sources[i].name;
        if (strlen(name) != tag->length || memcmp(name, tag->text, tag->length) != 0)
            continue;
        struct template_node *node = add_node(parser, NODE_PARTIAL, name, tag->length);
        if (node == NULL)
            return -1;
        node->partial = i;
        return 0;
    }
    return fail(parser, "no such partial", tag);
}

static int add_value(struct parser *parser, const struct tag *tag)
{
    struct tag name = *tag;
    html_filter *filter = html_text;
    const char *bar = memchr(tag->text, '|', tag->length);
    if (bar != NULL) {
        struct tag wanted = {.text = bar + 1,
                             .length = tag->length - (size_t)(bar + 1 - tag->text)};
        name.length = (size_t)(bar - tag->text);
        trim(&name);
        trim(&wanted);
        filter = html_filter_find(wanted.text, wanted.length);
        if (filter == NULL)
            return fail(parser, "no such filter", &wanted);
    }
    const char *kept = keep_bytes(parser, name.text, name.length, false);
    enum template_node_kind kind = tag->sigil == '&' ? NODE_RAW : NODE_VALUE;
    struct template_node *node = add_node(parser, kind, kept, name.length);
    if (node == NULL)
        return -1;
    node->filter = filter;
    return 0;
}

static int add_tag(struct parser *parser, const struct tag *tag)
{
    switch (tag->sigil) {
    case '!':
        return 0;
    case '#':
    case '^':
        return open_section(parser, tag);
    case '/':
        return close_section(parser, tag);
    case '>':
        return add_partial(parser, tag);
    default:
        return add_value(parser, tag);
    }
}

static int parse_source(struct parser *parser)
{
    const struct template_source *source = parser->source;
    while (parser->at < source->size) {
        const char *rest = source->text + parser->at;
        const char *tag_begin = memmem(rest, source->size - parser->at, "{{", 2);
        size_t length = tag_begin != NULL ? (size_t)(tag_begin - rest) : source->size - parser->at;
        struct tag tag;
        if (add_text(parser, length) != 0)
            return -1;
        parser->at += length;
        size_t begin = parser->at;
        if (tag_begin != NULL && (read_tag(parser, &tag) != 0 || add_tag(parser, &tag) != 0))
            return -1;
        if (tag_begin != NULL && tag.sigil != '\0' && tag.sigil != '&')
            skip_own_line(parser, begin);
    }
    if (parser->depth == 0)
        return 0;
    const struct template_node *open = &parser->template->nodes[parser->open[parser->depth - 1]];
    const struct tag tag = {.text = open->text, .length = open->length};
    return fail(parser, "a section is not closed", &tag);
}

struct templates *templates_parse(const struct template_source *sources, size_t n_sources,
                                  struct error *error)
{
    struct templates *templates = calloc(1, sizeof *templates);
    struct template *parsed = calloc(n_sources + 1, sizeof *parsed);
    if (templates == NULL || parsed == NULL) {
        free(templates);
        free(parsed);
        error_out_of_memory(error);
        return NULL;
    }
    templates->templates = parsed;
    for (; templates->n < n_sources; templates->n++) {
        struct template *template = &parsed[templates->n];
        const struct template_source *source = &sources[templates->n];
        struct parser parser = {.sources = sources,
                                .n_sources = (uint32_t)n_sources,
                                .source = source,
                                .template = template,
                                .error = error};
        template->name = source->name;
        template->text = malloc(source->size + 1);
        if (template->text == NULL)
            error_out_of_memory(error);
        if (template->text == NULL || parse_source(&parser) != 0) {
            templates->n++; /* what there is of it is freed, too */
            templates_free(templates);
            return NULL;
        }
    }
    return templates;
}

void templates_free(struct templates *templates)
{
    if (templates == NULL)
        return;
    for (uint32_t i = 0; i < templates->n; i++) {
        free(templates->templates[i].text);
        free(templates->templates[i].nodes);
    }
    free(templates->templates);
    free(templates);
}
