/* An answer is unpacked once, and its texts stay in the bytes that it was unpacked from. Members
   are looked for from the first: objects have some twenty. */
#include "server/html/object.h"

#include <string.h>

bool object_equals(const msgpack_object *object, const char *text, size_t length)
{
    return object != NULL && object->type == MSGPACK_OBJECT_STR && object->via.str.size == length &&
           memcmp(object->via.str.ptr, text, length) == 0;
}

bool object_is_text(const msgpack_object *object, const char *text)
{
    return object_equals(object, text, strlen(text));
}

const msgpack_object *object_member_of(const msgpack_object *object, const char *name,
                                       size_t length)
{
    if (object == NULL || object->type != MSGPACK_OBJECT_MAP)
        return NULL;
    for (uint32_t i = 0; i < object->via.map.size; i++)
        if (object_equals(&object->via.map.ptr[i].key, name, length))
            return &object->via.map.ptr[i].val;
    return NULL;
}

const msgpack_object *object_member(const msgpack_object *object, const char *name)
{
    return object_member_of(object, name, strlen(name));
}

uint32_t object_n_elements(const msgpack_object *array)
{
    return array != NULL && array->type == MSGPACK_OBJECT_ARRAY ? array->via.array.size : 0;
}

const msgpack_object *object_element(const msgpack_object *array, uint32_t i)
{
    return i < object_n_elements(array) ? &array->via.array.ptr[i] : NULL;
}

const char *object_text(const msgpack_object *object, size_t *length)
{
    bool is_text = object != NULL && object->type == MSGPACK_OBJECT_STR;
    *length = is_text ? object->via.str.size : 0;
    return *length > 0 ? object->via.str.ptr : "";
}

bool object_is_true(const msgpack_object *object)
{
    return object != NULL && object->type == MSGPACK_OBJECT_BOOLEAN && object->via.boolean;
}

uint64_t object_number(const msgpack_object *object)
{
    return object != NULL && object->type == MSGPACK_OBJECT_POSITIVE_INTEGER ? object->via.u64 : 0;
}

/* msgpack-c unpacks nothing that is nested more than 32 deep, which bounds the recursion. */
void object_encode(const msgpack_object *object, struct encoder *encoder)
{
    switch (object != NULL ? object->type : MSGPACK_OBJECT_NIL) {
    case MSGPACK_OBJECT_STR:
        encoder_string(encoder, object->via.str.ptr, object->via.str.size);
        return;
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        encoder_integer(encoder, object->via.i64);
        return;
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        encoder_number(encoder, object->via.f64);
        return;
    case MSGPACK_OBJECT_BOOLEAN:
        encoder_boolean(encoder, object->via.boolean);
        return;
    case MSGPACK_OBJECT_ARRAY:
        encoder_array(encoder, object->via.array.size);
        for (uint32_t i = 0; i < object->via.array.size; i++)
            object_encode(&object->via.array.ptr[i], encoder);
        encoder_end_array(encoder);
        return;
    case MSGPACK_OBJECT_MAP:
        encoder_object(encoder, object->via.map.size);
        for (uint32_t i = 0; i < object->via.map.size; i++) {
            const msgpack_object_kv *pair = &object->via.map.ptr[i];
            encoder_key_string(encoder, pair->key.via.str.ptr, pair->key.via.str.size);
            object_encode(&pair->val, encoder);
        }
        encoder_end_object(encoder);
        return;
    case MSGPACK_OBJECT_NIL:
    case MSGPACK_OBJECT_BIN:
    case MSGPACK_OBJECT_EXT:
        break;
    }
    encoder_null(encoder);
}

void object_encode_member(const msgpack_object *object, const char *name, struct encoder *encoder)
{
    encoder_key(encoder, name);
    object_encode(object_member(object, name), encoder);
}

void object_encode_first(const msgpack_object *object, const char *name, uint32_t max,
                         struct encoder *encoder)
{
    const msgpack_object *array = object_member(object, name);
    uint32_t n = object_n_elements(array);
    n = n < max ? n : max;
    encoder_key(encoder, name);
    encoder_array(encoder, n);
    for (uint32_t i = 0; i < n; i++)
        object_encode(object_element(array, i), encoder);
    encoder_end_array(encoder);
}
