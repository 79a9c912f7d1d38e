/* Values in PostgreSQL's text form, as they stand in the fields of a dump. */
#ifndef CRATEDEX_POSTGRES_FIELDS_H
#define CRATEDEX_POSTGRES_FIELDS_H

#include <cratedex/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Parses a decimal integer of 64 bits with an optional sign; all `length` bytes are used. Returns
   0, or -1 where the text is no integer or does not fit. */
int postgres_integer(const char *text, size_t length, int64_t *value);

/* Checks a bytea in hex form, `\x` and an even number of hexadecimal digits, and writes the digits
   in lower case and a NUL to `hex`, which holds `capacity` bytes. Returns 0, or -1 where the text
   is no such bytea or `capacity` is not above the number of digits. */
int postgres_bytea(const char *text, size_t length, char *hex, size_t capacity);

/* The same for digits without `\x`: text columns of older dumps. */
int postgres_hex(const char *text, size_t length, char *hex, size_t capacity);

/* Walks over a one-dimensional array, `{a,"b c",NULL}`, by the grammar of
   https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO. No member is for callers to touch.

       struct postgres_array array;
       struct postgres_element element;
       postgres_array_open(&array, text, length);
       int more;
       while ((more = postgres_array_next(&array, &element, error)) > 0)
           …
       postgres_array_close(&array);
       if (more < 0)
           return …; */
struct postgres_array {
    const char *cursor;
    const char *end;
    char *unescaped; /* scratch of an element with backslashes; NULL until one comes */
    size_t length;
    int state;
};

/* An element; `text` is not NUL-terminated and valid until the next call on its array. */
struct postgres_element {
    const char *text; /* "" where `is_null` */
    size_t length;
    bool is_null;
};

/* Begins a walk over `length` bytes, which must outlive it. */
void postgres_array_open(struct postgres_array *array, const char *text, size_t length);

/* Gives the next element. Returns 1, or 0 after the last one, or -1 where the text is no
   one-dimensional array or memory runs out. The error is a clause without the value ("not an array:
   a quote is not closed"), for csv_row_error_value. The text in front of a fault is walked first:
   nothing is checked ahead. */
int postgres_array_next(struct postgres_array *array, struct postgres_element *element,
                        struct error *error);

/* Frees what the walk holds; at any point. */
void postgres_array_close(struct postgres_array *array);

#ifdef __cplusplus
}
#endif

#endif
