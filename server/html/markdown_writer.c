/* Walks along the tree and writes an element for each node, out of the table below; no byte of the
   text gets into the page but through html_escape and the addresses of markdown_links.c. When
   MARKDOWN_MAX_HTML is reached, the elements that are open are closed. */
#include "server/html/markdown_writer.h"

#include "server/html/escape.h"

#include <string.h>

/* How a node is shown: by a text or a function. */
struct element {
    const char *name; /* cmark's */
    const char *begin;
    const char *end;
    markdown_write_node *write_begin;
    markdown_write_node *write_end;
    bool is_container; /* may be in another of its kind */
    bool is_part;      /* of one */
    bool is_leaf;      /* has no end, and what is in it is written with its beginning */
};

static const struct element elements[] = {
    {"text", .write_begin = markdown_write_text, .is_leaf = true},
    {"softbreak", "\n", .is_leaf = true},
    {"linebreak", "<br>\n", .is_leaf = true},
    {"code", "<code>", "</code>", markdown_write_literal, .is_leaf = true},
    {"html_inline", .write_begin = markdown_write_raw, .is_leaf = true},
    {"emph", "<em>", "</em>", .is_container = true},
    {"strong", "<strong>", "</strong>", .is_container = true},
    {"strikethrough", "<del>", "</del>", .is_container = true},
    {"link", .write_begin = markdown_begin_link, .write_end = markdown_end_link},
    {"image", .write_begin = markdown_write_image, .is_leaf = true},
    {"paragraph", .write_begin = markdown_begin_paragraph, .write_end = markdown_end_paragraph},
    {"heading", .write_begin = markdown_begin_heading, .write_end = markdown_end_heading},
    {"item", "", "</li>\n", markdown_begin_item, .is_part = true},
    {"tasklist", "", "</li>\n", markdown_begin_item, .is_part = true},
    {"list", "", "", markdown_begin_list, markdown_end_list, .is_container = true},
    {"block_quote", "<blockquote>\n", "</blockquote>\n", .is_container = true},
    {"code_block", "<pre tabindex=\"0\"><code>", "</code></pre>\n", markdown_write_literal,
     .is_leaf = true},
    {"html_block", .write_begin = markdown_write_raw_block, .is_leaf = true},
    {"thematic_break", "<hr>\n", .is_leaf = true},
    /* It may be wider than the page; who has no mouse scrolls it by keys. */
    {"table", "<div class=\"scroll\" role=\"group\" aria-label=\"Table\" tabindex=\"0\"><table>\n",
     "</table></div>\n", .is_part = false},
    {"table_header", .write_begin = markdown_begin_row, .write_end = markdown_end_row},
    {"table_row", .write_begin = markdown_begin_row, .write_end = markdown_end_row},
    {"table_cell", .write_begin = markdown_begin_cell, .write_end = markdown_end_cell},
};

static const struct element *element_of(cmark_node *node)
{
    static const struct element none;
    const char *name = cmark_node_get_type_string(node);
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        if (strcmp(elements[i].name, name) == 0)
            return &elements[i];
    return &none;
}

void markdown_put(struct markdown_writer *writer, const char *html)
{
    if (html != NULL && html_append(writer->out, html, strlen(html)) != 0)
        writer->has_failed = true;
}

void markdown_put_text(struct markdown_writer *writer, const char *text)
{
    if (text != NULL && html_escape(writer->out, text, strlen(text)) != 0)
        writer->has_failed = true;
}

/* Whether the node has no element of its own because of where it is. */
static bool is_too_deep(const struct markdown_writer *writer, const struct element *element)
{
    return writer->depth > MARKDOWN_MAX_DEPTH && (element->is_container || element->is_part);
}

static void end(struct markdown_writer *writer, cmark_node *node, const struct element *element)
{
    if (!is_too_deep(writer, element)) {
        if (element->write_end != NULL)
            element->write_end(writer, node);
        markdown_put(writer, element->end);
    }
    writer->depth -= element->is_container;
}

static void begin(struct markdown_writer *writer, cmark_node *node, const struct element *element)
{
    writer->depth += element->is_container;
    if (is_too_deep(writer, element))
        return;
    markdown_put(writer, element->begin);
    if (element->write_begin != NULL)
        element->write_begin(writer, node);
    if (element->is_leaf)
        markdown_put(writer, element->end);
}

/* Writes nodes until all is written or too much is. Returns the innermost that is open then, NULL:
   none is. */
static cmark_node *walk(struct markdown_writer *writer, cmark_iter *iterator)
{
    size_t limit = writer->out->size + MARKDOWN_MAX_HTML;
    cmark_event_type event;
    while ((event = cmark_iter_next(iterator)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iterator);
        const struct element *element = element_of(node);
        if (event == CMARK_EVENT_EXIT) {
            end(writer, node, element);
        } else {
            begin(writer, node, element);
            if (cmark_node_get_type(node) == CMARK_NODE_IMAGE)
                cmark_iter_reset(iterator, node, CMARK_EVENT_EXIT);
        }
        if (writer->has_failed)
            return NULL;
        if (writer->out->size > limit)
            return event == CMARK_EVENT_EXIT || element->is_leaf ? cmark_node_parent(node) : node;
    }
    return NULL;
}

int markdown_write(cmark_node *document, const char *link_base, msgpack_sbuffer *out, bool *is_cut)
{
    struct markdown_writer writer = {.out = out, .link_base = link_base};
    markdown_headings_find(document, &writer.headings);
    cmark_iter *iterator = cmark_iter_new(document);
    cmark_node *open = walk(&writer, iterator);
    cmark_iter_free(iterator);
    *is_cut = *is_cut || open != NULL;
    for (; open != NULL; open = cmark_node_parent(open))
        end(&writer, open, element_of(open));
    return writer.has_failed ? -1 : 0;
}
