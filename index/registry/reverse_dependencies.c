/* Who is on the page is found first (dependents.c). Each dependency says which version it belongs
   to, and the versions come behind all of them. */
#include <cratedex/reverse_dependencies.h>

#include "index/base/database.h"
#include "index/encode/row_document.h"
#include "index/registry/dependents.h"

#include <cratedex/version_document.h>

/* A page while it is written. */
struct page {
    struct index_reader *reader;
    uint32_t rank; /* of the crate that they depend on */
    struct dependents dependents;
    int64_t version_ids[DEPENDENTS_MAX_LIMIT];
};

#define COLUMN_VERSION_ID 1

/* Writes a dependency and notes its version. */
static int encode_dependency(struct page *page, uint32_t i, struct encoder *encoder,
                             struct error *error)
{
    static const char *const text = "SELECT " DEPENDENCY_COLUMNS(
        "crates.name", "dependents.downloads") " FROM dependencies"
                                               " JOIN crates ON crates.rank = ?3"
                                               " JOIN crates AS dependents ON dependents.rank = ?2"
                                               " WHERE dependencies.id = ?1";
    const struct dependent *dependent = &page->dependents.page[i];
    sqlite3_stmt *row = reader_statement(page->reader, text, error);
    if (row == NULL)
        return -1;
    sqlite3_bind_int64(row, 1, dependent->dependency_id);
    sqlite3_bind_int64(row, 2, dependent->rank);
    sqlite3_bind_int64(row, 3, page->rank);
    int found = database_step(row, error);
    if (found == 1) {
        row_document(row, 0, dependency_members, DEPENDENCY_MEMBERS, encoder);
        page->version_ids[i] = sqlite3_column_int64(row, COLUMN_VERSION_ID);
    }
    sqlite3_reset(row);
    if (found == 0)
        return error_set(error, "index file: a reverse dependency that is none");
    return found == 1 ? 0 : -1;
}

static int encode_dependencies(struct page *page, struct encoder *encoder, struct error *error)
{
    encoder_key(encoder, "dependencies");
    encoder_array(encoder, page->dependents.n);
    for (uint32_t i = 0; i < page->dependents.n; i++) {
        if (encode_dependency(page, i, encoder, error) != 0)
            return -1;
    }
    encoder_end_array(encoder);
    return 0;
}

static int encode_versions(struct page *page, struct encoder *encoder, struct error *error)
{
    encoder_key(encoder, "versions");
    encoder_array(encoder, page->dependents.n);
    for (uint32_t i = 0; i < page->dependents.n; i++) {
        if (index_reader_encode_version(page->reader, page->dependents.page[i].rank,
                                        page->version_ids[i], encoder, error) != 0)
            return -1;
    }
    encoder_end_array(encoder);
    return 0;
}

int index_reader_encode_reverse_dependencies(struct index_reader *reader,
                                             const struct dependents_query *query,
                                             struct encoder *encoder, struct error *error)
{
    struct page page = {.reader = reader, .rank = query->rank};
    if (dependents_find(&page.dependents, reader, query, error) != 0)
        return -1;
    encoder_object(encoder, 3);
    if (encode_dependencies(&page, encoder, error) != 0 ||
        encode_versions(&page, encoder, error) != 0)
        return -1;
    encoder_key(encoder, "meta");
    encoder_object(encoder, 1);
    encoder_member_integer(encoder, "total", page.dependents.n > 0 ? page.dependents.total : 0);
    encoder_end_object(encoder);
    encoder_end_object(encoder);
    return 0;
}
