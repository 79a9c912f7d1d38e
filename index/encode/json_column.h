/* Columns that hold JSON text, as values of an answer. */
#ifndef CRATEDEX_INDEX_JSON_COLUMN_H
#define CRATEDEX_INDEX_JSON_COLUMN_H

#include <cratedex/encoder.h>
#include <stddef.h>

/* Writes `length` bytes of JSON text as an array of strings and nulls; elements of other types are
   left out, and a text that is no array is the empty one. */
void json_column_strings(const char *text, size_t length, struct encoder *encoder);

/* Writes it as an object whose members are arrays of strings, in the order of the text: the
   features of a version, which the dump has as it pleases. What is of another type is left out, as
   above. */
void json_column_features(const char *text, size_t length, struct encoder *encoder);

#endif
