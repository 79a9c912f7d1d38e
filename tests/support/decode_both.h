/* What is encoded twice is decoded twice, by libraries that know nothing of the encoder, and
   compared. */
#ifndef CRATEDEX_TESTS_SUPPORT_DECODE_BOTH_H
#define CRATEDEX_TESTS_SUPPORT_DECODE_BOTH_H

#include <cratedex/encoder.h>
#include <jansson.h>

/* Writes one value to the encoder. Returns 0, or -1 where that fails. */
typedef int write_value(void *context, struct encoder *encoder);

/* Has the value written in JSON and in MessagePack and returns it, a new reference. Fails the test
   where the two differ, in the order of members too. */
json_t *decode_both(write_value *write, void *context);

#endif
