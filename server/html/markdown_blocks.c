/* Elements that stand one below the other: lists, headings, tables. */
#include "server/html/markdown_raw.h"
#include "server/html/markdown_writer.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm-extension_api.h>
#include <stdio.h>
#include <string.h>

/* Whose columns can be right or centred. */
#define MAX_COLUMNS 64

void markdown_begin_list(struct markdown_writer *writer, cmark_node *list)
{
    char start[48];
    if (cmark_node_get_list_type(list) != CMARK_ORDERED_LIST) {
        markdown_put(writer, "<ul>\n");
    } else if (cmark_node_get_list_start(list) == 1) {
        markdown_put(writer, "<ol>\n");
    } else {
        snprintf(start, sizeof start, "<ol start=\"%d\">\n", cmark_node_get_list_start(list));
        markdown_put(writer, start);
    }
}

void markdown_end_list(struct markdown_writer *writer, cmark_node *list)
{
    bool is_ordered = cmark_node_get_list_type(list) == CMARK_ORDERED_LIST;
    markdown_put(writer, is_ordered ? "</ol>\n" : "</ul>\n");
}

void markdown_begin_item(struct markdown_writer *writer, cmark_node *item)
{
    if (strcmp(cmark_node_get_type_string(item), "tasklist") != 0)
        markdown_put(writer, "<li>");
    else if (cmark_gfm_extensions_get_tasklist_item_checked(item))
        markdown_put(writer, "<li class=\"task\"><span role=\"img\" aria-label=\"done\">☑</span> ");
    else
        markdown_put(writer,
                     "<li class=\"task\"><span role=\"img\" aria-label=\"to do\">☐</span> ");
}

/* The paragraphs of a list without blank lines have no element of their own. */
static bool is_tight(const struct markdown_writer *writer, cmark_node *paragraph)
{
    cmark_node *item = cmark_node_parent(paragraph);
    cmark_node *list = item != NULL ? cmark_node_parent(item) : NULL;
    return list != NULL && cmark_node_get_type(list) == CMARK_NODE_LIST &&
           writer->depth <= MARKDOWN_MAX_DEPTH && cmark_node_get_list_tight(list) != 0;
}

void markdown_begin_paragraph(struct markdown_writer *writer, cmark_node *paragraph)
{
    markdown_put(writer, is_tight(writer, paragraph) ? "" : "<p>");
}

void markdown_end_paragraph(struct markdown_writer *writer, cmark_node *paragraph)
{
    if (!is_tight(writer, paragraph))
        markdown_put(writer, "</p>\n");
    else if (cmark_node_next(paragraph) != NULL)
        markdown_put(writer, "\n");
}

/* The page's own headings are above all of these. */
static char level_of(cmark_node *heading)
{
    int level = cmark_node_get_heading_level(heading) + 2;
    return (char)('0' + (level > 6 ? 6 : level));
}

void markdown_begin_heading(struct markdown_writer *writer, cmark_node *heading)
{
    const struct markdown_headings *headings = &writer->headings;
    char tag[] = {'<', 'h', level_of(heading), '\0'};
    unsigned number = writer->n_headings++;
    markdown_put(writer, tag);
    if (number < headings->n && headings->ids[number][0] != '\0') {
        markdown_put(writer, " id=\"readme-");
        markdown_put_text(writer, headings->ids[number]);
        markdown_put(writer, "\"");
    }
    markdown_put(writer, ">");
}

void markdown_end_heading(struct markdown_writer *writer, cmark_node *heading)
{
    char tag[] = {'<', '/', 'h', level_of(heading), '>', '\n', '\0'};
    markdown_put(writer, tag);
}

static bool is_header(cmark_node *row)
{
    return cmark_gfm_extensions_get_table_row_is_header(row) != 0;
}

void markdown_begin_row(struct markdown_writer *writer, cmark_node *row)
{
    cmark_node *before = cmark_node_previous(row);
    if (before == NULL)
        markdown_put(writer, "<thead>\n");
    else if (is_header(before))
        markdown_put(writer, "<tbody>\n");
    markdown_put(writer, "<tr>");
}

void markdown_end_row(struct markdown_writer *writer, cmark_node *row)
{
    markdown_put(writer, "</tr>\n");
    if (is_header(row))
        markdown_put(writer, "</thead>\n");
    else if (cmark_node_next(row) == NULL)
        markdown_put(writer, "</tbody>\n");
}

void markdown_begin_cell(struct markdown_writer *writer, cmark_node *cell)
{
    cmark_node *row = cmark_node_parent(cell);
    cmark_node *table = cmark_node_parent(row);
    const uint8_t *alignments = cmark_gfm_extensions_get_table_alignments(table);
    int column = 0;
    for (cmark_node *before = cmark_node_previous(cell); before != NULL && column < MAX_COLUMNS;
         before = cmark_node_previous(before))
        column++;
    markdown_put(writer, is_header(row) ? "<th scope=\"col\"" : "<td");
    bool is_known = alignments != NULL && column < MAX_COLUMNS &&
                    column < cmark_gfm_extensions_get_table_columns(table);
    if (is_known && alignments[column] == 'r')
        markdown_put(writer, " class=\"right\"");
    else if (is_known && alignments[column] == 'c')
        markdown_put(writer, " class=\"center\"");
    markdown_put(writer, ">");
}

void markdown_end_cell(struct markdown_writer *writer, cmark_node *cell)
{
    markdown_put(writer, is_header(cmark_node_parent(cell)) ? "</th>" : "</td>");
}

void markdown_write_raw_block(struct markdown_writer *writer, cmark_node *block)
{
    size_t before = writer->out->size;
    markdown_put(writer, "<p>");
    size_t start = writer->out->size;
    markdown_write_raw(writer, block);
    for (size_t i = start; i < writer->out->size; i++) {
        if ((unsigned char)writer->out->data[i] > ' ') {
            markdown_put(writer, "</p>\n");
            return;
        }
    }
    writer->out->size = before;
}
