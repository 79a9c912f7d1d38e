/* Decoders write into a buffer of a fixed size that is larger than any body of the tests. */
#include "tests/support/representation.h"

#include <brotli/decode.h>
#include <msgpack.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

#define MAX_BODY_BYTES ((size_t)4 << 20)

static json_t *convert(const msgpack_object *object);

static json_t *convert_array(const msgpack_object_array *array)
{
    json_t *result = json_array();
    for (uint32_t i = 0; i < array->size; i++)
        json_array_append_new(result, convert(&array->ptr[i]));
    return result;
}

static json_t *convert_map(const msgpack_object_map *map)
{
    json_t *result = json_object();
    for (uint32_t i = 0; i < map->size; i++) {
        const msgpack_object *key = &map->ptr[i].key;
        char name[1024];
        assert_int_equal(key->type, MSGPACK_OBJECT_STR);
        assert_true(key->via.str.size < sizeof name);
        memcpy(name, key->via.str.ptr, key->via.str.size);
        name[key->via.str.size] = '\0';
        assert_null(json_object_get(result, name));
        json_object_set_new(result, name, convert(&map->ptr[i].val));
    }
    return result;
}

static json_t *convert(const msgpack_object *object)
{
    switch (object->type) {
    case MSGPACK_OBJECT_NIL:
        return json_null();
    case MSGPACK_OBJECT_BOOLEAN:
        return json_boolean(object->via.boolean);
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
        return json_integer((json_int_t)object->via.u64);
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        return json_integer(object->via.i64);
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        return json_real(object->via.f64);
    case MSGPACK_OBJECT_STR:
        return json_stringn(object->via.str.ptr, object->via.str.size);
    case MSGPACK_OBJECT_ARRAY:
        return convert_array(&object->via.array);
    case MSGPACK_OBJECT_MAP:
        return convert_map(&object->via.map);
    default:
        fail_msg("a MessagePack type that JSON has not: %d", (int)object->type);
        return NULL;
    }
}

json_t *msgpack_to_json(const void *bytes, size_t size)
{
    msgpack_unpacked unpacked;
    msgpack_unpacked_init(&unpacked);
    size_t used = 0;
    assert_int_equal(msgpack_unpack_next(&unpacked, bytes, size, &used), MSGPACK_UNPACK_SUCCESS);
    assert_int_equal(used, size);
    json_t *result = convert(&unpacked.data);
    assert_non_null(result);
    msgpack_unpacked_destroy(&unpacked);
    return result;
}

static size_t decode_gzip(const void *bytes, size_t size, void *out)
{
    z_stream stream = {.next_in = (Bytef *)bytes,
                       .avail_in = (uInt)size,
                       .next_out = out,
                       .avail_out = (uInt)MAX_BODY_BYTES};
    assert_int_equal(inflateInit2(&stream, 16 + MAX_WBITS), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(stream.avail_in, 0);
    size_t decoded_size = stream.total_out;
    inflateEnd(&stream);
    return decoded_size;
}

char *decode_content(const char *coding, const void *bytes, size_t size, size_t *decoded_size)
{
    char *out = malloc(MAX_BODY_BYTES + 1);
    assert_non_null(out);
    *decoded_size = MAX_BODY_BYTES;
    if (coding == NULL) {
        assert_true(size <= MAX_BODY_BYTES);
        memcpy(out, bytes, size);
        *decoded_size = size;
    } else if (strcmp(coding, "gzip") == 0) {
        *decoded_size = decode_gzip(bytes, size, out);
    } else if (strcmp(coding, "br") == 0) {
        assert_int_equal(BrotliDecoderDecompress(size, bytes, decoded_size, (unsigned char *)out),
                         BROTLI_DECODER_RESULT_SUCCESS);
    } else if (strcmp(coding, "zstd") == 0) {
        *decoded_size = ZSTD_decompress(out, MAX_BODY_BYTES, bytes, size);
        assert_false(ZSTD_isError(*decoded_size));
    } else {
        fail_msg("unknown content coding %s", coding);
    }
    out[*decoded_size] = '\0';
    return out;
}
