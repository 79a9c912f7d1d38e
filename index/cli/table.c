/* A table keeps its cells as strings of its own in one growing array, row after row, and learns
   the columns' widths while rows are added; printing is one pass. The notes lie in a list of
   their own, in the order of their rows. Cost: one allocation a cell, which is nothing next to
   what fills the tables here (at most some hundred rows).

   libsmartcols would align the cells, which is the smallest part of this: it cuts a text without
   an ellipsis and knows no notes between rows. */
#include "index/cli/table.h"

#include "index/cli/terminal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define GAP 2 /* columns between two cells */
#define NOTE_INDENT 5
#define CONTINUED_INDENT 2 /* of the further lines of a note */
#define MIN_NOTE 16        /* a note is not broken into narrower lines, whatever the width */
#define MIN_LAST 8         /* a last column narrower than this says nothing */
#define ELLIPSIS "…"
#define BOLD "\033[1m"
#define DIM "\033[2m"
#define PLAIN "\033[0m"
#define MARK "\033[4m"
#define UNMARK "\033[24m"

struct note {
    size_t row; /* below which it stands */
    char *text;
};

struct mark {
    size_t cell; /* its number in `cells` */
    size_t start;
    size_t end;
};

struct table {
    const struct table_column *columns;
    unsigned n_columns;
    unsigned widths[TABLE_MAX_COLUMNS];
    char **cells; /* n_rows · n_columns */
    size_t n_rows;
    size_t capacity; /* in rows */
    struct note *notes;
    size_t n_notes;
    size_t note_capacity;
    struct mark *marks; /* in the order of their cells */
    size_t n_marks;
    size_t mark_capacity;
};

struct table *table_create(const struct table_column *columns, unsigned n_columns)
{
    struct table *table = calloc(1, sizeof *table);
    if (table == NULL)
        return NULL;
    table->columns = columns;
    table->n_columns = n_columns;
    for (unsigned i = 0; i < n_columns; i++) {
        if (columns[i].title != NULL)
            table->widths[i] = text_columns(columns[i].title, strlen(columns[i].title));
    }
    return table;
}

void table_destroy(struct table *table)
{
    if (table == NULL)
        return;
    for (size_t i = 0; i < table->n_rows * table->n_columns; i++)
        free(table->cells[i]);
    for (size_t i = 0; i < table->n_notes; i++)
        free(table->notes[i].text);
    free(table->notes);
    free(table->marks);
    free(table->cells);
    free(table);
}

int table_add(struct table *table, const char *const *cells)
{
    if (table->n_rows == table->capacity) {
        size_t capacity = table->capacity == 0 ? 16 : table->capacity * 2;
        char **grown = reallocarray(table->cells, capacity * table->n_columns, sizeof *grown);
        if (grown == NULL)
            return -1;
        table->cells = grown;
        table->capacity = capacity;
    }
    char **row = table->cells + table->n_rows * table->n_columns;
    for (unsigned i = 0; i < table->n_columns; i++) {
        row[i] = strdup(cells[i]);
        if (row[i] == NULL) {
            while (i > 0)
                free(row[--i]);
            return -1;
        }
        text_clean(row[i]);
        unsigned width = text_columns(row[i], strlen(row[i]));
        if (width > table->widths[i])
            table->widths[i] = width;
    }
    table->n_rows++;
    return 0;
}

const char *table_last_cell(const struct table *table, unsigned column)
{
    return table->cells[(table->n_rows - 1) * table->n_columns + column];
}

int table_mark(struct table *table, unsigned column, size_t start, size_t end)
{
    if (table->n_marks == table->mark_capacity) {
        size_t capacity = table->mark_capacity == 0 ? 16 : table->mark_capacity * 2;
        struct mark *grown = reallocarray(table->marks, capacity, sizeof *grown);
        if (grown == NULL)
            return -1;
        table->marks = grown;
        table->mark_capacity = capacity;
    }
    size_t cell = (table->n_rows - 1) * table->n_columns + column;
    table->marks[table->n_marks++] = (struct mark){cell, start, end};
    return 0;
}

int table_add_note(struct table *table, const char *text)
{
    if (table->n_notes == table->note_capacity) {
        size_t capacity = table->note_capacity == 0 ? 16 : table->note_capacity * 2;
        struct note *grown = reallocarray(table->notes, capacity, sizeof *grown);
        if (grown == NULL)
            return -1;
        table->notes = grown;
        table->note_capacity = capacity;
    }
    char *copy = strdup(text);
    if (copy == NULL)
        return -1;
    text_clean(copy);
    table->notes[table->n_notes++] = (struct note){table->n_rows - 1, copy};
    return 0;
}

/* The marks of one text. */
struct marks {
    const struct mark *marks;
    size_t n;
};

/* Takes the marks of a cell off the front of those that are left. */
static struct marks take_marks(struct marks *left, size_t cell)
{
    while (left->n > 0 && left->marks[0].cell < cell) {
        left->marks++;
        left->n--;
    }
    struct marks taken = {left->marks, 0};
    while (taken.n < left->n && taken.marks[taken.n].cell == cell)
        taken.n++;
    return taken;
}

