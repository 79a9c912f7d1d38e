/* SQLite says what a slug or a keyword is called by number, along an index; which crates belong to
   that is a list in memory. */
#include "index/search/filter/filter_members.h"

#include "index/base/bitmap.h"
#include "index/base/database.h"

/* The category and all below it: slugs from `slug::` on, for `;` is what comes after `:`. */
static const char category_ids_sql[] =
    "SELECT id FROM categories WHERE slug = ?1 UNION ALL"
    " SELECT id FROM categories WHERE slug >= ?1 || '::' AND slug < ?1 || ':;'";
static const char keyword_id_sql[] = "SELECT id FROM keywords WHERE keyword = ?1";

void filter_members_keep(struct filter_set *set, const struct index *index, enum membership kind,
                         int64_t id)
{
    struct membership_list list = memberships_of(&index->memberships, kind, id);
    filter_set_keep_ranks(set, list.ranks, list.n);
}

/* Keeps the crates of any of the things that a statement finds by a text. */
static int keep_found(struct filter_set *set, struct index_reader *reader, enum membership kind,
                      const char *sql, struct search_string text, struct error *error)
{
    sqlite3_stmt *ids = reader_statement(reader, sql, error);
    if (ids == NULL)
        return -1;
    uint64_t *bitmap = filter_set_union(set);
    sqlite3_bind_text(ids, 1, text.data, (int)text.length, SQLITE_STATIC);
    int found;
    while ((found = database_step(ids, error)) == 1) {
        struct membership_list list =
            memberships_of(&reader->index->memberships, kind, sqlite3_column_int64(ids, 0));
        for (uint32_t i = 0; i < list.n; i++)
            bitmap_set(bitmap, list.ranks[i]);
    }
    sqlite3_reset(ids);
    filter_set_keep(set, bitmap);
    return found;
}

int filter_keyword_keep(struct filter_set *set, struct index_reader *reader,
                        struct search_string keyword, struct error *error)
{
    return keep_found(set, reader, MEMBERSHIP_KEYWORD, keyword_id_sql, keyword, error);
}

int filter_category_keep(struct filter_set *set, struct index_reader *reader,
                         struct search_string slug, struct error *error)
{
    return keep_found(set, reader, MEMBERSHIP_CATEGORY, category_ids_sql, slug, error);
}
