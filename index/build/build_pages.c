/* The page "summary": the homepage's lists, whole, in both encodings. Crates are copied from their
   documents. */
#include "index/build/build_pages.h"

#include "index/base/database.h"
#include "index/build/build_rows.h"
#include "index/encode/row_document.h"

#include <cratedex/encoder.h>

/* A list of crates: the ranks in order. */
struct crate_list {
    const char *key;
    const char *ranks_sql;
};

/* Times are text: without the `Z`, which is above the `.` of a fraction, they sort as times do. */
static const struct crate_list crate_lists[] = {
    {"new_crates",
     "SELECT rank FROM crates ORDER BY rtrim(created_at, 'Z') DESC, id DESC LIMIT 10"},
    {"most_downloaded", "SELECT rank FROM crates ORDER BY downloads DESC, id DESC LIMIT 10"},
    {"most_recently_downloaded", "SELECT rank FROM crates WHERE recent_downloads IS NOT NULL"
                                 " ORDER BY recent_downloads DESC, id DESC LIMIT 10"},
    {"just_updated", "SELECT rank FROM crates WHERE updated_at <> created_at"
                     " ORDER BY rtrim(updated_at, 'Z') DESC, id DESC LIMIT 10"},
};
#define N_CRATE_LISTS (sizeof crate_lists / sizeof *crate_lists)

static const char *const keywords_sql =
    "SELECT *, count(*) OVER () FROM (SELECT keyword, keyword, created_at, crates_cnt FROM keywords"
    " ORDER BY crates_cnt DESC, keyword LIMIT 10)";

/* A top-level category counts the crates of its subcategories too. */
static const char *const categories_sql =
    "SELECT *, count(*) OVER () FROM (SELECT " CATEGORY_COLUMNS_WITH_BELOW
    " FROM categories WHERE instr(slug, '::') = 0 ORDER BY n_crates DESC, slug LIMIT 10)";

struct page_writer {
    struct build *build;
    struct encoder encoder;
};

/* An array of as many elements as the statement has rows: MessagePack wants the number first. */
static int count_rows(struct build *build, const char *sql, uint32_t *n_rows, struct error *error)
{
    sqlite3_stmt *select = database_prepare(build->database, sql, error);
    if (select == NULL)
        return -1;
    int found;
    *n_rows = 0;
    while ((found = database_step(select, error)) == 1)
        ++*n_rows;
    sqlite3_finalize(select);
    return found;
}

static int encode_documents(struct page_writer *writer, const char *ranks_sql, struct error *error)
{
    sqlite3 *database = writer->build->database;
    sqlite3_stmt *ranks = database_prepare(database, ranks_sql, error);
    sqlite3_stmt *document = database_prepare(database,
                                              writer->encoder.encoding == ENCODING_JSON
                                                  ? "SELECT json FROM documents WHERE rank = ?1"
                                                  : "SELECT msgpack FROM documents WHERE rank = ?1",
                                              error);
    int found = ranks == NULL || document == NULL ? -1 : 0;
    while (found == 0 && (found = database_step(ranks, error)) == 1) {
        sqlite3_bind_int64(document, 1, sqlite3_column_int64(ranks, 0));
        found = database_step(document, error);
        if (found == 1) {
            const void *bytes = sqlite3_column_blob(document, 0);
            encoder_fragment(&writer->encoder, bytes, (size_t)sqlite3_column_bytes(document, 0));
            found = 0;
        }
        sqlite3_reset(document);
    }
    sqlite3_finalize(document);
    sqlite3_finalize(ranks);
    return found;
}

static int encode_objects(struct page_writer *writer, const char *key, const char *sql,
                          const struct row_member *members, uint32_t n_members, struct error *error)
{
    sqlite3_stmt *select = database_prepare(writer->build->database, sql, error);
    if (select == NULL)
        return -1;
    encoder_key(&writer->encoder, key);
    int result = row_document_array(select, members, n_members, &writer->encoder, error);
    sqlite3_finalize(select);
    return result;
}

static int encode_summary(struct page_writer *writer, struct error *error)
{
    struct build *build = writer->build;
    struct encoder *encoder = &writer->encoder;
    encoder_object(encoder, 4 + N_CRATE_LISTS);
    encoder_key(encoder, "num_downloads");
    encoder_integer(encoder, build->total_downloads);
    encoder_key(encoder, "num_crates");
    encoder_integer(encoder, build->n_crates);
    for (size_t i = 0; i < N_CRATE_LISTS; i++) {
        uint32_t n_rows;
        if (count_rows(build, crate_lists[i].ranks_sql, &n_rows, error) != 0)
            return -1;
        encoder_key(encoder, crate_lists[i].key);
        encoder_array(encoder, n_rows);
        if (encode_documents(writer, crate_lists[i].ranks_sql, error) != 0)
            return -1;
        encoder_end_array(encoder);
    }
    if (encode_objects(writer, "popular_keywords", keywords_sql, keyword_members, KEYWORD_MEMBERS,
                       error) != 0 ||
        encode_objects(writer, "popular_categories", categories_sql, category_members,
                       CATEGORY_MEMBERS, error) != 0)
        return -1;
    encoder_end_object(encoder);
    return encoder_finish(encoder, error);
}

/* The registry's own total where the dump gives one. */
static int find_total_downloads(struct build *build, struct error *error)
{
    return database_integer(build->database,
                            "SELECT coalesce((SELECT total_downloads FROM staged_metadata LIMIT 1),"
                            " (SELECT sum(downloads) FROM crates), 0)",
                            &build->total_downloads, error);
}

static int put_summary(struct build *build, const msgpack_sbuffer *encoded, struct error *error)
{
    const msgpack_sbuffer *json = &encoded[ENCODING_JSON];
    const msgpack_sbuffer *msgpack = &encoded[ENCODING_MESSAGEPACK];
    struct build_rows pages;
    int result = build_rows_open(&pages, build, "pages", error);
    if (result == 0) {
        sqlite3_bind_text(pages.statement, 1, "summary", -1, SQLITE_STATIC);
        sqlite3_bind_text(pages.statement, 2, json->data, (int)json->size, SQLITE_STATIC);
        sqlite3_bind_blob(pages.statement, 3, msgpack->data, (int)msgpack->size, SQLITE_STATIC);
        result = build_rows_put(&pages, 1, error);
    }
    build_rows_close(&pages);
    return result;
}

int build_write_pages(struct build *build, struct error *error)
{
    msgpack_sbuffer encoded[N_ENCODINGS];
    struct page_writer writer = {.build = build};
    int result = find_total_downloads(build, error);
    for (int i = 0; i < N_ENCODINGS; i++) {
        msgpack_sbuffer_init(&encoded[i]);
        encoder_init(&writer.encoder, (enum encoding)i, &encoded[i]);
        if (result == 0)
            result = encode_summary(&writer, error);
    }
    if (result == 0)
        result = put_summary(build, encoded, error);
    for (int i = 0; i < N_ENCODINGS; i++)
        msgpack_sbuffer_destroy(&encoded[i]);
    return result;
}
