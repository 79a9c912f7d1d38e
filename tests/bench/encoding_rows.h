/* An answer's values as a server without encoded documents has them: plain rows in memory, from
   which each answer is built anew by a library. */
#ifndef CRATEDEX_TESTS_BENCH_ENCODING_ROWS_H
#define CRATEDEX_TESTS_BENCH_ENCODING_ROWS_H

#include <cratedex/error.h>
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct row_text {
    const char *bytes;
    size_t length;
};

/* A value; those of the object or array that it is follow it. C and C++. */
struct row_value {
    json_type type;
    const char *key; /* NULL: no member of an object */
    size_t key_length;
    union {
        int64_t integer;
        double real;
        struct row_text text;
        size_t n_values; /* of an object or array */
    };
};

struct answer_rows;

/* Reads an answer's JSON (`size` bytes) into rows. Returns NULL and why where that is no JSON or
   memory runs out. */
struct answer_rows *answer_rows_read(const void *json, size_t size, struct error *error);
void answer_rows_free(struct answer_rows *rows);

/* The whole answer as one value, which `rows` keeps. */
const struct row_value *answer_rows_root(const struct answer_rows *rows);

/* Each builds the whole answer into fresh memory, and says by `*bytes` (from malloc) and `*size`
   what came of it. Returns 0, or -1 where memory runs out.

   With jansson: a tree of values, then json_dumpb's text, compact and in the rows' order. */
int answer_rows_build_jansson(const struct answer_rows *rows, char **bytes, size_t *size,
                              struct error *error);
/* With msgpack-c: its packer writes value by value; there is no tree. */
int answer_rows_build_msgpack(const struct answer_rows *rows, char **bytes, size_t *size,
                              struct error *error);

#endif