static void print_marked(FILE *out, const char *text, size_t length, struct marks marks)
{
    size_t at = 0;
    for (size_t i = 0; i < marks.n && marks.marks[i].start < length; i++) {
        size_t start = marks.marks[i].start;
        size_t end = marks.marks[i].end < length ? marks.marks[i].end : length;
        fwrite(text + at, 1, start - at, out);
        fputs(MARK, out);
        fwrite(text + start, 1, end - start, out);
        fputs(UNMARK, out);
        at = end;
    }
    fwrite(text + at, 1, length - at, out);
}

/* Prints `text` in a field of `width` columns, cut where it is wider, without padding at the end of
   a line. */
static void print_cell(FILE *out, const char *text, struct marks marks, unsigned width,
                       bool flush_right, bool is_last)
{
    size_t length = strlen(text);
    unsigned used = text_columns(text, length);
    const char *end = "";
    if (used > width) {
        length = text_fit(text, length, width - 1, &used);
        end = ELLIPSIS;
        used++;
    }
    int padding = (int)(width - used);
    if (flush_right)
        fprintf(out, "%*s", padding, "");
    print_marked(out, text, length, marks);
    fputs(end, out);
    if (!flush_right && !is_last)
        fprintf(out, "%*s", padding, "");
}

/* How many bytes at the start of `text` a line of `columns` takes: up to the last space that
   lets it fit, or where there is none as many characters as fit; `columns` holds a wide one at
   least. */
static size_t first_line(const char *text, size_t length, unsigned columns)
{
    unsigned used;
    size_t fits = text_fit(text, length, columns, &used);
    if (fits == length)
        return length;
    for (size_t at = fits; at > 0; at--)
        if (text[at] == ' ')
            return at;
    return fits;
}

/* Prints a note whole: what is wider than the rest of the line goes on in the next, further in. */
static void print_note(FILE *out, const char *text, unsigned first_indent, unsigned width)
{
    unsigned indent = first_indent;
    unsigned least = indent + CONTINUED_INDENT + MIN_NOTE;
    unsigned columns = width == 0 ? UINT_MAX : width > least ? width : least;
    size_t length = strlen(text);
    do {
        size_t taken = first_line(text, length, columns - indent);
        fprintf(out, "%*s%.*s\n", (int)indent, "", (int)taken, text);
        taken += text[taken] == ' ';
        text += taken;
        length -= taken;
        indent = first_indent + CONTINUED_INDENT;
    } while (length > 0);
}

/* Prints the notes below a row, of which `next` is the first that is not printed yet. Returns
   the next. */
static size_t print_notes(const struct table *table, FILE *out, size_t row, size_t next,
                          unsigned indent, unsigned width)
{
    for (; next < table->n_notes && table->notes[next].row == row; next++)
        print_note(out, table->notes[next].text, indent, width);
    return next;
}

void table_print(const struct table *table, FILE *out, unsigned indent, unsigned width, bool colour)
{
    unsigned widths[TABLE_MAX_COLUMNS];
    unsigned n_columns = table->n_columns;
    memcpy(widths, table->widths, sizeof widths);
    unsigned before = indent;
    for (unsigned i = 0; i + 1 < n_columns; i++)
        before += widths[i] + GAP;
    if (width > 0 && n_columns > 1 && before + widths[n_columns - 1] > width) {
        if (before + MIN_LAST <= width)
            widths[n_columns - 1] = width - before;
        else
            n_columns--;
    }

    if (table->columns[0].title != NULL && table->n_rows > 0) {
        fprintf(out, "%*s%s", (int)indent, "", colour ? DIM : "");
        for (unsigned i = 0; i < n_columns; i++) {
            fprintf(out, "%*s", i > 0 ? GAP : 0, "");
            print_cell(out, table->columns[i].title, (struct marks){NULL, 0}, widths[i],
                       table->columns[i].is_number, i + 1 == n_columns);
        }
        fprintf(out, "%s\n", colour ? PLAIN : "");
    }
    size_t note = 0;
    struct marks left = {table->marks, colour ? table->n_marks : 0};
    for (size_t row = 0; row < table->n_rows; row++) {
        fprintf(out, "%*s", (int)indent, "");
        for (unsigned i = 0; i < n_columns; i++) {
            size_t cell = row * table->n_columns + i;
            bool bold = colour && table->columns[i].is_bold;
            fprintf(out, "%*s%s", i > 0 ? GAP : 0, "", bold ? BOLD : "");
            print_cell(out, table->cells[cell], take_marks(&left, cell), widths[i],
                       table->columns[i].is_number, i + 1 == n_columns);
            fputs(bold ? PLAIN : "", out);
        }
        fputc('\n', out);
        note = print_notes(table, out, row, note, indent + NOTE_INDENT, width);
    }
}

void table_print_tabs(const struct table *table, FILE *out)
{
    size_t note = 0;
    for (size_t row = 0; row < table->n_rows; row++) {
        for (unsigned i = 0; i < table->n_columns; i++)
            fprintf(out, "%s%s", i > 0 ? "\t" : "", table->cells[row * table->n_columns + i]);
        fputc('\n', out);
        for (; note < table->n_notes && table->notes[note].row == row; note++)
            fprintf(out, "\t%s\n", table->notes[note].text);
    }
}
