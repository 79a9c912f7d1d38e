/* Rows are the values in the order of the document, one behind the other; an object or array says
   how many values of the same level follow. That is as cheap to walk as the columns of a statement,
   so that what is measured is the building. The texts lie in the decoded document, which is
   kept. */
#include "tests/bench/encoding_rows.h"

#include <msgpack.h>
#include <stdlib.h>
#include <string.h>

struct answer_rows {
    json_t *document;
    struct row_value *values;
    size_t n_values;
    size_t capacity;
};

static int add_values(struct answer_rows *rows, const char *key, json_t *json);

static int add_children(struct answer_rows *rows, json_t *json)
{
    if (json_is_array(json)) {
        for (size_t i = 0; i < json_array_size(json); i++) {
            if (add_values(rows, NULL, json_array_get(json, i)) != 0)
                return -1;
        }
        return 0;
    }
    const char *key;
    json_t *value;
    json_object_foreach(json, key, value)
    {
        if (add_values(rows, key, value) != 0)
            return -1;
    }
    return 0;
}

static int add_values(struct answer_rows *rows, const char *key, json_t *json)
{
    if (rows->n_values == rows->capacity) {
        size_t capacity = rows->capacity * 2 + 256;
        struct row_value *values = realloc(rows->values, capacity * sizeof *values);
        if (values == NULL)
            return -1;
        rows->values = values;
        rows->capacity = capacity;
    }
    struct row_value *value = &rows->values[rows->n_values++];
    *value = (struct row_value){
        .type = json_typeof(json), .key = key, .key_length = key != NULL ? strlen(key) : 0};
    switch (value->type) {
    case JSON_OBJECT:
        value->n_values = json_object_size(json);
        return add_children(rows, json);
    case JSON_ARRAY:
        value->n_values = json_array_size(json);
        return add_children(rows, json);
    case JSON_STRING:
        value->text.bytes = json_string_value(json);
        value->text.length = json_string_length(json);
        break;
    case JSON_INTEGER:
        value->integer = json_integer_value(json);
        break;
    case JSON_REAL:
        value->real = json_real_value(json);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
        break;
    }
    return 0;
}

struct answer_rows *answer_rows_read(const void *json, size_t size, struct error *error)
{
    struct answer_rows *rows = calloc(1, sizeof *rows);
    if (rows == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    json_error_t fault;
    rows->document = json_loadb(json, size, JSON_REJECT_DUPLICATES, &fault);
    if (rows->document == NULL)
        error_set(error, "an answer is no JSON: %s", fault.text);
    else if (add_values(rows, NULL, rows->document) == 0)
        return rows;
    else
        error_out_of_memory(error);
    answer_rows_free(rows);
    return NULL;
}

void answer_rows_free(struct answer_rows *rows)
{
    if (rows == NULL)
        return;
    json_decref(rows->document);
    free(rows->values);
    free(rows);
}

const struct row_value *answer_rows_root(const struct answer_rows *rows)
{
    return rows->values;
}

/* Builds the value at `*next` and moves on behind it. NULL when memory runs out. */
static json_t *build_tree(const struct row_value **next)
{
    const struct row_value *row = (*next)++;
    json_t *json;
    switch (row->type) {
    case JSON_OBJECT:
        json = json_object();
        for (size_t i = 0; i < row->n_values; i++) {
            const char *key = (*next)->key;
            if (json_object_set_new_nocheck(json, key, build_tree(next)) != 0) {
                json_decref(json);
                return NULL;
            }
        }
        return json;
    case JSON_ARRAY:
        json = json_array();
        for (size_t i = 0; i < row->n_values; i++) {
            if (json_array_append_new(json, build_tree(next)) != 0) {
                json_decref(json);
                return NULL;
            }
        }
        return json;
    case JSON_STRING:
        return json_stringn_nocheck(row->text.bytes, row->text.length);
    case JSON_INTEGER:
        return json_integer(row->integer);
    case JSON_REAL:
        return json_real(row->real);
    case JSON_TRUE:
        return json_true();
    case JSON_FALSE:
        return json_false();
    case JSON_NULL:
        break;
    }
    return json_null();
}

int answer_rows_build_jansson(const struct answer_rows *rows, char **bytes, size_t *size,
                              struct error *error)
{
    const struct row_value *next = rows->values;
    json_t *tree = build_tree(&next);
    *bytes = tree != NULL ? json_dumps(tree, JSON_COMPACT) : NULL;
    json_decref(tree);
    if (*bytes == NULL)
        return error_out_of_memory(error);
    *size = strlen(*bytes);
    return 0;
}

/* Returns what the packer returns: 0, or that memory ran out. */
static int pack_value(msgpack_packer *packer, const struct row_value *row)
{
    if (row->key != NULL && msgpack_pack_str_with_body(packer, row->key, row->key_length) != 0)
        return -1;
    switch (row->type) {
    case JSON_OBJECT:
        return msgpack_pack_map(packer, row->n_values);
    case JSON_ARRAY:
        return msgpack_pack_array(packer, row->n_values);
    case JSON_STRING:
        return msgpack_pack_str_with_body(packer, row->text.bytes, row->text.length);
    case JSON_INTEGER:
        return msgpack_pack_int64(packer, row->integer);
    case JSON_REAL:
        return msgpack_pack_double(packer, row->real);
    case JSON_TRUE:
        return msgpack_pack_true(packer);
    case JSON_FALSE:
        return msgpack_pack_false(packer);
    case JSON_NULL:
        break;
    }
    return msgpack_pack_nil(packer);
}

int answer_rows_build_msgpack(const struct answer_rows *rows, char **bytes, size_t *size,
                              struct error *error)
{
    msgpack_sbuffer buffer;
    msgpack_packer packer;
    msgpack_sbuffer_init(&buffer);
    msgpack_packer_init(&packer, &buffer, msgpack_sbuffer_write);
    for (size_t i = 0; i < rows->n_values; i++) {
        if (pack_value(&packer, &rows->values[i]) != 0) {
            msgpack_sbuffer_destroy(&buffer);
            return error_out_of_memory(error);
        }
    }
    *size = buffer.size;
    *bytes = msgpack_sbuffer_release(&buffer);
    return 0;
}
