/* What a body says, whatever its encoding and coding: read by msgpack-c, zlib, brotli and zstd,
   which know nothing of the server's code. */
#ifndef CRATEDEX_TESTS_SUPPORT_REPRESENTATION_H
#define CRATEDEX_TESTS_SUPPORT_REPRESENTATION_H

#include <jansson.h>
#include <stddef.h>

/* The MessagePack value in `bytes`, which it must fill, as JSON: a new reference. Fails the test on
   anything that JSON has not, and on a malformed value. */
json_t *msgpack_to_json(const void *bytes, size_t size);

/* Undoes a content coding: "gzip", "br", "zstd", or NULL for none. The caller frees the bytes.
   Fails the test where they are not valid to the end. */
char *decode_content(const char *coding, const void *bytes, size_t size, size_t *decoded_size);

#endif
