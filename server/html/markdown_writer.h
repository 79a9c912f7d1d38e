/* A parsed document as HTML. markdown_writer.c walks; the elements are written by markdown_blocks.c
   and markdown_inlines.c. */
#ifndef CRATEDEX_SERVER_MARKDOWN_WRITER_H
#define CRATEDEX_SERVER_MARKDOWN_WRITER_H

#include "server/html/markdown_headings.h"

#include <cmark-gfm.h>
#include <msgpack/sbuffer.h>
#include <stdbool.h>

/* Behind so much, elements are only closed: what is begun before can be six times as long as a
   text, every byte of which is escaped. */
#define MARKDOWN_MAX_HTML ((size_t)1 << 20)

/* What nests more deeply is written without elements of its own. */
#define MARKDOWN_MAX_DEPTH 24

struct markdown_writer {
    msgpack_sbuffer *out;
    const char *link_base;
    struct markdown_headings headings;
    unsigned n_headings; /* that are written */
    unsigned depth;      /* of containers that are open, with elements or without */
    bool is_in_link;     /* and that has an element */
    bool has_failed;     /* for want of memory */
};

/* Appends the document, as markdown_to_html has it. `*is_cut` becomes true where the end is
   missing, else it stays. Returns 0 or -1 (memory). */
int markdown_write(cmark_node *document, const char *link_base, msgpack_sbuffer *out, bool *is_cut);

/* Appends HTML of ours, and text of others. NULL is nothing. */
void markdown_put(struct markdown_writer *writer, const char *html);
void markdown_put_text(struct markdown_writer *writer, const char *text);

/* Writes the beginning or the end of an element for a node of its kind. */
typedef void markdown_write_node(struct markdown_writer *writer, cmark_node *node);

markdown_write_node markdown_begin_list, markdown_end_list, markdown_begin_item,
    markdown_begin_paragraph, markdown_end_paragraph, markdown_begin_heading, markdown_end_heading,
    markdown_begin_row, markdown_end_row, markdown_begin_cell, markdown_end_cell,
    markdown_write_raw_block;
markdown_write_node markdown_begin_link, markdown_end_link, markdown_write_image,
    markdown_write_text, markdown_write_literal, markdown_write_raw;

#endif
