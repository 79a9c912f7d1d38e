/* simdjson, for C. */
#ifndef CRATEDEX_TESTS_BENCH_SIMDJSON_DECODER_H
#define CRATEDEX_TESTS_BENCH_SIMDJSON_DECODER_H

#include "tests/bench/decoded_values.h"

/* Bytes behind a document that simdjson may read, whatever they hold. */
#define SIMDJSON_DECODER_PADDING 64

#ifdef __cplusplus
extern "C" {
#endif

struct simdjson_decoder;

/* A parser, which keeps its memory from one document to the next. NULL when memory runs out. */
struct simdjson_decoder *simdjson_decoder_create(void);
void simdjson_decoder_free(struct simdjson_decoder *decoder);

/* Decodes `size` bytes, behind which there are SIMDJSON_DECODER_PADDING more of the caller's, and
   reads every value. Returns NULL, or why it cannot, in static words. */
const char *simdjson_decoder_read(struct simdjson_decoder *decoder, const char *json, size_t size,
                                  struct decoded_values *values);

/* "3.0.1": of the header that this was compiled with. */
const char *simdjson_decoder_version(void);

#ifdef __cplusplus
}
#endif

#endif
