/* An answer's values as a server without encoded documents has them: plain rows in memory, from
   which each answer is built anew by a library. */
#ifndef CRATEDEX_TESTS_BENCH_ENCODING_ROWS_H
#define CRATEDEX_TESTS_BENCH_ENCODING_ROWS_H

#include <cratedex/encoder.h>
#include <cratedex/error.h>
#include <stddef.h>

struct answer_rows;

/* Reads an answer's JSON (`size` bytes) into rows. Returns NULL and why where that is no JSON or
   memory runs out. */
struct answer_rows *answer_rows_read(const void *json, size_t size, struct error *error);
void answer_rows_free(struct answer_rows *rows);

/* Each builds the whole answer into fresh memory, and says by `*bytes` (from malloc) and `*size`
   what came of it. Returns 0, or -1 where memory runs out.

   With jansson: a tree of values, then json_dumpb's text, compact and in the rows' order. */
int answer_rows_build_jansson(const struct answer_rows *rows, char **bytes, size_t *size,
                              struct error *error);
/* With msgpack-c: its packer writes value by value; there is no tree. */
int answer_rows_build_msgpack(const struct answer_rows *rows, char **bytes, size_t *size,
                              struct error *error);

#endif
