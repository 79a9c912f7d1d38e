/* Who is on the page is found first (dependents.c); each of them is then read twice, once for its
   dependency and once for its version. */
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
};

#define COLUMN_VERSION_ID 1

/* The row of a dependency, which has the members' columns; to be reset. NULL where there is none. */
static sqlite3_stmt *select_dependency(const struct page *page, const struct dependent *dependent,
                                       struct error *error)
{
    static const char *const text = "SELECT " DEPENDENCY_COLUMNS(
        "crates.name", "dependents.downloads") " FROM dependencies"
                                               " JOIN crates ON crates.rank = ?3"
                                               " JOIN crates AS dependents ON dependents.rank = ?2"
                                               " WHERE dependencies.id = ?1";
    sqlite3_stmt *select = reader_statement(page->reader, text, error);
    if (select == NULL)
        return NULL;
    sqlite3_bind_int64(select, 1, dependent->dependency_id);
    sqlite3_bind_int64(select, 2, dependent->rank);
    sqlite3_bind_int64(select, 3, page->rank);
    int found = database_step(select, error);
    if (found == 1)
        return select;
    sqlite3_reset(select);
    if (found == 0)
        error_set(error, "index file: a reverse dependency that is none");
    return NULL;
}

static int encode_dependency(const struct page *page, const struct dependent *dependent,
                             struct encoder *encoder, struct error *error)
{
    sqlite3_stmt *row = select_dependency(page, dependent, error);
    if (row == NULL)
        return -1;
    row_document(row, 0, dependency_members, DEPENDENCY_MEMBERS, encoder);
    sqlite3_reset(row);
    return 0;
}

static int encode_version(const struct page *page, const struct dependent *dependent,
                          struct encoder *encoder, struct error *error)
{
    sqlite3_stmt *row = select_dependency(page, dependent, error);
    if (row == NULL)
        return -1;
    int64_t version_id = sqlite3_column_int64(row, COLUMN_VERSION_ID);
    sqlite3_reset(row);
    return index_reader_encode_version(page->reader, dependent->rank, version_id, encoder, error);
}

typedef int encode_function(const struct page *page, const struct dependent *dependent,
                            struct encoder *encoder, struct error *error);

static int encode_each(const struct page *page, const char *key, encode_function *encode,
                       struct encoder *encoder, struct error *error)
{
    encoder_key(encoder, key);
    encoder_array(encoder, page->dependents.n);
    for (uint32_t i = 0; i < page->dependents.n; i++) {
        if (encode(page, &page->dependents.page[i], encoder, error) != 0)
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
    if (encode_each(&page, "dependencies", encode_dependency, encoder, error) != 0 ||
        encode_each(&page, "versions", encode_version, encoder, error) != 0)
        return -1;
    encoder_key(encoder, "meta");
    encoder_object(encoder, 1);
    encoder_member_integer(encoder, "total", page.dependents.n > 0 ? page.dependents.total : 0);
    encoder_end_object(encoder);
    encoder_end_object(encoder);
    return 0;
}
