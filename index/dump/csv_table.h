/* Reads a table in PostgreSQL's `COPY … WITH CSV HEADER` form. The caller pushes the file's bytes
   in blocks of any size and gets every row as the columns it asked for, found by header name.

   All errors are one sentence that names the file, the row and, where there is one, the column. */
#ifndef CRATEDEX_CSV_TABLE_H
#define CRATEDEX_CSV_TABLE_H

#include "index/dump/csv_row.h"

#include <cratedex/error.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Sizes from outside are bounded: an unclosed quote must not eat the memory. */
#define CSV_TABLE_MAX_FIELD_BYTES (UINT32_C(64) << 20) /* one field */
#define CSV_TABLE_MAX_ROW_BYTES (UINT32_C(128) << 20)  /* the wanted fields of one row together */

/* Gets every row of data. Returns 0, or -1 with `error` filled, which ends the reading. */
typedef int csv_on_row(void *context, const struct csv_row *row, struct error *error);

struct csv_table;

/* Begins a table. `file` is what errors call it and is copied; `columns` stays the caller's and
   must outlive the table; the names in it differ. Returns NULL when memory runs out. */
struct csv_table *csv_table_open(const char *file, const struct csv_column *columns,
                                 size_t n_columns, csv_on_row *on_row, void *context,
                                 struct error *error);

/* Reads `size` more bytes of the file and calls `on_row` for every row that they complete. Any cut
   of the file into blocks gives the same rows. Returns 0, or -1: the file is damaged (no header, a
   required column is missing, a header name occurs twice, a row has another number of fields than
   the header, a stray quote, a NUL byte, a size above the limits), memory ran out, or `on_row`
   failed. After an error the table can only be closed. */
int csv_table_feed(struct csv_table *table, const void *bytes, size_t size, struct error *error);

/* Ends the file: reads a last row that has no newline. Returns 0, or -1 as csv_table_feed, and for
   an empty file and a quote that is not closed (the error names the row in which it began). */
int csv_table_finish(struct csv_table *table, struct error *error);

/* Frees the table at any point; NULL is allowed. */
void csv_table_close(struct csv_table *table);

/* Rows of data given to `on_row` so far; the header is not counted. */
uint64_t csv_table_n_rows(const struct csv_table *table);

/* How many wanted fields had bytes that are no UTF-8. Each ill-formed part of them was replaced by
   one U+FFFD ("maximal subpart", The Unicode Standard, section 3.9). */
uint64_t csv_table_n_repaired(const struct csv_table *table);

/* The first of them, "data/crates.csv: row 7, column description", or "" where there is none; lives
   as long as the table. */
const char *csv_table_first_repaired(const struct csv_table *table);

#ifdef __cplusplus
}
#endif

#endif
