/* In C++, for it has no interface for C: simdjson (Langdale and Lemire, "Parsing Gigabytes of JSON
   per Second", VLDB Journal 28, 2019), the JSON decoder to beat. It picks its code by the processor
   that it runs on, under valgrind by the one that valgrind shows. Of its two interfaces this is the
   one that makes a document (a "tape"), as the other libraries make a tree; On-Demand would skip
   what is not asked for, and here all is. The parser keeps its buffers, as its manual advises, and
   the document lies in them. Without exceptions: each call says what went wrong, and memory that
   runs out is one such word. */
#include "tests/bench/simdjson_decoder.h"

#include <new>
#include <simdjson.h>
#include <string_view>

#ifndef SIMDJSON_THREADS_ENABLED
#error "Debian's library has threads: without -pthread the parser would have another layout"
#endif
static_assert(SIMDJSON_DECODER_PADDING >= simdjson::SIMDJSON_PADDING, "the callers' padding");

#define QUOTED(text) #text
#define IN_QUOTES(macro) QUOTED(macro)

struct simdjson_decoder {
    simdjson::dom::parser parser;
};

/* As deep as the document, which simdjson bounds (1,024). */
static void read_element(const simdjson::dom::element &element, struct decoded_values *values)
{
    using simdjson::dom::element_type;
    switch (element.type()) {
    case element_type::OBJECT:
        decoded_other(values);
        for (const simdjson::dom::key_value_pair member :
             simdjson::dom::object(element.get_object().value_unsafe())) {
            decoded_text(values, member.key.data(), member.key.size());
            read_element(member.value, values);
        }
        break;
    case element_type::ARRAY:
        decoded_other(values);
        for (const simdjson::dom::element child :
             simdjson::dom::array(element.get_array().value_unsafe()))
            read_element(child, values);
        break;
    case element_type::STRING: {
        const std::string_view text = element.get_string().value_unsafe();
        decoded_text(values, text.data(), text.size());
        break;
    }
    case element_type::INT64:
        decoded_number(values, static_cast<double>(element.get_int64().value_unsafe()));
        break;
    case element_type::UINT64:
        decoded_number(values, static_cast<double>(element.get_uint64().value_unsafe()));
        break;
    case element_type::DOUBLE:
        decoded_number(values, element.get_double().value_unsafe());
        break;
    case element_type::BOOL:
        decoded_truth(values, element.get_bool().value_unsafe());
        break;
    case element_type::NULL_VALUE:
        decoded_other(values);
        break;
    }
}

struct simdjson_decoder *simdjson_decoder_create(void)
{
    return new (std::nothrow) simdjson_decoder;
}

void simdjson_decoder_free(struct simdjson_decoder *decoder)
{
    delete decoder;
}

const char *simdjson_decoder_read(struct simdjson_decoder *decoder, const char *json, size_t size,
                                  struct decoded_values *values)
{
    const bool copy_to_pad = false;
    simdjson::dom::element root;
    const simdjson::error_code status = decoder->parser.parse(json, size, copy_to_pad).get(root);
    if (status != simdjson::SUCCESS)
        return simdjson::error_message(status);
    read_element(root, values);
    return nullptr;
}

const char *simdjson_decoder_version(void)
{
    return IN_QUOTES(SIMDJSON_VERSION);
}
