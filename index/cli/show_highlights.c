/* Ranges come in code points, and cells are marked by bytes. Not everything is in the table that
   may match: the note names the keywords, and the README. */
#include "index/cli/show_highlights.h"

#include <cratedex/explanation.h>
#include <cratedex/highlight.h>
#include <cratedex/utf8.h>
#include <string.h>

#define LINE_SIZE 1024 /* of the note; what does not fit is left out */

static int mark(struct table *table, unsigned column, const struct highlight *highlight)
{
    const char *text = table_last_cell(table, column);
    size_t length = strlen(text);
    size_t start = utf8_skip_characters(text, length, highlight->start);
    size_t n = utf8_skip_characters(text + start, length - start, highlight->length);
    return table_mark(table, column, start, start + n);
}

static void append(char line[LINE_SIZE], const char *before, const char *text, size_t length)
{
    size_t used = strlen(line);
    snprintf(line + used, LINE_SIZE - used, "%s%.*s", before, (int)length, text);
}

/* Appends the keywords that have a range, each once: " (cli, json)". */
static void append_keywords(char line[LINE_SIZE], const struct search_highlights *highlights)
{
    const char *last = NULL;
    for (uint32_t i = 0; i < highlights->n; i++) {
        const struct highlight *highlight = &highlights->highlights[i];
        if (highlight->field != HIGHLIGHT_KEYWORD || highlight->keyword == last)
            continue;
        append(line, last == NULL ? " (" : ", ", highlight->keyword, highlight->keyword_length);
        last = highlight->keyword;
    }
    if (last != NULL)
        append(line, "", ")", 1);
}

static int add_note(struct table *table, const struct search_highlights *highlights)
{
    char line[LINE_SIZE] = "";
    const char *names[EXPLANATION_MAX_FIELDS];
    size_t n = explanation_fields(highlights->matched_in, names);
    if (n == 0)
        return 0;
    for (size_t i = 0; i < n; i++) {
        append(line, i == 0 ? "in " : ", ", names[i], strlen(names[i]));
        if (strcmp(names[i], "keywords") == 0)
            append_keywords(line, highlights);
    }
    return table_add_note(table, line);
}

int show_highlights(struct table *table, const struct highlighted_columns *columns,
                    struct search *search, const struct search_hit *hit, struct error *error)
{
    struct search_highlights highlights;
    if (search_highlight(search, hit, &highlights, error) != 0)
        return -1;
    int status = 0;
    for (uint32_t i = 0; i < highlights.n && status == 0; i++) {
        const struct highlight *highlight = &highlights.highlights[i];
        if (highlight->field != HIGHLIGHT_KEYWORD)
            status = mark(table,
                          highlight->field == HIGHLIGHT_NAME ? columns->name : columns->description,
                          highlight);
    }
    if (status == 0)
        status = add_note(table, &highlights);
    return status == 0 ? 0 : error_out_of_memory(error);
}
