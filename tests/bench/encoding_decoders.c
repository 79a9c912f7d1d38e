/* A decoder gives its own kind of tree: jansson and cJSON copy every text into memory of its own,
   simdjson all into one buffer that its parser keeps, as its manual advises (giving it back each
   time takes 0.5 µs more); msgpack-c leaves texts in the body and points there. The walk over the
   tree goes as deep as the answer, which is a few levels. Three read JSON: jansson, which we use
   ourselves; cJSON, the usual one of clients in C, which simdjson is not for; and simdjson, the
   fastest, for C++. */
#include "tests/bench/encoding_decoders.h"

#include "tests/bench/simdjson_decoder.h"

#include <cjson/cJSON.h>
#include <jansson.h>
#include <msgpack.h>
#include <string.h>

static void read_jansson(const json_t *json, struct decoded_values *values)
{
    switch (json_typeof(json)) {
    case JSON_OBJECT: {
        const char *key;
        size_t key_length;
        json_t *value;
        decoded_other(values);
        /* Its iterator is not const, but changes nothing. */
        json_object_keylen_foreach((json_t *)json, key, key_length, value)
        {
            decoded_text(values, key, key_length);
            read_jansson(value, values);
        }
        break;
    }
    case JSON_ARRAY:
        decoded_other(values);
        for (size_t i = 0; i < json_array_size(json); i++)
            read_jansson(json_array_get(json, i), values);
        break;
    case JSON_STRING:
        decoded_text(values, json_string_value(json), json_string_length(json));
        break;
    case JSON_INTEGER:
    case JSON_REAL:
        decoded_number(values, json_number_value(json));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        decoded_truth(values, json_is_true(json));
        break;
    case JSON_NULL:
        decoded_other(values);
        break;
    }
}

int decode_by_jansson(const struct encoding_pages *pages, const struct encoding_answer *answer,
                      struct decoded_values *values, struct error *error)
{
    (void)pages;
    const msgpack_sbuffer *body = &answer->bodies[ENCODING_JSON];
    json_t *decoded = json_loadb(body->data, body->size, 0, NULL);
    if (decoded == NULL)
        return error_set(error, "jansson cannot decode %s", answer->target);
    read_jansson(decoded, values);
    json_decref(decoded);
    return 0;
}

/* cJSON's texts are the only ones that end with a zero byte and do not know how long they are. */
static void read_cjson(const cJSON *json, struct decoded_values *values)
{
    if (json->string != NULL)
        decoded_text(values, json->string, strlen(json->string));
    if (cJSON_IsString(json)) {
        decoded_text(values, json->valuestring, strlen(json->valuestring));
    } else if (cJSON_IsNumber(json)) {
        decoded_number(values, json->valuedouble);
    } else if (cJSON_IsBool(json)) {
        decoded_truth(values, cJSON_IsTrue(json));
    } else {
        decoded_other(values);
        for (const cJSON *child = json->child; child != NULL; child = child->next)
            read_cjson(child, values);
    }
}

int decode_by_cjson(const struct encoding_pages *pages, const struct encoding_answer *answer,
                    struct decoded_values *values, struct error *error)
{
    (void)pages;
    const msgpack_sbuffer *body = &answer->bodies[ENCODING_JSON];
    cJSON *decoded = cJSON_ParseWithLength(body->data, body->size);
    if (decoded == NULL)
        return error_set(error, "cJSON cannot decode %s", answer->target);
    read_cjson(decoded, values);
    cJSON_Delete(decoded);
    return 0;
}

int decode_by_simdjson(const struct encoding_pages *pages, const struct encoding_answer *answer,
                       struct decoded_values *values, struct error *error)
{
    const msgpack_sbuffer *body = &answer->bodies[ENCODING_JSON];
    const char *fault = simdjson_decoder_read(pages->simdjson, body->data, body->size, values);
    if (fault != NULL)
        return error_set(error, "simdjson cannot decode %s: %s", answer->target, fault);
    return 0;
}

static void read_msgpack(const msgpack_object *object, struct decoded_values *values)
{
    switch (object->type) {
    case MSGPACK_OBJECT_MAP:
        decoded_other(values);
        for (uint32_t i = 0; i < object->via.map.size; i++) {
            read_msgpack(&object->via.map.ptr[i].key, values);
            read_msgpack(&object->via.map.ptr[i].val, values);
        }
        break;
    case MSGPACK_OBJECT_ARRAY:
        decoded_other(values);
        for (uint32_t i = 0; i < object->via.array.size; i++)
            read_msgpack(&object->via.array.ptr[i], values);
        break;
    case MSGPACK_OBJECT_STR:
        decoded_text(values, object->via.str.ptr, object->via.str.size);
        break;
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
        decoded_number(values, (double)object->via.u64);
        break;
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        decoded_number(values, (double)object->via.i64);
        break;
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        decoded_number(values, object->via.f64);
        break;
    case MSGPACK_OBJECT_BOOLEAN:
        decoded_truth(values, object->via.boolean);
        break;
    case MSGPACK_OBJECT_NIL:
    case MSGPACK_OBJECT_BIN: /* not in an answer */
    case MSGPACK_OBJECT_EXT:
        decoded_other(values);
        break;
    }
}

int decode_by_msgpack(const struct encoding_pages *pages, const struct encoding_answer *answer,
                      struct decoded_values *values, struct error *error)
{
    (void)pages;
    const msgpack_sbuffer *body = &answer->bodies[ENCODING_MESSAGEPACK];
    msgpack_unpacked decoded;
    size_t offset = 0;
    msgpack_unpacked_init(&decoded);
    msgpack_unpack_return status = msgpack_unpack_next(&decoded, body->data, body->size, &offset);
    bool is_whole = status == MSGPACK_UNPACK_SUCCESS && offset == body->size;
    if (is_whole)
        read_msgpack(&decoded.data, values);
    msgpack_unpacked_destroy(&decoded);
    return is_whole ? 0 : error_set(error, "msgpack-c cannot decode %s", answer->target);
}
