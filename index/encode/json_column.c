/* jansson decodes, the encoder encodes: the types that clients rely on hold whatever a dump had.
   Most texts are the empty array or object, which is not decoded. */
#include "index/encode/json_column.h"

#include "index/base/json_text.h"

#include <string.h>

static json_t *decode(const char *text, size_t length, struct encoder *encoder)
{
    struct error why;
    json_t *value = text == NULL ? NULL : json_text_read(text, length, 0, &why);
    if (text != NULL && value == NULL && why.is_transient)
        encoder_lack_memory(encoder);
    return value;
}

static void encode_strings(const json_t *array, bool keep_nulls, struct encoder *encoder)
{
    uint32_t n_elements = 0;
    size_t i;
    json_t *element;
    json_array_foreach(array, i, element)
    {
        n_elements += json_is_string(element) || (keep_nulls && json_is_null(element));
    }
    encoder_array(encoder, n_elements);
    json_array_foreach(array, i, element)
    {
        if (json_is_string(element))
            encoder_string(encoder, json_string_value(element), json_string_length(element));
        else if (keep_nulls && json_is_null(element))
            encoder_null(encoder);
    }
    encoder_end_array(encoder);
}

void json_column_strings(const char *text, size_t length, struct encoder *encoder)
{
    json_t *array = length == 2 ? NULL : decode(text, length, encoder);
    encode_strings(array, true, encoder);
    json_decref(array);
}

void json_column_features(const char *text, size_t length, struct encoder *encoder)
{
    json_t *object = length == 2 ? NULL : decode(text, length, encoder);
    uint32_t n_features = 0;
    const char *name;
    size_t name_length;
    json_t *parts;
    json_object_keylen_foreach(object, name, name_length, parts)
    {
        n_features += json_is_array(parts);
    }
    encoder_object(encoder, n_features);
    json_object_keylen_foreach(object, name, name_length, parts)
    {
        if (!json_is_array(parts))
            continue;
        encoder_key_string(encoder, name, name_length);
        encode_strings(parts, false, encoder);
    }
    encoder_end_object(encoder);
    json_decref(object);
}
