/* Decoders of the libraries that clients use, each as it decodes an answer and reads every value of
   it. */
#ifndef CRATEDEX_TESTS_BENCH_ENCODING_DECODERS_H
#define CRATEDEX_TESTS_BENCH_ENCODING_DECODERS_H

#include "tests/bench/decoded_values.h"
#include "tests/bench/encoding_pages.h"

/* Decodes the answer's body in the decoder's encoding, adds every value to `values`, which begin
   with zeros, and gives the decoded back. Returns 0, or -1 and why. */
typedef int decode_answer(const struct encoding_pages *pages, const struct encoding_answer *answer,
                          struct decoded_values *values, struct error *error);

decode_answer decode_by_jansson;
decode_answer decode_by_cjson;
decode_answer decode_by_simdjson; /* by the parser of `pages` */
decode_answer decode_by_msgpack;

#endif
