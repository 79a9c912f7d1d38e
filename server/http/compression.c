/* Each coding is one call of its library on the whole body, into memory whose size the library
   bounds beforehand; what is left over is given back, because the cache keeps the result. The
   levels cost a body a few milliseconds at most: it is compressed once and sent often. No state
   outlives a call, so any thread may compress. The output depends on the input alone: the gzip
   header has no time and no name. */
#include "server/http/compression.h"

#include <brotli/encode.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#define GZIP_LEVEL 6
#define GZIP_WINDOW_BITS (MAX_WBITS + 16) /* 16 asks zlib for a gzip header */
#define GZIP_MEMORY_LEVEL 8               /* zlib's default */
#define BROTLI_QUALITY 5
#define BROTLI_WINDOW_GAP                                                                          \
    16 /* so much less than its size a window reaches back (RFC 7932, section 9.1) */
#define ZSTD_LEVEL                                                                                 \
    3 /* level 6 makes a page of 100 crates 1 % smaller and takes four times the memory */

/* zlib counts in unsigned int and needs some bytes more than it gets. */
#define MAX_BODY_BYTES ((size_t)INT_MAX)

/* Each returns memory from malloc with the result, or NULL when memory runs out. */

static void *compress_gzip(const void *bytes, size_t size, size_t *compressed_size)
{
    z_stream stream = {0};
    if (deflateInit2(&stream, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW_BITS, GZIP_MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return NULL;
    size_t bound = deflateBound(&stream, size);
    void *compressed = malloc(bound);
    if (compressed != NULL) {
        stream.next_in = (z_const Bytef *)bytes;
        stream.avail_in = (uInt)size;
        stream.next_out = compressed;
        stream.avail_out = (uInt)bound;
        if (deflate(&stream, Z_FINISH) == Z_STREAM_END) {
            *compressed_size = stream.total_out;
        } else {
            free(compressed);
            compressed = NULL;
        }
    }
    deflateEnd(&stream);
    return compressed;
}

/* The smallest window that holds the whole body: a larger one finds no more and takes memory for
   itself. */
static int brotli_window_bits(size_t size)
{
    int bits = BROTLI_MIN_WINDOW_BITS;
    while (bits < BROTLI_DEFAULT_WINDOW && ((size_t)1 << bits) - BROTLI_WINDOW_GAP < size)
        bits++;
    return bits;
}

static void *compress_brotli(const void *bytes, size_t size, size_t *compressed_size)
{
    *compressed_size = BrotliEncoderMaxCompressedSize(size);
    void *compressed = malloc(*compressed_size);
    if (compressed != NULL &&
        !BrotliEncoderCompress(BROTLI_QUALITY, brotli_window_bits(size), BROTLI_MODE_GENERIC, size,
                               bytes, compressed_size, compressed)) {
        free(compressed);
        return NULL;
    }
    return compressed;
}

static void *compress_zstd(const void *bytes, size_t size, size_t *compressed_size)
{
    size_t bound = ZSTD_compressBound(size);
    void *compressed = malloc(bound);
    if (compressed == NULL)
        return NULL;
    *compressed_size = ZSTD_compress(compressed, bound, bytes, size, ZSTD_LEVEL);
    if (ZSTD_isError(*compressed_size)) {
        free(compressed);
        return NULL;
    }
    return compressed;
}

int compress_body(enum content_coding coding, const void *bytes, size_t size, void **compressed,
                  size_t *compressed_size, struct error *error)
{
    if (size > MAX_BODY_BYTES)
        return error_set(error, "a body of %zu bytes is too large to be compressed", size);
    void *result = NULL;
    size_t result_size = 0;
    switch (coding) {
    case CODING_GZIP:
        result = compress_gzip(bytes, size, &result_size);
        break;
    case CODING_BROTLI:
        result = compress_brotli(bytes, size, &result_size);
        break;
    case CODING_ZSTD:
        result = compress_zstd(bytes, size, &result_size);
        break;
    case CODING_IDENTITY:
        return error_set(error, "identity is not a compression");
    }
    if (result == NULL)
        return error_set(error, "out of memory while compressing %zu bytes with %s", size,
                         content_coding_name(coding));
    void *shrunk = realloc(result, result_size);
    *compressed = shrunk != NULL ? shrunk : result;
    *compressed_size = result_size;
    return 0;
}

int compress_where_it_pays(enum content_coding coding, const void *bytes, size_t size,
                           void **compressed, size_t *compressed_size, struct error *error)
{
    *compressed = NULL;
    *compressed_size = size;
    if (coding == CODING_IDENTITY || size < COMPRESSION_MIN_BYTES)
        return 0;
    if (compress_body(coding, bytes, size, compressed, compressed_size, error) != 0)
        return -1;
    if (*compressed_size < size)
        return 0;
    free(*compressed);
    *compressed = NULL;
    *compressed_size = size;
    return 0;
}
