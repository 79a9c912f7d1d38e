/* Which tables of a dump are read, which of their columns, and where the rows go. */
#ifndef CRATEDEX_INDEX_DUMP_TABLES_H
#define CRATEDEX_INDEX_DUMP_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include "index/dump/csv_table.h"

/* How a field is read and what it becomes in SQLite. */
enum dump_type {
    DUMP_INTEGER,
    DUMP_TEXT,
    DUMP_NAME,      /* text that is not empty and has at most 255 bytes */
    DUMP_ADDRESS,   /* the text; NULL where it is none to show (web_address.h) */
    DUMP_BOOLEAN,   /* 0 or 1 */
    DUMP_TIMESTAMP, /* RFC 3339 text */
    DUMP_DATE,      /* the text, checked */
    DUMP_ARRAY,     /* JSON text */
    DUMP_BYTEA,     /* hexadecimal text */
    DUMP_HEX        /* hexadecimal text, written without `\x` */
};

#define DUMP_MAX_COLUMNS 25

struct dump_column {
    struct csv_column csv; /* name, and whether the table must have it */
    enum dump_type type;
    bool not_null;
};

struct dump_table {
    const char *name;
    const char *insert; /* SQL with one parameter a column, ?1 the first */
    size_t n_columns;
    struct dump_column columns[DUMP_MAX_COLUMNS];
};

/* The table of that name, or NULL where it is none that is read. */
const struct dump_table *dump_table_find(const char *name);

#endif
