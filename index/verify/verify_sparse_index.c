/* Walks the crates by rank with a reader of their own texts, and compares with `versions`. */
#include "index/verify/verify_sparse_index.h"

#include "index/base/database.h"
#include "index/base/json_text.h"

#include <cratedex/index_file.h>
#include <cratedex/index_reader.h>
#include <cratedex/sparse_index.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

struct sparse_check {
    const struct index *index;
    struct index_reader *reader;
    sqlite3_stmt *versions; /* id of the crate → numbers */
    msgpack_sbuffer text;
};

/* Dumps that were not checked have a number twice: both versions have a line. */
static int count_number(json_t *numbers, const char *number, int difference)
{
    json_int_t count = json_integer_value(json_object_get(numbers, number)) + difference;
    if (count < 0 || number == NULL)
        return -1;
    return count == 0 ? json_object_del(numbers, number)
                      : json_object_set_new(numbers, number, json_integer(count));
}

/* The members of a line that say whose it is. `error` is transient where memory ran out. */
static bool line_is(const char *line, size_t length, const struct index_crate *crate,
                    json_t *numbers, struct error *error)
{
    json_t *object = json_text_read(line, length, JSON_REJECT_DUPLICATES, error);
    const json_t *name = json_object_get(object, "name");
    const char *number = json_string_value(json_object_get(object, "vers"));
    bool is_right = json_string_length(name) == crate->name_length &&
                    memcmp(json_string_value(name), crate->name, crate->name_length) == 0 &&
                    count_number(numbers, number, -1) == 0;
    json_decref(object);
    return is_right;
}

/* How many versions have which number, as an object: a new reference; NULL on failure. */
static json_t *read_numbers(struct sparse_check *check, int64_t crate_id, struct error *error)
{
    json_t *numbers = json_object();
    int found = numbers == NULL ? error_out_of_memory(error) : 0;
    sqlite3_bind_int64(check->versions, 1, crate_id);
    while (found == 0 && (found = database_step(check->versions, error)) == 1) {
        const char *number = (const char *)sqlite3_column_text(check->versions, 0);
        found = count_number(numbers, number, 1) == 0 ? 0 : error_out_of_memory(error);
    }
    sqlite3_reset(check->versions);
    if (found == 0)
        return numbers;
    json_decref(numbers);
    return NULL;
}

/* Every line is one of `numbers`, and none is left. `error` is transient where memory ran out. */
static bool has_lines_of(const msgpack_sbuffer *text, const struct index_crate *crate,
                         json_t *numbers, struct error *error)
{
    size_t at = 0;
    while (at < text->size) {
        const char *line = text->data + at;
        const char *end = memchr(line, '\n', text->size - at);
        if (end == NULL || !line_is(line, (size_t)(end - line), crate, numbers, error))
            return false;
        at += (size_t)(end - line) + 1;
    }
    return json_object_size(numbers) == 0;
}

static int check_crate(struct sparse_check *check, uint32_t rank, int64_t crate_id,
                       struct error *error)
{
    struct index_crate crate;
    int64_t last_modified;
    index_crate(check->index, rank, &crate);
    check->text.size = 0;
    if (sparse_index_read(check->reader, rank, &check->text, &last_modified, error) < 0)
        return error_prefix(error, "crate %.*s: ", (int)crate.name_length, crate.name);
    json_t *numbers = read_numbers(check, crate_id, error);
    if (numbers == NULL)
        return -1;
    error->is_transient = false;
    bool is_right = has_lines_of(&check->text, &crate, numbers, error);
    json_decref(numbers);
    if (!is_right && error->is_transient)
        return -1;
    return is_right ? 0
                    : error_set(error, "the sparse-index text of %.*s does not fit its versions",
                                (int)crate.name_length, crate.name);
}

static int check_crates(struct sparse_check *check, sqlite3 *database, struct error *error)
{
    sqlite3_stmt *crates =
        database_prepare(database, "SELECT rank, id FROM crates ORDER BY rank", error);
    check->versions =
        database_prepare(database, "SELECT num FROM versions WHERE crate_id = ?1", error);
    int found = crates == NULL || check->versions == NULL ? -1 : 0;
    while (found == 0 && (found = database_step(crates, error)) == 1) {
        int64_t rank = sqlite3_column_int64(crates, 0);
        if (rank < 1 || rank > index_n_crates(check->index))
            found = error_set(error, "there is no crate %" PRId64, rank);
        else
            found = check_crate(check, (uint32_t)rank, sqlite3_column_int64(crates, 1), error);
    }
    sqlite3_finalize(check->versions);
    sqlite3_finalize(crates);
    return found;
}

int verify_sparse_index(const struct index *index, sqlite3 *database, struct error *error)
{
    int64_t n_strangers = 0;
    struct sparse_check check = {.index = index};
    if (database_integer(database,
                         "SELECT count(*) FROM sparse_index WHERE rank NOT IN"
                         " (SELECT rank FROM crates)",
                         &n_strangers, error) != 0)
        return -1;
    if (n_strangers > 0)
        return error_set(error, "%" PRId64 " sparse-index texts belong to no crate", n_strangers);
    check.reader = index_reader_open(index, error);
    if (check.reader == NULL)
        return -1;
    msgpack_sbuffer_init(&check.text);
    int result = check_crates(&check, database, error);
    msgpack_sbuffer_destroy(&check.text);
    index_reader_close(check.reader);
    return result;
}
