/* For tests: writes a value in both encodings, reads both by their own libraries, jansson and
   msgpack-c, and compares the two models: same members, same order, same values. */
#ifndef CRATEDEX_TESTS_BOTH_ENCODINGS_H
#define CRATEDEX_TESTS_BOTH_ENCODINGS_H

#include <cratedex/encoder.h>
#include <jansson.h>
#include <msgpack.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Writes something by the calls of an encoder. */
typedef void write_calls(struct encoder *encoder, const void *context);

struct written {
    msgpack_sbuffer bytes[N_ENCODINGS];
    json_t *json;
    msgpack_unpacked unpacked;
};

/* Runs the calls in both encodings and reads the results. */
static inline void write_both(struct written *written, write_calls *write, const void *context)
{
    for (int i = 0; i < N_ENCODINGS; i++) {
        struct encoder encoder;
        struct error error;
        msgpack_sbuffer_init(&written->bytes[i]);
        encoder_init(&encoder, (enum encoding)i, &written->bytes[i]);
        write(&encoder, context);
        if (encoder_finish(&encoder, &error) != 0)
            fail_msg("%s", error.message);
    }
    const msgpack_sbuffer *json = &written->bytes[ENCODING_JSON];
    json_error_t error;
    written->json = json_loadb(json->data, json->size, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (written->json == NULL)
        fail_msg("%s in %.*s", error.text, (int)json->size, json->data);
    const msgpack_sbuffer *packed = &written->bytes[ENCODING_MESSAGEPACK];
    size_t offset = 0;
    msgpack_unpacked_init(&written->unpacked);
    assert_int_equal(msgpack_unpack_next(&written->unpacked, packed->data, packed->size, &offset),
                     MSGPACK_UNPACK_SUCCESS);
    assert_int_equal(offset, packed->size);
}

static inline void release(struct written *written)
{
    json_decref(written->json);
    msgpack_unpacked_destroy(&written->unpacked);
    for (int i = 0; i < N_ENCODINGS; i++)
        msgpack_sbuffer_destroy(&written->bytes[i]);
}

static inline void assert_same_string(const json_t *json, const msgpack_object_str *packed)
{
    assert_int_equal(json_string_length(json), packed->size);
    assert_memory_equal(json_string_value(json), packed->ptr, packed->size);
}

static inline void assert_same_model(json_t *json, const msgpack_object *packed)
{
    switch (json_typeof(json)) {
    case JSON_OBJECT: {
        assert_int_equal(packed->type, MSGPACK_OBJECT_MAP);
        assert_int_equal(json_object_size(json), packed->via.map.size);
        const msgpack_object_kv *member = packed->via.map.ptr;
        const char *key;
        json_t *value;
        json_object_foreach(json, key, value)
        {
            assert_int_equal(member->key.type, MSGPACK_OBJECT_STR);
            assert_int_equal(strlen(key), member->key.via.str.size);
            assert_memory_equal(key, member->key.via.str.ptr, member->key.via.str.size);
            assert_same_model(value, &member->val);
            member++;
        }
        break;
    }
    case JSON_ARRAY:
        assert_int_equal(packed->type, MSGPACK_OBJECT_ARRAY);
        assert_int_equal(json_array_size(json), packed->via.array.size);
        for (uint32_t i = 0; i < packed->via.array.size; i++)
            assert_same_model(json_array_get(json, i), &packed->via.array.ptr[i]);
        break;
    case JSON_STRING:
        assert_int_equal(packed->type, MSGPACK_OBJECT_STR);
        assert_same_string(json, &packed->via.str);
        break;
    case JSON_INTEGER:
        if (json_integer_value(json) < 0)
            assert_int_equal(packed->type, MSGPACK_OBJECT_NEGATIVE_INTEGER);
        else
            assert_int_equal(packed->type, MSGPACK_OBJECT_POSITIVE_INTEGER);
        assert_true(json_integer_value(json) == packed->via.i64);
        break;
    case JSON_REAL:
        assert_int_equal(packed->type, MSGPACK_OBJECT_FLOAT64);
        assert_true(json_real_value(json) == packed->via.f64);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        assert_int_equal(packed->type, MSGPACK_OBJECT_BOOLEAN);
        assert_int_equal(json_is_true(json), packed->via.boolean);
        break;
    case JSON_NULL:
        assert_int_equal(packed->type, MSGPACK_OBJECT_NIL);
        break;
    }
}

#endif
