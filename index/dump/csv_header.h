/* The header of a table: the names of the file's columns, and which of them are wanted. Of the
   index library alone; errors are clauses without the file ("the header has the column "id"
   twice"). */
#ifndef CRATEDEX_INDEX_CSV_HEADER_H
#define CRATEDEX_INDEX_CSV_HEADER_H

#include "index/dump/csv_row.h"

#include <cratedex/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CSV_HEADER_MAX_COLUMNS 1600    /* PostgreSQL's own limit */
#define CSV_HEADER_MAX_NAME_BYTES 4096 /* one name */

#define CSV_UNWANTED SIZE_MAX

/* A column of the file. */
struct csv_header_column {
    char *name; /* NUL-terminated; may hold any byte but NUL */
    size_t name_length;
    size_t wanted; /* its number in the columns asked for, or CSV_UNWANTED */
};

/* All zero is an empty header. */
struct csv_header {
    struct csv_header_column *columns;
    size_t n_columns;
    size_t capacity;
};

/* Appends the next name. Returns 0, or -1 where a limit is passed or memory runs
   out. */
int csv_header_add(struct csv_header *header, const char *name, size_t length, struct error *error);

/* Finds the wanted columns. Returns 0, or -1 where a name occurs twice or a required column is
   missing. Quadratic in the number of columns, which is bounded. */
int csv_header_resolve(struct csv_header *header, const struct csv_column *columns,
                       size_t n_columns, struct error *error);

void csv_header_free(struct csv_header *header);

#endif
