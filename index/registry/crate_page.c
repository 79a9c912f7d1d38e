/* The crate's object is made from its row, for it says more and other things than the one of lists.
   The arrays inside of it and the three beside it come from the same set of versions and the same
   rows. A page takes one row, a set of versions, and a few rows of keywords and categories. */
#include <cratedex/crate_page.h>

#include "index/base/database.h"
#include "index/registry/crate_document.h"
#include "index/registry/version_set.h"
#include "index/segment/open_reader.h"
#include "index/segment/reader_rows.h"

#include <cratedex/crate_fragment.h>
#include <cratedex/version_document.h>
#include <cratedex/version_lookup.h>
#include <string.h>

/* Keywords, or categories: rows whose first column is what the crate's object has of them, and
   whose last is how many rows there are: counted once, where a window function would make every row
   wait. */
struct page_list {
    const char *key;
    unsigned component;
    const char *sql; /* static: see reader_statement */
    const struct row_member *members;
    uint32_t n_members;
};

static const struct page_list keyword_list = {
    "keywords", CRATE_KEYWORDS,
    "SELECT " KEYWORD_COLUMNS ", (SELECT count(*) FROM crates_keywords WHERE rank = ?1)"
    " FROM crates_keywords"
    " JOIN keywords ON keywords.id = keyword_id WHERE rank = ?1 ORDER BY keyword_id",
    keyword_members, KEYWORD_MEMBERS};

static const struct page_list category_list = {
    "categories", CRATE_CATEGORIES,
    "SELECT " CATEGORY_COLUMNS ", (SELECT count(*) FROM crates_categories WHERE rank = ?1)"
    " FROM crates_categories"
    " JOIN categories ON categories.id = category_id WHERE rank = ?1 ORDER BY category_id",
    category_members, CATEGORY_MEMBERS};

struct page {
    struct index_reader *reader;
    uint32_t rank;
    unsigned components;
    struct version_set versions;
    msgpack_sbuffer ids; /* the three arrays of the crate's object, one behind the other */
};

static bool has(const struct page *page, unsigned component)
{
    return (page->components & component) != 0;
}

static int encode_names(struct page *page, const struct page_list *list, enum encoding encoding,
                        size_t *size, struct error *error)
{
    struct encoder encoder;
    size_t start = page->ids.size;
    sqlite3_stmt *select = reader_statement(page->reader, list->sql, error);
    if (select == NULL)
        return -1;
    sqlite3_bind_int64(select, 1, page->rank);
    encoder_init(&encoder, encoding, &page->ids);
    int found = database_step(select, error);
    encoder_array(&encoder,
                  found == 1 ? (uint32_t)sqlite3_column_int64(select, (int)list->n_members) : 0);
    for (; found == 1; found = database_step(select, error))
        encoder_text(&encoder, (const char *)sqlite3_column_text(select, 0));
    encoder_end_array(&encoder);
    sqlite3_reset(select);
    *size = page->ids.size - start;
    return found == 0 ? encoder_finish(&encoder, error) : -1;
}

static int encode_version_ids(struct page *page, enum encoding encoding, size_t *size,
                              struct error *error)
{
    struct encoder encoder;
    size_t start = page->ids.size;
    encoder_init(&encoder, encoding, &page->ids);
    encoder_array(&encoder, page->versions.n);
    for (uint32_t i = 0; i < page->versions.n; i++)
        encoder_integer(&encoder, page->versions.ids[i]);
    encoder_end_array(&encoder);
    *size = page->ids.size - start;
    return encoder_finish(&encoder, error);
}

/* Points the document's arrays to what was written, when the buffer moves no more. */
static int set_arrays(struct page *page, struct crate_document *document, enum encoding encoding,
                      struct error *error)
{
    struct encoded_value *values[] = {&document->versions, &document->keywords,
                                      &document->categories};
    if ((has(page, CRATE_VERSIONS) &&
         encode_version_ids(page, encoding, &document->versions.size, error) != 0) ||
        (has(page, CRATE_KEYWORDS) &&
         encode_names(page, &keyword_list, encoding, &document->keywords.size, error) != 0) ||
        (has(page, CRATE_CATEGORIES) &&
         encode_names(page, &category_list, encoding, &document->categories.size, error) != 0))
        return -1;
    const char *at = page->ids.data;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        if (values[i]->size == 0)
            continue;
        values[i]->bytes = at;
        at += values[i]->size;
    }
    return 0;
}

/* The columns behind CRATE_TEXT_COLUMNS. */
enum {
    COLUMN_DOWNLOADS = CRATE_TEXT_N_COLUMNS,
    COLUMN_RECENT_DOWNLOADS,
    COLUMN_NUM_VERSIONS,
    COLUMN_YANKED,
    COLUMN_TRUSTPUB_ONLY,
    COLUMN_DEFAULT_VERSION,
    COLUMN_MAX_VERSION,
    COLUMN_MAX_STABLE_VERSION,
    COLUMN_NEWEST_VERSION
};

