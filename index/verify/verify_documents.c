/* Both encodings are decoded by their own libraries (jansson, msgpack-c) and compared as values. */
#include "index/verify/verify_documents.h"

#include "index/base/database.h"
#include "index/base/json_text.h"

#include <cratedex/index_file.h>
#include <inttypes.h>
#include <msgpack.h>
#include <stdio.h>
#include <string.h>

static bool same_value(const json_t *json, const msgpack_object *object);

static bool same_text(const json_t *json, const msgpack_object *object)
{
    return object->type == MSGPACK_OBJECT_STR && json_is_string(json) &&
           json_string_length(json) == object->via.str.size &&
           memcmp(json_string_value(json), object->via.str.ptr, object->via.str.size) == 0;
}

static bool same_array(const json_t *json, const msgpack_object *object)
{
    if (!json_is_array(json) || json_array_size(json) != object->via.array.size)
        return false;
    for (uint32_t i = 0; i < object->via.array.size; i++) {
        if (!same_value(json_array_get(json, i), &object->via.array.ptr[i]))
            return false;
    }
    return true;
}

/* The members in the same order too; jansson keeps the order of the text. */
static bool same_object(json_t *json, const msgpack_object *object)
{
    if (!json_is_object(json) || json_object_size(json) != object->via.map.size)
        return false;
    void *member = json_object_iter(json);
    for (uint32_t i = 0; i < object->via.map.size; i++) {
        const msgpack_object_kv *pair = &object->via.map.ptr[i];
        const char *key = json_object_iter_key(member);
        if (pair->key.type != MSGPACK_OBJECT_STR || strlen(key) != pair->key.via.str.size ||
            memcmp(key, pair->key.via.str.ptr, pair->key.via.str.size) != 0 ||
            !same_value(json_object_iter_value(member), &pair->val))
            return false;
        member = json_object_iter_next(json, member);
    }
    return true;
}

static bool same_value(const json_t *json, const msgpack_object *object)
{
    switch (object->type) {
    case MSGPACK_OBJECT_NIL:
        return json_is_null(json);
    case MSGPACK_OBJECT_BOOLEAN:
        return json_is_boolean(json) && json_is_true(json) == object->via.boolean;
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
        return json_is_integer(json) && json_integer_value(json) >= 0 &&
               (uint64_t)json_integer_value(json) == object->via.u64;
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        return json_is_integer(json) && json_integer_value(json) == object->via.i64;
    case MSGPACK_OBJECT_STR:
        return same_text(json, object);
    case MSGPACK_OBJECT_ARRAY:
        return same_array(json, object);
    case MSGPACK_OBJECT_MAP:
        return same_object((json_t *)json, object);
    default:
        return false;
    }
}

/* Compares columns `column` (JSON) and `column` + 1 (MessagePack) of a row. The decoded JSON goes
   to `*decoded` (a new reference). Where they differ `error` says so of `what`, or that memory ran
   out. Returns 0 or -1. */
static int compare_encodings(sqlite3_stmt *row, int column, const char *what, json_t **decoded,
                             struct error *error)
{
    const char *json = (const char *)sqlite3_column_text(row, column);
    size_t json_size = (size_t)sqlite3_column_bytes(row, column);
    const char *bytes = sqlite3_column_blob(row, column + 1);
    size_t size = (size_t)sqlite3_column_bytes(row, column + 1);
    msgpack_unpacked unpacked;
    size_t offset = 0;
    *decoded = NULL;
    if ((json == NULL && json_size > 0) || (bytes == NULL && size > 0))
        return error_out_of_memory(error);
    if (json != NULL)
        *decoded = json_text_read(json, json_size, JSON_REJECT_DUPLICATES, error);
    if (json != NULL && *decoded == NULL && error->is_transient)
        return -1;
    msgpack_unpacked_init(&unpacked);
    msgpack_unpack_return found = bytes == NULL
                                      ? MSGPACK_UNPACK_CONTINUE
                                      : msgpack_unpack_next(&unpacked, bytes, size, &offset);
    bool same = *decoded != NULL && found == MSGPACK_UNPACK_SUCCESS && offset == size &&
                same_value(*decoded, &unpacked.data);
    msgpack_unpacked_destroy(&unpacked);
    if (found == MSGPACK_UNPACK_NOMEM_ERROR)
        return error_out_of_memory(error);
    return same ? 0 : error_set(error, "%s differs between JSON and MessagePack", what);
}

static int verify_crate(const struct index *index, sqlite3_stmt *row, uint32_t expected_rank,
                        struct error *error)
{
    json_t *decoded;
    int64_t rank = sqlite3_column_int64(row, 0);
    if (rank != expected_rank || expected_rank > index_n_crates(index))
        return error_set(error, "the document of crate %" PRIu32 " is missing", expected_rank);
    struct index_crate crate;
    char what[sizeof "the document of crate 4294967295 ()" + INDEX_MAX_NAME_BYTES];
    index_crate(index, expected_rank, &crate);
    snprintf(what, sizeof what, "the document of crate %" PRIu32 " (%.*s)", expected_rank,
             (int)crate.name_length, crate.name);
    int result = compare_encodings(row, 1, what, &decoded, error);
    const json_t *name = json_object_get(decoded, "name");
    bool named = json_string_length(name) == crate.name_length &&
                 memcmp(json_string_value(name), crate.name, crate.name_length) == 0;
    json_decref(decoded);
    if (result == 0 && !named)
        result = error_set(error, "%s has another name", what);
    return result;
}

static int verify_pages(sqlite3 *database, struct error *error)
{
    sqlite3_stmt *select = database_prepare(
        database, "SELECT name, json, msgpack FROM pages WHERE name = 'summary'", error);
    if (select == NULL)
        return -1;
    int found = database_step(select, error);
    json_t *decoded = NULL;
    int result = found < 0 ? -1 : 0;
    if (found == 0)
        result = error_set(error, "the page summary is missing");
    else if (found == 1)
        result = compare_encodings(select, 1, "the page summary", &decoded, error);
    json_decref(decoded);
    sqlite3_finalize(select);
    return result;
}

int verify_documents(const struct index *index, sqlite3 *database, struct error *error)
{
    sqlite3_stmt *select = database_prepare(
        database, "SELECT rank, json, msgpack FROM documents ORDER BY rank", error);
    if (select == NULL)
        return -1;
    uint32_t n_documents = 0;
    int found;
    while ((found = database_step(select, error)) == 1) {
        if (verify_crate(index, select, ++n_documents, error) != 0) {
            found = -1;
            break;
        }
    }
    sqlite3_finalize(select);
    if (found != 0)
        return -1;
    if (n_documents != index_n_crates(index))
        return error_set(error, "%" PRIu32 " crates have no document",
                         index_n_crates(index) - n_documents);
    return verify_pages(database, error);
}
