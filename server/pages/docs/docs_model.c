/* References are followed where a parameter, a response or a schema stands for itself. What the
   document lacks is null in the model, so that templates need not know which member may be absent.
   The document is our own, checked by tests; even so nothing of it is believed to be there. */
#include "server/pages/docs/docs_model.h"

#include "server/html/object.h"
#include "server/pages/docs/docs_reference.h"

#include <stdbool.h>
#include <string.h>

#define MAX_SHOWN 6    /* parameters of an operation; more are folded up */
#define LONG_BYTES 240 /* a description that wants a line of its own */

struct reading {
    const msgpack_object *document;
    struct encoder *encoder;
};

/* One operation, with what is known of it from outside. */
struct operation {
    const msgpack_object_kv *path;
    const msgpack_object *value;
};

static const msgpack_object *follow(const struct reading *reading, const msgpack_object *value)
{
    return docs_reference_follow(reading->document, value);
}

static void encode_string(struct encoder *encoder, const msgpack_object *value)
{
    if (value != NULL && value->type == MSGPACK_OBJECT_STR)
        encoder_string(encoder, value->via.str.ptr, value->via.str.size);
    else
        encoder_null(encoder);
}

static void encode_member(struct encoder *encoder, const char *key, const msgpack_object *value)
{
    encoder_key(encoder, key);
    encode_string(encoder, value);
}

/* A number or a string, as it is. */
static void encode_scalar(struct encoder *encoder, const char *key, const msgpack_object *value)
{
    encoder_key(encoder, key);
    if (value != NULL && value->type == MSGPACK_OBJECT_POSITIVE_INTEGER)
        encoder_integer(encoder, (int64_t)value->via.u64);
    else
        encode_string(encoder, value);
}

static bool is_false(const msgpack_object *value)
{
    return value != NULL && value->type == MSGPACK_OBJECT_BOOLEAN && !value->via.boolean;
}

/* What a value of the schema is; of a list, what its items are. */
static const msgpack_object *item_schema(const struct reading *reading,
                                         const msgpack_object *schema)
{
    const msgpack_object *items = object_member(schema, "items");
    return items != NULL ? follow(reading, items) : schema;
}

static const msgpack_object *first_example(const msgpack_object *schema)
{
    const msgpack_object *examples = object_member(schema, "examples");
    return object_n_elements(examples) > 0 ? object_element(examples, 0) : NULL;
}

static void encode_options(const struct reading *reading, const msgpack_object *schema)
{
    const msgpack_object *values = object_member(schema, "enum");
    const msgpack_object *example = first_example(schema);
    encoder_key(reading->encoder, "options");
    encoder_array(reading->encoder, object_n_elements(values));
    for (uint32_t i = 0; i < object_n_elements(values); i++) {
        const msgpack_object *value = object_element(values, i);
        encoder_object(reading->encoder, 2);
        encode_scalar(reading->encoder, "value", value);
        encoder_member_boolean(reading->encoder, "is_example",
                               example != NULL && msgpack_object_equal(*value, *example));
        encoder_end_object(reading->encoder);
    }
    encoder_end_array(reading->encoder);
}

static void encode_parameter(const struct reading *reading, const msgpack_object *operation_id,
                             const msgpack_object *parameter)
{
    struct encoder *encoder = reading->encoder;
    const msgpack_object *whole = follow(reading, object_member(parameter, "schema"));
    const msgpack_object *schema = item_schema(reading, whole);
    size_t description_length;
    (void)object_text(object_member(parameter, "description"), &description_length);
    encoder_object(encoder, 18);
    encode_member(encoder, "name", object_member(parameter, "name"));
    encode_member(encoder, "operation", operation_id);
    encode_member(encoder, "in", object_member(parameter, "in"));
    encoder_member_boolean(encoder, "is_in_path",
                           object_is_text(object_member(parameter, "in"), "path"));
    encoder_member_boolean(encoder, "is_required",
                           object_is_true(object_member(parameter, "required")));
    encode_member(encoder, "description", object_member(parameter, "description"));
    encoder_member_boolean(encoder, "is_long", description_length > LONG_BYTES);
    encode_member(encoder, "type", object_member(schema, "type"));
    encode_member(encoder, "format", object_member(schema, "format"));
    encode_scalar(encoder, "example", first_example(schema));
    encode_scalar(encoder, "default", object_member(schema, "default"));
    encoder_member_boolean(encoder, "is_number",
                           object_is_text(object_member(schema, "type"), "integer"));
    encode_scalar(encoder, "minimum", object_member(schema, "minimum"));
    encode_scalar(encoder, "maximum", object_member(schema, "maximum"));
    encoder_member_boolean(encoder, "is_list", schema != whole);
    encoder_member_boolean(encoder, "is_choice",
                           schema == whole && object_n_elements(object_member(schema, "enum")) > 0);
    encoder_member_boolean(encoder, "is_repeated",
                           schema != whole && !is_false(object_member(parameter, "explode")));
    encode_options(reading, schema);
    encoder_end_object(encoder);
}