/* The crate as the row has it. Texts are the row's. */
static void read_crate(const struct page *page, sqlite3_stmt *row, struct crate_document *document)
{
    *document = (struct crate_document){
        .downloads = sqlite3_column_int64(row, COLUMN_DOWNLOADS),
        .recent_downloads = sqlite3_column_int64(row, COLUMN_RECENT_DOWNLOADS),
        .n_versions = sqlite3_column_int64(row, COLUMN_NUM_VERSIONS),
        .is_yanked = sqlite3_column_int(row, COLUMN_YANKED) != 0,
        .trustpub_only = sqlite3_column_int(row, COLUMN_TRUSTPUB_ONLY) != 0,
        .default_version = (const char *)sqlite3_column_text(row, COLUMN_DEFAULT_VERSION),
    };
    crate_document_read_texts(document, row);
    document->has_recent_downloads =
        has(page, CRATE_DOWNLOADS) &&
        sqlite3_column_type(row, COLUMN_RECENT_DOWNLOADS) != SQLITE_NULL;
    if (!has(page, CRATE_VERSIONS))
        return;
    document->max_version = (const char *)sqlite3_column_text(row, COLUMN_MAX_VERSION);
    document->max_stable_version =
        (const char *)sqlite3_column_text(row, COLUMN_MAX_STABLE_VERSION);
    document->newest_version = (const char *)sqlite3_column_text(row, COLUMN_NEWEST_VERSION);
}

static int encode_list(struct page *page, const struct page_list *list, struct encoder *encoder,
                       struct error *error)
{
    encoder_key(encoder, list->key);
    if (has(page, list->component))
        return reader_encode_rows(page->reader, list->sql, page->rank, 0, list->members,
                                  list->n_members, encoder, error);
    encoder_null(encoder);
    return 0;
}

static int encode_default_version(struct page *page, const struct crate_document *document,
                                  struct encoder *encoder, struct error *error)
{
    const char *num = document->default_version;
    int64_t id = 0;
    int found = num == NULL
                    ? 0
                    : index_find_version(page->reader, page->rank, num, strlen(num), &id, error);
    if (found < 0)
        return -1;
    if (found == 0) {
        encoder_null(encoder);
        return 0;
    }
    encoder_array(encoder, 1);
    if (index_reader_encode_version(page->reader, page->rank, id, encoder, error) != 0)
        return -1;
    encoder_end_array(encoder);
    return 0;
}

static int encode_versions(struct page *page, const struct crate_document *document,
                           struct encoder *encoder, struct error *error)
{
    encoder_key(encoder, "versions");
    if (has(page, CRATE_VERSIONS)) {
        encoder_array(encoder, page->versions.n);
        for (uint32_t i = 0; i < page->versions.n; i++) {
            size_t size;
            const void *bytes = version_set_document(&page->versions, i, &size);
            encoder_fragment(encoder, bytes, size);
        }
        encoder_end_array(encoder);
        return 0;
    }
    if (has(page, CRATE_DEFAULT_VERSION))
        return encode_default_version(page, document, encoder, error);
    encoder_null(encoder);
    return 0;
}

static int encode_page(struct page *page, sqlite3_stmt *row, struct encoder *encoder,
                       struct error *error)
{
    struct crate_document document;
    read_crate(page, row, &document);
    if (set_arrays(page, &document, encoder->encoding, error) != 0)
        return -1;
    encoder_object(encoder, 4);
    encoder_key(encoder, "crate");
    crate_document_encode(&document, encoder);
    if (encode_versions(page, &document, encoder, error) != 0 ||
        encode_list(page, &keyword_list, encoder, error) != 0 ||
        encode_list(page, &category_list, encoder, error) != 0)
        return -1;
    encoder_end_object(encoder);
    return 0;
}

int index_reader_encode_crate_page(struct index_reader *reader, uint32_t rank, unsigned components,
                                   struct encoder *encoder, struct error *error)
{
    static const char *const text =
        "SELECT " CRATE_TEXT_COLUMNS ", downloads, recent_downloads, num_versions, yanked,"
        " trustpub_only, default_version, max_version, max_stable_version, newest_version"
        " FROM crates WHERE rank = ?1";
    struct page page = {.reader = reader, .rank = rank, .components = components};
    if (has(&page, CRATE_VERSIONS) &&
        version_set_open(reader, rank, encoder->encoding, &page.versions, error) != 0)
        return -1;
    sqlite3_stmt *select = reader_statement(reader, text, error);
    if (select == NULL)
        return -1;
    msgpack_sbuffer_init(&page.ids);
    sqlite3_bind_int64(select, 1, rank);
    int found = database_step(select, error);
    int result = found == 1 ? encode_page(&page, select, encoder, error) : -1;
    if (found == 0)
        error_set(error, "index file: a crate is missing");
    sqlite3_reset(select);
    msgpack_sbuffer_destroy(&page.ids);
    return result;
}
