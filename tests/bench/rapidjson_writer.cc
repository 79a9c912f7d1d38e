/* In C++, as simdjson is: RapidJSON has no interface for C. It is the fast writer of JSON among
   Debian's libraries, and like msgpack-c's packer it writes value by value, without a tree. With
   SSE2, which every x86-64 has, it looks at 16 bytes of a text at a time. */
#ifdef __SSE2__
#define RAPIDJSON_SSE2
#endif
#include "tests/bench/rapidjson_writer.h"

#include <new>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

struct rapidjson_text {
    rapidjson::StringBuffer buffer;
};

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

/* As deep as the answer, which is a few levels. Returns what follows the value. */
static const struct row_value *write_value(Writer &writer, const struct row_value *row)
{
    const struct row_value *next = row + 1;
    if (row->key != nullptr)
        writer.Key(row->key, static_cast<rapidjson::SizeType>(row->key_length));
    switch (row->type) {
    case JSON_OBJECT:
        writer.StartObject();
        for (size_t i = 0; i < row->n_values; i++)
            next = write_value(writer, next);
        writer.EndObject();
        break;
    case JSON_ARRAY:
        writer.StartArray();
        for (size_t i = 0; i < row->n_values; i++)
            next = write_value(writer, next);
        writer.EndArray();
        break;
    case JSON_STRING:
        writer.String(row->text.bytes, static_cast<rapidjson::SizeType>(row->text.length));
        break;
    case JSON_INTEGER:
        writer.Int64(row->integer);
        break;
    case JSON_REAL:
        writer.Double(row->real);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        writer.Bool(row->type == JSON_TRUE);
        break;
    case JSON_NULL:
        writer.Null();
        break;
    }
    return next;
}

struct rapidjson_text *rapidjson_text_write(const struct row_value *values)
{
    struct rapidjson_text *text = new (std::nothrow) rapidjson_text;
    if (text == nullptr)
        return nullptr;
    Writer writer(text->buffer);
    write_value(writer, values);
    return text;
}

const char *rapidjson_text_bytes(const struct rapidjson_text *text, size_t *size)
{
    *size = text->buffer.GetSize();
    return text->buffer.GetString();
}

void rapidjson_text_free(struct rapidjson_text *text)
{
    delete text;
}

const char *rapidjson_version(void)
{
    return RAPIDJSON_VERSION_STRING;
}
