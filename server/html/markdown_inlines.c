/* Elements within a line: text, links, images.

   There are no links within links: in one, an image is its alternative text alone. A link of which
   nothing shows gets its address as text, so that everybody knows what it leads to. */
#include "server/html/markdown_links.h"
#include "server/html/markdown_raw.h"
#include "server/html/markdown_writer.h"

#include <string.h>

void markdown_write_literal(struct markdown_writer *writer, cmark_node *node)
{
    markdown_put_text(writer, cmark_node_get_literal(node));
}

void markdown_write_text(struct markdown_writer *writer, cmark_node *node)
{
    const char *text = cmark_node_get_literal(node);
    if (text == NULL || writer->is_in_link)
        markdown_put_text(writer, text);
    else if (markdown_link_text(text, strlen(text), writer->out) != 0)
        writer->has_failed = true;
}

void markdown_write_raw(struct markdown_writer *writer, cmark_node *node)
{
    const char *html = cmark_node_get_literal(node);
    if (html != NULL && markdown_raw_text(html, strlen(html), writer->out) != 0)
        writer->has_failed = true;
}

/* Writes the texts within a link or an image, or, without a writer, finds out whether any shows. */
static bool texts_of(cmark_node *parent, struct markdown_writer *writer)
{
    bool shows = false;
    cmark_iter *iterator = cmark_iter_new(parent);
    while (cmark_iter_next(iterator) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iterator);
        cmark_node_type type = cmark_node_get_type(node);
        const char *text = type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE
                               ? cmark_node_get_literal(node)
                           : type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK ? " "
                                                                                          : NULL;
        shows = shows || (text != NULL && text[strspn(text, " \t\r\n")] != '\0');
        if (writer != NULL)
            markdown_put_text(writer, text);
        else if (shows)
            break;
    }
    cmark_iter_free(iterator);
    return shows;
}

/* An address within the README leads to one of its headings, or nowhere. */
static void begin_own_link(struct markdown_writer *writer, const char *id)
{
    writer->is_in_link = markdown_headings_have(&writer->headings, id);
    if (!writer->is_in_link)
        return;
    markdown_put(writer, "<a href=\"#readme-");
    markdown_put_text(writer, id);
    markdown_put(writer, "\">");
}

void markdown_begin_link(struct markdown_writer *writer, cmark_node *link)
{
    const char *address = cmark_node_get_url(link);
    if (address == NULL)
        return;
    if (address[0] == '#')
        begin_own_link(writer, address + 1);
    else if (markdown_link_begin(address, writer->link_base, &writer->is_in_link, writer->out) != 0)
        writer->has_failed = true;
    if (writer->is_in_link && !texts_of(link, NULL))
        markdown_put_text(writer, address);
}

void markdown_end_link(struct markdown_writer *writer, cmark_node *link)
{
    (void)link;
    if (writer->is_in_link)
        markdown_put(writer, "</a>");
    writer->is_in_link = false;
}

void markdown_write_image(struct markdown_writer *writer, cmark_node *image)
{
    bool is_within_link = writer->is_in_link;
    if (!is_within_link)
        markdown_begin_link(writer, image);
    texts_of(image, writer);
    if (!is_within_link)
        markdown_end_link(writer, image);
}
