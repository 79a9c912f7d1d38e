/* A walk over msgpack-c's tree, which is at most 32 levels deep. Strings and numbers are written
   by the encoder that writes the server's answers, so that a compact value has the bytes of the
   same answer in JSON. */
#include "index/cli/msgpack_json.h"

#include "index/base/base64url.h"
#include "index/dump/csv_utf8.h"

#include <cratedex/encoder.h>
#include <cratedex/utf8.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INDENT 2

/* What is written, and how. */
struct writing {
    msgpack_sbuffer *out;
    bool is_compact;
    unsigned depth;
};

static int append_value(struct writing *writing, const msgpack_object *value);

static int append(struct writing *writing, const char *text, size_t length)
{
    return msgpack_sbuffer_write(writing->out, text, length) == 0 ? 0 : -1;
}

static int append_string(struct writing *writing, const char *text, size_t length)
{
    struct encoder encoder;
    char *mended = NULL;
    if (!utf8_is_valid(text, length)) {
        mended = malloc(CSV_UTF8_REPAIRED_SIZE(length));
        if (mended == NULL)
            return -1;
        length = csv_utf8_repair(mended, text, length);
    }
    encoder_init(&encoder, ENCODING_JSON, writing->out);
    encoder_string(&encoder, mended != NULL ? mended : text, length);
    free(mended);
    return encoder_finish(&encoder, NULL);
}

static int append_binary(struct writing *writing, const char *bytes, size_t size)
{
    char *text = malloc(BASE64URL_SIZE(size));
    if (text == NULL)
        return -1;
    size_t length = base64url_encode(text, bytes, size);
    int result = append_string(writing, text, length);
    free(text);
    return result;
}

static int append_number(struct writing *writing, double number)
{
    struct encoder encoder;
    encoder_init(&encoder, ENCODING_JSON, writing->out);
    encoder_number(&encoder, number);
    return encoder_finish(&encoder, NULL);
}

static int append_text(struct writing *writing, const char *text)
{
    return append(writing, text, strlen(text));
}

/* The end of a line and what the next one begins with. */
static int append_break(struct writing *writing)
{
    if (writing->is_compact)
        return 0;
    int result = append(writing, "\n", 1);
    for (unsigned i = 0; i < writing->depth * INDENT && result == 0; i++)
        result = append(writing, " ", 1);
    return result;
}

static int append_comma_and_break(struct writing *writing, bool is_first)
{
    if (!is_first && append(writing, ",", 1) != 0)
        return -1;
    return append_break(writing);
}

static int end_level(struct writing *writing, const char *bracket)
{
    writing->depth--;
    return append_break(writing) == 0 ? append_text(writing, bracket) : -1;
}

static int append_array(struct writing *writing, const msgpack_object_array *array)
{
    if (array->size == 0)
        return append_text(writing, "[]");
    writing->depth++;
    if (append_text(writing, "[") != 0)
        return -1;
    for (uint32_t i = 0; i < array->size; i++)
        if (append_comma_and_break(writing, i == 0) != 0 ||
            append_value(writing, &array->ptr[i]) != 0)
            return -1;
    return end_level(writing, "]");
}

static int append_key(struct writing *writing, const msgpack_object *key)
{
    int result;
    if (key->type == MSGPACK_OBJECT_STR) {
        result = append_string(writing, key->via.str.ptr, key->via.str.size);
    } else if (key->type == MSGPACK_OBJECT_BIN) {
        result = append_binary(writing, key->via.bin.ptr, key->via.bin.size);
    } else {
        msgpack_sbuffer text;
        msgpack_sbuffer_init(&text);
        result = msgpack_json_append(&text, key, true);
        if (result == 0)
            result = append_string(writing, text.data, text.size);
        msgpack_sbuffer_destroy(&text);
    }
    if (result == 0)
        result = append_text(writing, writing->is_compact ? ":" : ": ");
    return result;
}

static int append_map(struct writing *writing, const msgpack_object_map *map)
{
    if (map->size == 0)
        return append_text(writing, "{}");
    writing->depth++;
    if (append_text(writing, "{") != 0)
        return -1;
    for (uint32_t i = 0; i < map->size; i++)
        if (append_comma_and_break(writing, i == 0) != 0 ||
            append_key(writing, &map->ptr[i].key) != 0 ||
            append_value(writing, &map->ptr[i].val) != 0)
            return -1;
    return end_level(writing, "}");
}

static int append_extension(struct writing *writing, const msgpack_object_ext *extension)
{
    const char *space = writing->is_compact ? "" : " ";
    char type[48];
    snprintf(type, sizeof type, "{\"type\":%s%d,%s\"data\":%s", space, extension->type, space,
             space);
    if (append_text(writing, type) != 0 ||
        append_binary(writing, extension->ptr, extension->size) != 0)
        return -1;
    return append_text(writing, "}");
}

static int append_value(struct writing *writing, const msgpack_object *value)
{
    char digits[32];
    switch (value->type) {
    case MSGPACK_OBJECT_NIL:
        return append_text(writing, "null");
    case MSGPACK_OBJECT_BOOLEAN:
        return append_text(writing, value->via.boolean ? "true" : "false");
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
        snprintf(digits, sizeof digits, "%" PRIu64, value->via.u64);
        return append_text(writing, digits);
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        snprintf(digits, sizeof digits, "%" PRId64, value->via.i64);
        return append_text(writing, digits);
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        return append_number(writing, value->via.f64);
    case MSGPACK_OBJECT_STR:
        return append_string(writing, value->via.str.ptr, value->via.str.size);
    case MSGPACK_OBJECT_BIN:
        return append_binary(writing, value->via.bin.ptr, value->via.bin.size);
    case MSGPACK_OBJECT_EXT:
        return append_extension(writing, &value->via.ext);
    case MSGPACK_OBJECT_ARRAY:
        return append_array(writing, &value->via.array);
    case MSGPACK_OBJECT_MAP:
        return append_map(writing, &value->via.map);
    }
    return -1;
}

int msgpack_json_append(msgpack_sbuffer *out, const msgpack_object *value, bool is_compact)
{
    struct writing writing = {out, is_compact, 0};
    return append_value(&writing, value);
}
