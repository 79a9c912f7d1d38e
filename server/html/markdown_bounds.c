/* cmark-gfm 0.29.0.gfm.6, which Debian 12 has, needs time that grows with the square of the text
   for some texts (CVE-2022-24724, CVE-2023-22486, -24824, -26485 and others; every one of them was
   tried: tests/unit/server/html/test_markdown_hostile.c). They have in common

   - blocks in blocks in blocks, each of which every line goes through: so a marker of a block may
     only stand in the first columns of a line, and there are so many lines;
   - brackets that are never closed, or images in images, each of which every closing bracket goes
     through: so a paragraph has so many of them. A paragraph is at most from one blank line or item
     of a list to the next;
   - tables, of whose header each cell goes through those before it: so a line has so many.

   What is too much is escaped with a backslash. That code with such lines would show it, too, is
   the price. Memory is bounded by markdown_memory.c. */
#include "server/html/markdown_bounds.h"

#include "server/html/escape.h"

#include <string.h>

#define MAX_MARKER_COLUMN 240
#define MAX_BRACKETS 1000
#define MAX_CELLS 200

/* How far the markers at the front of a line go. */
static size_t marker_bytes(const char *line, size_t length)
{
    size_t i = 0;
    while (i < length && line[i] != '\0' && strchr(" \t>-+*.)0123456789", line[i]) != NULL)
        i++;
    return i;
}

static bool is_marker(char c)
{
    return c == '>' || c == '-' || c == '+' || c == '*' || c == '.' || c == ')';
}

/* Nothing but white space, or such behind the marks of a quotation. */
static bool is_blank(const char *line, size_t length)
{
    size_t i = 0;
    while (i < length && i < 3 && line[i] == ' ')
        i++;
    bool is_quoted = i < length && line[i] == '>';
    while (i < length && line[i] != '\0' && strchr(is_quoted ? "> \t\r\n" : " \t\r\n", line[i]))
        i++;
    return i == length;
}

/* `- x` at the margin ends what was before. */
static bool begins_item(const char *line, size_t length)
{
    return length > 2 && (line[0] == '-' || line[0] == '*' || line[0] == '+') && line[1] == ' ' &&
           line[2] != ' ' && line[2] != '\n' && line[2] != '\r' && line[2] != '\t';
}

static int add_line(const char *line, size_t length, unsigned *n_brackets, msgpack_sbuffer *out)
{
    size_t n_markers = marker_bytes(line, length);
    size_t column = 0;
    size_t run = 0;
    unsigned n_cells = 0;
    bool is_escaped = false;
    if (is_blank(line, length) || begins_item(line, length))
        *n_brackets = 0;
    for (size_t i = 0; i < length; i++) {
        char c = line[i];
        bool is_too_much = false;
        if (!is_escaped)
            is_too_much = (i < n_markers && column >= MAX_MARKER_COLUMN && is_marker(c)) ||
                          (c == '[' && ++*n_brackets > MAX_BRACKETS) ||
                          (c == '|' && ++n_cells > MAX_CELLS);
        is_escaped = c == '\\' && !is_escaped;
        column += c == '\t' ? 4 : 1;
        if (!is_too_much)
            continue;
        if (html_append(out, line + run, i - run) != 0 || html_append(out, "\\", 1) != 0)
            return -1;
        run = i;
        /* Behind it there is text. */
        n_markers = i < n_markers ? i : n_markers;
    }
    return html_append(out, line + run, length - run);
}

int markdown_bound(const char *text, size_t length, msgpack_sbuffer *out, bool *is_cut)
{
    unsigned n_brackets = 0;
    size_t start = 0;
    for (unsigned n_lines = 0; start < length; n_lines++) {
        if (n_lines == MARKDOWN_MAX_LINES) {
            *is_cut = true;
            break;
        }
        size_t end = start;
        while (end < length && text[end] != '\n' && text[end] != '\r')
            end++;
        if (end < length)
            end += text[end] == '\r' && end + 1 < length && text[end + 1] == '\n' ? 2 : 1;
        if (add_line(text + start, end - start, &n_brackets, out) != 0)
            return -1;
        start = end;
    }
    return 0;
}
