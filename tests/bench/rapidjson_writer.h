/* RapidJSON's writer, for C. */
#ifndef CRATEDEX_TESTS_BENCH_RAPIDJSON_WRITER_H
#define CRATEDEX_TESTS_BENCH_RAPIDJSON_WRITER_H

#include "tests/bench/encoding_rows.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rapidjson_text;

/* Writes the value that begins at `values`, compact and in the rows' order, into a fresh buffer.
   Returns it, or NULL when memory runs out (but RapidJSON itself does not look). */
struct rapidjson_text *rapidjson_text_write(const struct row_value *values);
const char *rapidjson_text_bytes(const struct rapidjson_text *text, size_t *size);
void rapidjson_text_free(struct rapidjson_text *text);

/* "1.1.0": of the header that this was compiled with. */
const char *rapidjson_version(void);

#ifdef __cplusplus
}
#endif

#endif
