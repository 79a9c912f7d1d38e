/* Rows of text with columns: aligned for people, tab separated for programs. */
#ifndef CRATEDEX_INDEX_CLI_TABLE_H
#define CRATEDEX_INDEX_CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define TABLE_MAX_COLUMNS 6

struct table_column {
    const char *title; /* NULL in all columns: no line of titles */
    bool is_number;    /* set flush right */
    bool is_bold;      /* where there are colours */
};

struct table;

/* An empty table of `n_columns` columns, described by an array that must outlive it. NULL when
   memory runs out. */
struct table *table_create(const struct table_column *columns, unsigned n_columns);
void table_destroy(struct table *table);

/* Adds a row; `cells` has a text for every column, which is copied and cleaned of control
   characters. Returns 0; -1 when memory runs out. */
int table_add(struct table *table, const char *const *cells);

/* Marks the bytes from `start` up to `end` of a cell of the row that was added last. The marks of
   a cell come in order and do not overlap. They are underlined where there are colours. Returns 0;
   -1 when memory runs out. */
int table_mark(struct table *table, unsigned column, size_t start, size_t end);

/* A cell of the row that was added last; valid as long as the table. */
const char *table_last_cell(const struct table *table, unsigned column);

/* Adds a line of text below the row that was added last: printed with its own indent in the
   table, and behind a tab where there are tabs; never cut, but wrapped between words. The text
   is copied and cleaned. Returns 0; -1 when memory runs out. */
int table_add_note(struct table *table, const char *text);

/* Prints with aligned columns, each line indented by `indent` spaces and at most `width` columns
   wide: the last column is cut with an ellipsis, or left out where nothing is left of the width. A
   width of 0 cuts nothing. Titles and bold columns are marked where `colour`. */
void table_print(const struct table *table, FILE *out, unsigned indent, unsigned width,
                 bool colour);

/* Prints one line a row, cells separated by tabs, without titles, whole; notes as lines that
   begin with a tab. */
void table_print_tabs(const struct table *table, FILE *out);

#endif