/* Those from `begin` on, before `end`. */
static void encode_parameters(const struct reading *reading, const char *key,
                              const msgpack_object *operation, uint32_t begin, uint32_t end)
{
    const msgpack_object *parameters = object_member(operation, "parameters");
    encoder_key(reading->encoder, key);
    encoder_array(reading->encoder, end - begin);
    for (uint32_t i = begin; i < end; i++)
        encode_parameter(reading, object_member(operation, "operationId"),
                         follow(reading, object_element(parameters, i)));
    encoder_end_array(reading->encoder);
}

static void encode_response(const struct reading *reading, const msgpack_object_kv *row)
{
    const msgpack_object *response = follow(reading, &row->val);
    const msgpack_object *content = object_member(response, "content");
    const uint32_t n_types =
        content != NULL && content->type == MSGPACK_OBJECT_MAP ? content->via.map.size : 0;
    encoder_object(reading->encoder, 3);
    encode_member(reading->encoder, "status", &row->key);
    encode_member(reading->encoder, "description", object_member(response, "description"));
    encoder_key(reading->encoder, "types");
    encoder_array(reading->encoder, n_types);
    for (uint32_t i = 0; i < n_types; i++)
        encode_string(reading->encoder, &content->via.map.ptr[i].key);
    encoder_end_array(reading->encoder);
    encoder_end_object(reading->encoder);
}

static void encode_responses(const struct reading *reading, const msgpack_object *operation)
{
    const msgpack_object *responses = object_member(operation, "responses");
    const uint32_t n =
        responses != NULL && responses->type == MSGPACK_OBJECT_MAP ? responses->via.map.size : 0;
    encoder_key(reading->encoder, "responses");
    encoder_array(reading->encoder, n);
    for (uint32_t i = 0; i < n; i++)
        encode_response(reading, &responses->via.map.ptr[i]);
    encoder_end_array(reading->encoder);
}

static void encode_operation(const struct reading *reading, const struct operation *operation)
{
    struct encoder *encoder = reading->encoder;
    const uint32_t n_parameters = object_n_elements(object_member(operation->value, "parameters"));
    const uint32_t n_shown = n_parameters < MAX_SHOWN ? n_parameters : MAX_SHOWN;
    encoder_object(encoder, 10);
    encode_member(encoder, "id", object_member(operation->value, "operationId"));
    encoder_member_text(encoder, "method", "GET");
    encode_member(encoder, "path", &operation->path->key);
    encode_member(encoder, "summary", object_member(operation->value, "summary"));
    encode_member(encoder, "description", object_member(operation->value, "description"));
    encoder_member_boolean(encoder, "is_deprecated",
                           object_is_true(object_member(operation->value, "deprecated")));
    encode_parameters(reading, "parameters", operation->value, 0, n_shown);
    encode_parameters(reading, "more", operation->value, n_shown, n_parameters);
    encoder_key(encoder, "n_more");
    if (n_parameters > n_shown)
        encoder_integer(encoder, n_parameters - n_shown);
    else
        encoder_null(encoder);
    encode_responses(reading, operation->value);
    encoder_end_object(encoder);
}

/* The next operation from path `*i` on whose first tag is `tag`; false behind the last. */
static bool next_operation(const msgpack_object *paths, const msgpack_object *tag, uint32_t *i,
                           struct operation *operation)
{
    if (paths == NULL || paths->type != MSGPACK_OBJECT_MAP)
        return false;
    for (; *i < paths->via.map.size; ++*i) {
        operation->path = &paths->via.map.ptr[*i];
        operation->value = object_member(&operation->path->val, "get");
        const msgpack_object *tags = object_member(operation->value, "tags");
        if (object_n_elements(tags) > 0 && msgpack_object_equal(tags->via.array.ptr[0], *tag))
            return true;
    }
    return false;
}

static uint32_t count_operations(const msgpack_object *paths, const msgpack_object *tag)
{
    struct operation operation;
    uint32_t n = 0;
    for (uint32_t i = 0; next_operation(paths, tag, &i, &operation); i++)
        n++;
    return n;
}

static void encode_group(const struct reading *reading, const msgpack_object *paths,
                         const msgpack_object *tag, uint32_t n_operations)
{
    struct operation operation;
    encoder_object(reading->encoder, 2);
    encode_member(reading->encoder, "tag", tag);
    encoder_key(reading->encoder, "operations");
    encoder_array(reading->encoder, n_operations);
    for (uint32_t i = 0; next_operation(paths, tag, &i, &operation); i++)
        encode_operation(reading, &operation);
    encoder_end_array(reading->encoder);
    encoder_end_object(reading->encoder);
}

void docs_model_encode(const msgpack_object *document, struct encoder *encoder)
{
    const struct reading reading = {.document = document, .encoder = encoder};
    const msgpack_object *paths = object_member(document, "paths");
    const msgpack_object *tags = object_member(document, "tags");
    uint32_t n_groups = 0;
    for (uint32_t i = 0; i < object_n_elements(tags); i++)
        n_groups +=
            count_operations(paths, object_member(object_element(tags, i), "name")) > 0 ? 1 : 0;
    encoder_array(encoder, n_groups);
    for (uint32_t i = 0; i < object_n_elements(tags); i++) {
        const msgpack_object *tag = object_member(object_element(tags, i), "name");
        uint32_t n_operations = count_operations(paths, tag);
        if (n_operations > 0)
            encode_group(&reading, paths, tag, n_operations);
    }
    encoder_end_array(encoder);
}
