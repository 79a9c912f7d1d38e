/* Compressed bodies as other decoders see them: each library's own, one call a body. */
#include "server/http/compression.h"

#include <brotli/decode.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

static const enum content_coding codings[] = {CODING_GZIP, CODING_BROTLI, CODING_ZSTD};
#define N_CODINGS (sizeof codings / sizeof codings[0])

static size_t decompress_gzip(const void *bytes, size_t size, void *out, size_t capacity)
{
    z_stream stream = {0};
    /* 16: a gzip header and nothing else. */
    assert_int_equal(inflateInit2(&stream, MAX_WBITS + 16), Z_OK);
    stream.next_in = (z_const Bytef *)bytes;
    stream.avail_in = (uInt)size;
    stream.next_out = out;
    stream.avail_out = (uInt)capacity;
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(stream.avail_in, 0);
    size_t n_bytes = stream.total_out;
    inflateEnd(&stream);
    return n_bytes;
}

/* Returns how many bytes were decompressed to `out`. */
static size_t decompress(enum content_coding coding, const void *bytes, size_t size, void *out,
                         size_t capacity)
{
    if (coding == CODING_GZIP)
        return decompress_gzip(bytes, size, out, capacity);
    size_t n_bytes = capacity;
    if (coding == CODING_BROTLI) {
        assert_int_equal(BrotliDecoderDecompress(size, bytes, &n_bytes, out),
                         BROTLI_DECODER_RESULT_SUCCESS);
        return n_bytes;
    }
    n_bytes = ZSTD_decompress(out, capacity, bytes, size);
    assert_false(ZSTD_isError(n_bytes));
    return n_bytes;
}

static uint64_t random_state = 88172645463325252;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* Text of few different words, as answers have. */
static void fill_with_text(char *bytes, size_t size)
{
    static const char *const words[] = {"\"downloads\":", "\"name\":", "serde", "null,",
                                        "0123456789"};
    for (size_t at = 0; at < size;) {
        const char *word = words[next_random() % 5];
        for (size_t i = 0; word[i] != '\0' && at < size; i++)
            bytes[at++] = word[i];
    }
}

static void fill_with_noise(char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(next_random() >> 32);
}

/* Noise does not compress: the result is larger than the body, which the bounds must cover. */
static void bodies_come_back_whole(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 859, 860, 4096, 65535, 65536, 300000};
    const size_t capacity = 300001;
    char *body = malloc(capacity);
    char *out = malloc(capacity);
    assert_non_null(body);
    assert_non_null(out);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (size_t c = 0; c < 2 * N_CODINGS; c++) {
            (c % 2 == 0 ? fill_with_text : fill_with_noise)(body, sizes[i]);
            struct error error;
            void *compressed = NULL;
            size_t compressed_size = 0;
            assert_int_equal(compress_body(codings[c / 2], body, sizes[i], &compressed,
                                           &compressed_size, &error),
                             0);
            assert_int_equal(decompress(codings[c / 2], compressed, compressed_size, out, capacity),
                             sizes[i]);
            assert_memory_equal(out, body, sizes[i]);
            free(compressed);
        }
    }
    free(out);
    free(body);
}

static void text_becomes_much_smaller(void **state)
{
    (void)state;
    static char body[20000];
    fill_with_text(body, sizeof body);
    for (size_t c = 0; c < N_CODINGS; c++) {
        struct error error;
        void *compressed = NULL;
        size_t compressed_size = 0;
        assert_int_equal(
            compress_body(codings[c], body, sizeof body, &compressed, &compressed_size, &error), 0);
        assert_in_range(compressed_size, 1, sizeof body / 4);
        free(compressed);
    }
}

static void the_same_body_gives_the_same_bytes(void **state)
{
    (void)state;
    static char body[20000];
    fill_with_text(body, sizeof body);
    for (size_t c = 0; c < N_CODINGS; c++) {
        struct error error;
        void *compressed[2] = {NULL, NULL};
        size_t sizes[2] = {0, 0};
        for (size_t i = 0; i < 2; i++)
            assert_int_equal(
                compress_body(codings[c], body, sizeof body, &compressed[i], &sizes[i], &error), 0);
        assert_int_equal(sizes[0], sizes[1]);
        assert_memory_equal(compressed[0], compressed[1], sizes[0]);
        if (codings[c] == CODING_GZIP) {
            /* The time field of the header (RFC 1952, section 2.3): none. */
            static const char no_time[4];
            assert_memory_equal((char *)compressed[0] + 4, no_time, 4);
        }
        free(compressed[0]);
        free(compressed[1]);
    }
}

static void what_cannot_be_compressed_is_refused(void **state)
{
    (void)state;
    struct error error = {.message = ""};
    void *compressed = NULL;
    size_t compressed_size = 0;
    assert_int_equal(
        compress_body(CODING_IDENTITY, "body", 4, &compressed, &compressed_size, &error), -1);
    assert_non_null(strstr(error.message, "identity"));
    for (size_t c = 0; c < N_CODINGS; c++) {
        error.message[0] = '\0';
        assert_int_equal(compress_body(codings[c], "", (size_t)INT_MAX + 1, &compressed,
                                       &compressed_size, &error),
                         -1);
        assert_non_null(strstr(error.message, "too large"));
    }
    assert_null(compressed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_come_back_whole),
        cmocka_unit_test(text_becomes_much_smaller),
        cmocka_unit_test(the_same_body_gives_the_same_bytes),
        cmocka_unit_test(what_cannot_be_compressed_is_refused),
    };
    return cmocka_run_group_tests_name("compression", tests, NULL, NULL);
}
