/* The crate's object is made from its row, for it says more and other things than the one of lists. The
   arrays inside of it and the three beside it come from the same set of versions and the same rows. A
   page takes one row, a set of versions, and a few rows of keywords and categories. */
#include <cratedex/crate_page.h>

#include <cratedex/version_document.h>
#include <cratedex/version_lookup.h>

#include "index/crate_document.h"
#include "index/database.h"
#include "index/open_index.h"
#include "index/row_document.h"
#include "index/version_set.h"

#include <string.h>

/* Keywords, or categories: rows whose first column is what the crate's object has of them. */
struct page_list {
    const char *key;
    const char *sql; /* static: see reader_statement */
    const struct row_member *members;
    uint32_t n_members;
};

static const struct page_list keyword_list = {
    "keywords",
    "SELECT " KEYWORD_COLUMNS " FROM crates_keywords JOIN keywords ON keywords.id = keyword_id"
    " WHERE rank = ?1 ORDER BY keyword_id",
    keyword_members, KEYWORD_MEMBERS};

static const struct page_list category_list = {
    "categories",
    "SELECT " CATEGORY_COLUMNS " FROM crates_categories JOIN categories"
    " ON categories.id = category_id WHERE rank = ?1 ORDER BY category_id",
    category_members, CATEGORY_MEMBERS};

struct page {
    struct index_reader *reader;
    uint32_t rank;
    unsigned components;
    struct version_set versions;
    msgpack_sbuffer ids; /* the three arrays of the crate's object, one behind the other */
    uint32_t n_keywords;
    uint32_t n_categories;
};

/* What is done with each row of a list. */
typedef void row_function(sqlite3_stmt *row, const struct page_list *list, struct encoder *encoder);

static void skip_row(sqlite3_stmt *row, const struct page_list *list, struct encoder *encoder)
{
    (void)row;
    (void)list;
    (void)encoder;
}

static void encode_name(sqlite3_stmt *row, const struct page_list *list, struct encoder *encoder)
{
    (void)list;
    encoder_text(encoder, (const char *)sqlite3_column_text(row, 0));
}

static void encode_object(sqlite3_stmt *row, const struct page_list *list, struct encoder *encoder)
{
    row_document(row, 0, list->members, list->n_members, encoder);
}

static int for_each_row(struct page *page, const struct page_list *list, row_function *on_row,
                        struct encoder *encoder, uint32_t *n_rows, struct error *error)
{
    sqlite3_stmt *select = reader_statement(page->reader, list->sql, error);
    if (select == NULL)
        return -1;
    sqlite3_bind_int64(select, 1, page->rank);
    int found;
    *n_rows = 0;
    while ((found = database_step(select, error)) == 1) {
        on_row(select, list, encoder);
        ++*n_rows;
    }
    sqlite3_reset(select);
    return found;
}

static int encode_names(struct page *page, const struct page_list *list, enum encoding encoding,
                        uint32_t *n_rows, size_t *size, struct error *error)
{
    struct encoder encoder;
    size_t start = page->ids.size;
    if (for_each_row(page, list, skip_row, NULL, n_rows, error) != 0)
        return -1;
    encoder_init(&encoder, encoding, &page->ids);
    encoder_array(&encoder, *n_rows);
    if (for_each_row(page, list, encode_name, &encoder, n_rows, error) != 0)
        return -1;
    encoder_end_array(&encoder);
    *size = page->ids.size - start;
    return encoder_finish(&encoder, error);
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
    if ((page->components & CRATE_VERSIONS) != 0 &&
        encode_version_ids(page, encoding, &document->versions.size, error) != 0)
        return -1;
    if ((page->components & CRATE_KEYWORDS) != 0 &&
        encode_names(page, &keyword_list, encoding, &page->n_keywords, &document->keywords.size,
                     error) != 0)
        return -1;
    if ((page->components & CRATE_CATEGORIES) != 0 &&
        encode_names(page, &category_list, encoding, &page->n_categories,
                     &document->categories.size, error) != 0)
        return -1;
    const char *at = page->ids.data;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        if (values[i]->size == 0)
            continue;
        values[i]->bytes = at;
        at += values[i]->size;
    }
    return 0;
}

static const char *text_of(sqlite3_stmt *row, int column)
{
    return (const char *)sqlite3_column_text(row, column);
}

/* The crate as the row has it. Texts are the row's. */
static void read_crate(const struct page *page, sqlite3_stmt *row, struct crate_document *document)
{
    bool has_versions = (page->components & CRATE_VERSIONS) != 0;
    int64_t recent_downloads = sqlite3_column_int64(row, 8);
    *document = (struct crate_document){
        .name = text_of(row, 0),
        .description = text_of(row, 1),
        .homepage = text_of(row, 2),
        .documentation = text_of(row, 3),
        .repository = text_of(row, 4),
        .created_at = text_of(row, 5),
        .updated_at = text_of(row, 6),
        .downloads = sqlite3_column_int64(row, 7),
        .recent_downloads = recent_downloads,
        .has_recent_downloads = (page->components & CRATE_DOWNLOADS) != 0 && recent_downloads != 0,
        .n_versions = sqlite3_column_int64(row, 9),
        .is_yanked = sqlite3_column_int(row, 10) != 0,
        .default_version = text_of(row, 11),
        .max_version = has_versions ? text_of(row, 12) : NULL,
        .max_stable_version = has_versions ? text_of(row, 13) : NULL,
        .newest_version = has_versions ? text_of(row, 14) : NULL,
        .trustpub_only = sqlite3_column_int(row, 15) != 0,
    };
}

static int encode_list(struct page *page, const struct page_list *list, bool is_included,
                       uint32_t n_rows, struct encoder *encoder, struct error *error)
{
    encoder_key(encoder, list->key);
    if (!is_included) {
        encoder_null(encoder);
        return 0;
    }
    encoder_array(encoder, n_rows);
    if (for_each_row(page, list, encode_object, encoder, &n_rows, error) != 0)
        return -1;
    encoder_end_array(encoder);
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
    if ((page->components & CRATE_VERSIONS) != 0) {
        encoder_array(encoder, page->versions.n);
        for (uint32_t i = 0; i < page->versions.n; i++) {
            size_t size;
            const void *bytes = version_set_document(&page->versions, i, &size);
            encoder_fragment(encoder, bytes, size);
        }
        encoder_end_array(encoder);
        return 0;
    }
    if ((page->components & CRATE_DEFAULT_VERSION) != 0)
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
        encode_list(page, &keyword_list, (page->components & CRATE_KEYWORDS) != 0, page->n_keywords,
                    encoder, error) != 0 ||
        encode_list(page, &category_list, (page->components & CRATE_CATEGORIES) != 0,
                    page->n_categories, encoder, error) != 0)
        return -1;
    encoder_end_object(encoder);
    return 0;
}

int index_reader_encode_crate_page(struct index_reader *reader, uint32_t rank, unsigned components,
                                   struct encoder *encoder, struct error *error)
{
    static const char *const text =
        "SELECT name, description, homepage, documentation, repository, created_at, updated_at,"
        " downloads, recent_downloads, num_versions, yanked, default_version, max_version,"
        " max_stable_version, newest_version, trustpub_only FROM crates WHERE rank = ?1";
    struct page page = {.reader = reader, .rank = rank, .components = components};
    if ((components & CRATE_VERSIONS) != 0 &&
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
