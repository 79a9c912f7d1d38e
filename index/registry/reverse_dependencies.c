/* The order was computed when the index was built (build_dependents.c): a page is a range of its
   places, and the highest place is the total. Each row is stepped over once for its dependency and
   once more for its version. */
#include <cratedex/reverse_dependencies.h>

#include "index/base/database.h"
#include "index/encode/row_document.h"
#include "index/segment/open_reader.h"

#include <cratedex/crate_fragment.h>
#include <cratedex/index_file.h>
#include <cratedex/version_document.h>

/* One page. */
struct page {
    struct index_reader *reader;
    uint32_t rank;
    uint32_t offset;
    uint32_t n;
};

/* The columns behind those of the dependency, and one of it. */
#define COLUMN_DEPENDENT DEPENDENCY_MEMBERS
#define COLUMN_VERSION_ID 1

static sqlite3_stmt *select_page(const struct page *page, struct error *error)
{
    static const char *const text = "SELECT " DEPENDENCY_COLUMNS(
        "crates.name",
        "dependents.downloads") ", dependent FROM"
                                " reverse_dependencies AS reverse CROSS JOIN crates ON "
                                "crates.rank = reverse.rank"
                                " CROSS JOIN dependencies ON dependencies.id = dependency_id"
                                " CROSS JOIN crates AS dependents ON dependents.rank = dependent"
                                " WHERE reverse.rank = ?1 AND place > ?2 ORDER BY place LIMIT ?3";
    sqlite3_stmt *select = reader_statement(page->reader, text, error);
    if (select == NULL)
        return NULL;
    sqlite3_bind_int64(select, 1, page->rank);
    sqlite3_bind_int64(select, 2, page->offset);
    sqlite3_bind_int64(select, 3, page->n);
    return select;
}

static int count(struct index_reader *reader, uint32_t rank, uint32_t *total, struct error *error)
{
    static const char *const text = "SELECT max(place) FROM reverse_dependencies WHERE rank = ?1";
    sqlite3_stmt *select = reader_statement(reader, text, error);
    if (select == NULL)
        return -1;
    sqlite3_bind_int64(select, 1, rank);
    int found = database_step(select, error);
    if (found == 1)
        *total = (uint32_t)sqlite3_column_int64(select, 0);
    sqlite3_reset(select);
    return found == 1 ? 0 : -1;
}

static int encode_dependency(const struct page *page, sqlite3_stmt *row, struct encoder *encoder,
                             struct error *error)
{
    (void)page;
    (void)error;
    row_document(row, 0, dependency_members, DEPENDENCY_MEMBERS, encoder);
    return 0;
}

static int encode_version(const struct page *page, sqlite3_stmt *row, struct encoder *encoder,
                          struct error *error)
{
    int64_t dependent = sqlite3_column_int64(row, COLUMN_DEPENDENT);
    if (dependent < 1 || dependent > index_n_crates(page->reader->index))
        return error_set(error, "index file: a reverse dependency of no crate");
    return index_reader_encode_version(page->reader, (uint32_t)dependent,
                                       sqlite3_column_int64(row, COLUMN_VERSION_ID), encoder,
                                       error);
}

typedef int row_function(const struct page *page, sqlite3_stmt *row, struct encoder *encoder,
                         struct error *error);

static int encode_rows(const struct page *page, const char *key, row_function *encode_row,
                       struct encoder *encoder, struct error *error)
{
    sqlite3_stmt *select = select_page(page, error);
    if (select == NULL)
        return -1;
    encoder_key(encoder, key);
    encoder_array(encoder, page->n);
    int found;
    while ((found = database_step(select, error)) == 1) {
        if (encode_row(page, select, encoder, error) != 0) {
            found = -1;
            break;
        }
    }
    sqlite3_reset(select);
    encoder_end_array(encoder);
    return found;
}

int index_reader_encode_reverse_dependencies(struct index_reader *reader, uint32_t rank,
                                             uint32_t offset, uint32_t limit,
                                             struct encoder *encoder, struct error *error)
{
    struct page page = {.reader = reader, .rank = rank, .offset = offset};
    uint32_t total = 0;
    if (count(reader, rank, &total, error) != 0)
        return -1;
    if (offset < total)
        page.n = total - offset < limit ? total - offset : limit;
    encoder_object(encoder, 3);
    if (encode_rows(&page, "dependencies", encode_dependency, encoder, error) != 0 ||
        encode_rows(&page, "versions", encode_version, encoder, error) != 0)
        return -1;
    encoder_key(encoder, "meta");
    encoder_object(encoder, 1);
    encoder_member_integer(encoder, "total", page.n > 0 ? total : 0);
    encoder_end_object(encoder);
    encoder_end_object(encoder);
    return 0;
}
