/* Compresses a finished body, once for each content coding. */
#ifndef CRATEDEX_SERVER_COMPRESSION_H
#define CRATEDEX_SERVER_COMPRESSION_H

#include "server/http/negotiation.h"

#include <cratedex/error.h>
#include <stddef.h>

/* Bodies below this many bytes are sent as they are: the headers outweigh what coding saves. */
#define COMPRESSION_MIN_BYTES 860

/* Compresses `size` bytes with `coding` (not identity) into memory from malloc: zlib level 6 with a
   gzip header, brotli quality 5, zstd level 3. The same input gives the same bytes. Returns 0; -1
   when memory runs out. */
int compress_body(enum content_coding coding, const void *bytes, size_t size, void **compressed,
                  size_t *compressed_size, struct error *error);

/* The same, but `*compressed` becomes NULL where the body is sent as it is: it is small, or does
   not become smaller, or `coding` is identity. */
int compress_where_it_pays(enum content_coding coding, const void *bytes, size_t size,
                           void **compressed, size_t *compressed_size, struct error *error);

#endif
