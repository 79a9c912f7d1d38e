/* A column's type in SQLite decides how it is written: the tables hold what the dump had. */
#include "index/encode/row_document.h"

#include "index/base/database.h"
#include "index/encode/json_column.h"

const struct row_member user_members[USER_MEMBERS] = {{"id", ROW_VALUE},
                                                      {"login", ROW_VALUE},
                                                      {"name", ROW_VALUE},
                                                      {"avatar", ROW_VALUE},
                                                      {"url", ROW_VALUE},
                                                      {"created_at", ROW_VALUE},
                                                      {"github_username_matches", ROW_BOOLEAN}};

const struct row_member keyword_members[KEYWORD_MEMBERS] = {{"id", ROW_VALUE},
                                                            {"keyword", ROW_VALUE},
                                                            {"created_at", ROW_VALUE},
                                                            {"crates_cnt", ROW_VALUE}};

const struct row_member category_members[CATEGORY_MEMBERS] = {
    {"id", ROW_VALUE},          {"category", ROW_VALUE},   {"slug", ROW_VALUE},
    {"description", ROW_VALUE}, {"created_at", ROW_VALUE}, {"crates_cnt", ROW_VALUE}};

const struct row_member dependency_members[DEPENDENCY_MEMBERS] = {
    {"id", ROW_VALUE},         {"version_id", ROW_VALUE}, {"crate_id", ROW_VALUE},
    {"req", ROW_VALUE},        {"optional", ROW_BOOLEAN}, {"default_features", ROW_BOOLEAN},
    {"features", ROW_STRINGS}, {"target", ROW_VALUE},     {"kind", ROW_VALUE},
    {"downloads", ROW_VALUE},
};

static void encode_plain(sqlite3_stmt *row, int column, struct encoder *encoder)
{
    switch (sqlite3_column_type(row, column)) {
    case SQLITE_NULL:
        encoder_null(encoder);
        break;
    case SQLITE_INTEGER:
        encoder_integer(encoder, sqlite3_column_int64(row, column));
        break;
    case SQLITE_FLOAT:
        encoder_number(encoder, sqlite3_column_double(row, column));
        break;
    default:
        encoder_string(encoder, (const char *)sqlite3_column_text(row, column),
                       (size_t)sqlite3_column_bytes(row, column));
        break;
    }
}

static void encode_value(sqlite3_stmt *row, int column, enum row_value value,
                         struct encoder *encoder)
{
    bool is_null = sqlite3_column_type(row, column) == SQLITE_NULL;
    if (value == ROW_FEATURES) {
        const char *text = (const char *)sqlite3_column_text(row, column);
        if (text == NULL && !is_null)
            encoder_lack_memory(encoder);
        json_column_features(text, (size_t)sqlite3_column_bytes(row, column), encoder);
    } else if (value == ROW_STRINGS && !is_null) {
        const char *text = (const char *)sqlite3_column_text(row, column);
        if (text == NULL)
            encoder_lack_memory(encoder);
        json_column_strings(text, (size_t)sqlite3_column_bytes(row, column), encoder);
    } else if (value == ROW_BOOLEAN && !is_null) {
        encoder_boolean(encoder, sqlite3_column_int64(row, column) != 0);
    } else {
        encode_plain(row, column, encoder);
    }
}

void row_document_members(sqlite3_stmt *row, int first_column, const struct row_member *members,
                          uint32_t n_members, struct encoder *encoder)
{
    for (uint32_t i = 0; i < n_members; i++) {
        encoder_key(encoder, members[i].key);
        encode_value(row, first_column + (int)i, members[i].value, encoder);
    }
}

void row_document(sqlite3_stmt *row, int first_column, const struct row_member *members,
                  uint32_t n_members, struct encoder *encoder)
{
    encoder_object(encoder, n_members);
    row_document_members(row, first_column, members, n_members, encoder);
    encoder_end_object(encoder);
}

int row_document_array(sqlite3_stmt *rows, const struct row_member *members, uint32_t n_members,
                       struct encoder *encoder, struct error *error)
{
    int found = database_step(rows, error);
    encoder_array(encoder, found == 1 ? (uint32_t)sqlite3_column_int64(rows, (int)n_members) : 0);
    while (found == 1) {
        row_document(rows, 0, members, n_members, encoder);
        found = database_step(rows, error);
    }
    encoder_end_array(encoder);
    return found;
}
