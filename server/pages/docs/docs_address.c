/* What comes of a form is percent-encoded wherever it goes, so that the address is always one of
   our own paths. */
#include "server/pages/docs/docs_address.h"

#include "server/html/escape.h"
#include "server/html/object.h"
#include "server/pages/docs/docs_reference.h"

#include <microhttpd.h>
#include <stdbool.h>
#include <string.h>

struct address {
    const msgpack_object *document;
    const msgpack_object *parameters; /* of the operation */
    const struct query_string *values;
    msgpack_sbuffer text; /* its writer tells when memory runs out */
    bool has_query;
};

/* The operation of that id, and its path. */
static const msgpack_object *find_operation(const msgpack_object *document,
                                            const struct path_value *id,
                                            const msgpack_object **path)
{
    const msgpack_object *paths = object_member(document, "paths");
    if (paths == NULL || paths->type != MSGPACK_OBJECT_MAP)
        return NULL;
    for (uint32_t i = 0; i < paths->via.map.size; i++) {
        const msgpack_object_kv *row = &paths->via.map.ptr[i];
        const msgpack_object *operation = object_member(&row->val, "get");
        const msgpack_object *own_id = object_member(operation, "operationId");
        if (row->key.type != MSGPACK_OBJECT_STR || !object_equals(own_id, id->text, id->length))
            continue;
        *path = &row->key;
        return operation;
    }
    return NULL;
}

static const struct query_parameter *find_value(const struct address *address, const char *name,
                                                size_t length)
{
    for (size_t i = address->values->n_parameters; i > 0; i--) {
        const struct query_parameter *value = &address->values->parameters[i - 1];
        if (value->name_length == length && memcmp(value->name, name, length) == 0)
            return value->value_length > 0 ? value : NULL;
    }
    return NULL;
}

static int write_path(struct address *address, const char *path, size_t length,
                      struct failure *failure)
{
    const char *end = path + length;
    while (path < end) {
        const char *brace = memchr(path, '{', (size_t)(end - path));
        const char *close = brace != NULL ? memchr(brace, '}', (size_t)(end - brace)) : NULL;
        const char *fixed_end = close != NULL ? brace : end;
        if (html_append(&address->text, path, (size_t)(fixed_end - path)) != 0)
            return error_out_of_memory(&failure->error);
        if (close == NULL)
            return 0;
        const size_t name_length = (size_t)(close - brace - 1);
        const struct query_parameter *value = find_value(address, brace + 1, name_length);
        if (value == NULL)
            return failure_set(failure, MHD_HTTP_BAD_REQUEST, "the field %.*s is empty: fill it",
                               (int)name_length, brace + 1);
        if (html_percent_encode(&address->text, value->value, value->value_length) != 0)
            return error_out_of_memory(&failure->error);
        path = close + 1;
    }
    return 0;
}

static int write_pair(struct address *address, const msgpack_object *name, const char *value,
                      size_t length)
{
    const char *separator = address->has_query ? "&" : "?";
    address->has_query = true;
    return html_append(&address->text, separator, 1) == 0 &&
                   html_percent_encode(&address->text, name->via.str.ptr, name->via.str.size) ==
                       0 &&
                   html_append(&address->text, "=", 1) == 0 &&
                   html_percent_encode(&address->text, value, length) == 0
               ? 0
               : -1;
}

/* `all` once, or each of what stands between its commas. */
static int write_values(struct address *address, const msgpack_object *name,
                        const struct query_parameter *all, bool is_repeated)
{
    const char *at = all->value;
    const char *end = at + all->value_length;
    while (at < end) {
        const char *comma = is_repeated ? memchr(at, ',', (size_t)(end - at)) : NULL;
        const char *part_end = comma != NULL ? comma : end;
        if (part_end > at && write_pair(address, name, at, (size_t)(part_end - at)) != 0)
            return -1;
        at = part_end + 1;
        while (at < end && *at == ' ')
            at++;
    }
    return 0;
}

static int write_query(struct address *address, struct failure *failure)
{
    for (uint32_t i = 0; i < object_n_elements(address->parameters); i++) {
        const msgpack_object *parameter =
            docs_reference_follow(address->document, object_element(address->parameters, i));
        const msgpack_object *name = object_member(parameter, "name");
        if (!object_is_text(object_member(parameter, "in"), "query") || name == NULL ||
            name->type != MSGPACK_OBJECT_STR)
            continue;
        const msgpack_object *schema = object_member(parameter, "schema");
        const msgpack_object *explode = object_member(parameter, "explode");
        bool is_list = object_is_text(object_member(schema, "type"), "array");
        bool is_joined =
            explode != NULL && explode->type == MSGPACK_OBJECT_BOOLEAN && !explode->via.boolean;
        const struct query_parameter *value =
            find_value(address, name->via.str.ptr, name->via.str.size);
        if (value != NULL && write_values(address, name, value, is_list && !is_joined) != 0)
            return error_out_of_memory(&failure->error);
    }
    return 0;
}

int docs_address_write(const msgpack_object *document, const struct path_value *operation_id,
                       const struct query_string *values, char *out, size_t capacity,
                       struct failure *failure)
{
    const msgpack_object *path = NULL;
    const msgpack_object *operation = find_operation(document, operation_id, &path);
    if (operation == NULL)
        return failure_set(failure, MHD_HTTP_NOT_FOUND, "Not Found");
    struct address address = {
        .document = document,
        .parameters = object_member(operation, "parameters"),
        .values = values,
    };
    msgpack_sbuffer_init(&address.text);
    failure->status = MHD_HTTP_INTERNAL_SERVER_ERROR;
    int result = write_path(&address, path->via.str.ptr, path->via.str.size, failure);
    if (result == 0)
        result = write_query(&address, failure);
    if (result == 0 && address.text.size >= capacity)
        result = failure_set(failure, MHD_HTTP_BAD_REQUEST, "the fields are too long");
    if (result == 0) {
        memcpy(out, address.text.data, address.text.size);
        out[address.text.size] = '\0';
    }
    msgpack_sbuffer_destroy(&address.text);
    return result;
}
