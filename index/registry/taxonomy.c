/* Pages of keywords are read along an index of the file, so that only OFFSET costs: it steps over
   what stands before the page. Categories are few and the registry does not add many: they are
   scanned. */
#include <cratedex/taxonomy.h>

#include "index/base/database.h"
#include "index/segment/reader_rows.h"

/* A statement that selects a page and the number of its rows. */
#define PAGE_OF(select) "SELECT *, count(*) OVER () FROM (" select " LIMIT ?1 OFFSET ?2)"
#define KEYWORD_ROW "SELECT " KEYWORD_COLUMNS " FROM keywords"
#define TOP_CATEGORY_ROW                                                                           \
    "SELECT " CATEGORY_COLUMNS_WITH_BELOW " FROM categories WHERE instr(slug, '::') = 0"

int keywords_count(struct index_reader *reader, int64_t *n_keywords, struct error *error)
{
    return reader_count(reader, "SELECT count(*) FROM keywords", n_keywords, error);
}

int keywords_encode(struct index_reader *reader, enum taxonomy_order order, uint32_t limit,
                    uint64_t offset, struct encoder *encoder, struct error *error)
{
    static const char *const pages[] = {
        [TAXONOMY_ALPHABETICAL] = PAGE_OF(KEYWORD_ROW " ORDER BY keyword"),
        [TAXONOMY_CRATES] = PAGE_OF(KEYWORD_ROW " ORDER BY crates_cnt DESC, keyword"),
    };
    return reader_encode_rows(reader, pages[order], limit, (int64_t)offset, keyword_members,
                              KEYWORD_MEMBERS, encoder, error);
}

int keyword_encode(struct index_reader *reader, const char *keyword, size_t length,
                   struct encoder *encoder, struct error *error)
{
    return reader_encode_row(reader, KEYWORD_ROW " WHERE keyword = ?1", keyword, length,
                             keyword_members, KEYWORD_MEMBERS, encoder, error);
}

int categories_count(struct index_reader *reader, int64_t *n_categories, struct error *error)
{
    return reader_count(reader, "SELECT count(*) FROM categories WHERE instr(slug, '::') = 0",
                        n_categories, error);
}

int categories_encode(struct index_reader *reader, enum taxonomy_order order, uint32_t limit,
                      uint64_t offset, struct encoder *encoder, struct error *error)
{
    static const char *const pages[] = {
        [TAXONOMY_ALPHABETICAL] = PAGE_OF(TOP_CATEGORY_ROW " ORDER BY category COLLATE NOCASE, id"),
        [TAXONOMY_CRATES] =
            PAGE_OF(TOP_CATEGORY_ROW " ORDER BY n_crates DESC, category COLLATE NOCASE, id"),
    };
    return reader_encode_rows(reader, pages[order], limit, (int64_t)offset, category_members,
                              CATEGORY_MEMBERS, encoder, error);
}

/* The array of the categories that a statement finds for the category ?1. */
static int encode_related(struct index_reader *reader, const char *key, const char *sql, int64_t id,
                          struct encoder *encoder, struct error *error)
{
    encoder_key(encoder, key);
    return reader_encode_rows(reader, sql, id, 0, category_members, CATEGORY_MEMBERS, encoder,
                              error);
}

int category_encode(struct index_reader *reader, const char *slug, size_t length,
                    struct encoder *encoder, struct error *error)
{
    static const char *const category =
        "SELECT " CATEGORY_COLUMNS ", id FROM categories WHERE slug = ?1";
    static const char *const right_below =
        "SELECT " CATEGORY_COLUMNS_WITH_BELOW
        ", count(*) OVER () FROM categories AS self CROSS JOIN categories"
        " ON categories.slug >= self.slug || '::' AND categories.slug < self.slug || ':;'"
        " AND instr(substr(categories.slug, length(self.slug) + 3), '::') = 0"
        " WHERE self.id = ?1 ORDER BY categories.category COLLATE NOCASE, categories.id";
    static const char *const all_above =
        "SELECT " CATEGORY_COLUMNS_WITH_BELOW
        ", count(*) OVER () FROM categories AS self CROSS JOIN categories"
        " ON substr(self.slug, 1, length(categories.slug) + 2) = categories.slug || '::'"
        " WHERE self.id = ?1 ORDER BY length(categories.slug)";
    sqlite3_stmt *row = reader_statement(reader, category, error);
    if (row == NULL)
        return -1;
    sqlite3_bind_text64(row, 1, slug, length, SQLITE_STATIC, SQLITE_UTF8);
    int found = database_step(row, error);
    int64_t id = 0;
    if (found == 1) {
        encoder_object(encoder, CATEGORY_MEMBERS + 2);
        row_document_members(row, 0, category_members, CATEGORY_MEMBERS, encoder);
        id = sqlite3_column_int64(row, CATEGORY_MEMBERS);
    }
    sqlite3_reset(row);
    if (found != 1)
        return found;
    if (encode_related(reader, "subcategories", right_below, id, encoder, error) != 0 ||
        encode_related(reader, "parent_categories", all_above, id, encoder, error) != 0)
        return -1;
    encoder_end_object(encoder);
    return 1;
}

int category_slugs_encode(struct index_reader *reader, struct encoder *encoder, struct error *error)
{
    static const struct row_member members[] = {
        {"id", ROW_VALUE}, {"slug", ROW_VALUE}, {"description", ROW_VALUE}};
    return reader_encode_rows(
        reader, "SELECT slug, slug, description, count(*) OVER () FROM categories ORDER BY slug", 0,
        0, members, sizeof members / sizeof *members, encoder, error);
}
