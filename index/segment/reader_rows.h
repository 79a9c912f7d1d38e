/* What an endpoint reads by one kept statement, written as objects by row_document. */
#ifndef CRATEDEX_INDEX_READER_ROWS_H
#define CRATEDEX_INDEX_READER_ROWS_H

#include "index/encode/row_document.h"
#include "index/segment/open_reader.h"

#include <stddef.h>
#include <stdint.h>

/* `sql` is one static string in all of them, as reader_statement wants it. */

/* The number that the statement selects. Returns 0 or -1. */
int reader_count(struct index_reader *reader, const char *sql, int64_t *number,
                 struct error *error);

/* Writes the first row where ?1 is the text (`length` bytes) as an object. Returns 1; 0 and nothing
   written where there is none; -1. */
int reader_encode_row(struct index_reader *reader, const char *sql, const char *text, size_t length,
                      const struct row_member *members, uint32_t n_members, struct encoder *encoder,
                      struct error *error);

/* Writes the array of all rows, as row_document_array does, with the numbers ?1 and ?2, of which
   the statement need not use the last or any. Returns 0 or -1. */
int reader_encode_rows(struct index_reader *reader, const char *sql, int64_t first, int64_t second,
                       const struct row_member *members, uint32_t n_members,
                       struct encoder *encoder, struct error *error);

#endif
