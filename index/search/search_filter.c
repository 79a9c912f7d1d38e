/* Filters as bitmaps, joined by AND: the first one is built in place, each further one beside it
   and then intersected. SQLite says what a slug or a keyword is called by number, along an index;
   which crates belong to that is a list in memory. A letter is a range of the alphabetical order;
   yanked crates are marked when the index is opened. */
#include "index/search/search_filter.h"

#include "index/base/bitmap.h"
#include "index/base/database.h"
#include "index/base/partition_point.h"

#include <cratedex/canonical_name.h>
#include <cratedex/index_file.h>
#include <cratedex/utf8.h>
#include <string.h>

static void mark_members(const struct index *index, enum membership kind, int64_t id,
                         uint64_t *bitmap)
{
    struct membership_list list = memberships_of(&index->memberships, kind, id);
    for (uint32_t i = 0; i < list.n; i++)
        bitmap_set(bitmap, list.ranks[i]);
}

/* The category and all below it: slugs from `slug::` on, for `;` is what comes after `:`. */
static const char category_ids_sql[] =
    "SELECT id FROM categories WHERE slug = ?1 UNION ALL"
    " SELECT id FROM categories WHERE slug >= ?1 || '::' AND slug < ?1 || ':;'";
static const char keyword_id_sql[] = "SELECT id FROM keywords WHERE keyword = ?1";

/* Marks the crates of everything that a statement finds by a text. */
static int mark_text(struct index_reader *reader, enum membership kind, const char *sql,
                     struct search_string text, uint64_t *bitmap, struct error *error)
{
    sqlite3_stmt *ids = reader_statement(reader, sql, error);
    if (ids == NULL)
        return -1;
    sqlite3_bind_text(ids, 1, text.data, (int)text.length, SQLITE_STATIC);
    int found;
    while ((found = database_step(ids, error)) == 1)
        mark_members(reader->index, kind, sqlite3_column_int64(ids, 0), bitmap);
    sqlite3_reset(ids);
    return found;
}

struct letter {
    const struct index *index;
    const char *bytes;
    size_t length;
};

/* Compares the name at a place in the alphabetical order with the letter, as far as that goes: 0
   where it begins with it. */
static int compare_beginning(const struct letter *letter, uint32_t place)
{
    const struct index *index = letter->index;
    size_t length;
    const char *name = index_canonical_name(
        index, index->columns.orders[CRATE_ORDER_ALPHABETICAL][place], &length);
    int order = memcmp(name, letter->bytes, length < letter->length ? length : letter->length);
    return order == 0 && length < letter->length ? -1 : order;
}

static bool is_before_letter(const void *letter, uint32_t place)
{
    return compare_beginning(letter, place) < 0;
}

static bool is_not_beyond_letter(const void *letter, uint32_t place)
{
    return compare_beginning(letter, place) <= 0;
}

static void mark_letter(const struct index *index, struct search_string text, uint64_t *bitmap)
{
    char bytes[8];
    struct letter letter = {index, bytes, utf8_first_character(text.data, text.length)};
    if (letter.length > sizeof bytes)
        return;
    canonical_name(bytes, text.data, letter.length);
    uint32_t n = index->columns.n_crates;
    uint32_t begin = partition_point(0, n, is_before_letter, &letter);
    uint32_t end = partition_point(begin, n, is_not_beyond_letter, &letter);
    for (uint32_t i = begin; i < end; i++)
        bitmap_set(bitmap, index->columns.orders[CRATE_ORDER_ALPHABETICAL][i]);
}

static void mark_names(const struct index *index, const struct search_query *query,
                       uint64_t *bitmap)
{
    for (size_t i = 0; i < query->n_names; i++) {
        uint32_t rank = index_find_exact(index, query->names[i].data, query->names[i].length);
        if (rank != 0)
            bitmap_set(bitmap, rank);
    }
}

/* The bitmap that is being built. */
struct filter_builder {
    struct search *search;
    size_t n_words;
    bool has_any;
};

/* An empty bitmap for the next filter. */
static uint64_t *next_bitmap(struct filter_builder *builder)
{
    uint64_t *bitmap = builder->has_any ? builder->search->selected : builder->search->filter;
    bitmap_reset(bitmap, builder->n_words);
    return bitmap;
}

static void intersect(struct filter_builder *builder, const uint64_t *bitmap)
{
    if (builder->has_any) {
        for (size_t i = 0; i < builder->n_words; i++)
            builder->search->filter[i] &= bitmap[i];
    } else if (bitmap != builder->search->filter) {
        memcpy(builder->search->filter, bitmap, builder->n_words * sizeof *bitmap);
    }
    builder->has_any = true;
}

int search_filter_build(struct search *search, const struct search_query *query,
                        const uint64_t **filter, struct error *error)
{
    struct index_reader *reader = search->reader;
    const struct index *index = search->index;
    struct filter_builder builder = {search, bitmap_n_words(index->columns.n_crates + 1), false};
    if (query->category.data != NULL) {
        uint64_t *bitmap = next_bitmap(&builder);
        if (mark_text(reader, MEMBERSHIP_CATEGORY, category_ids_sql, query->category, bitmap,
                      error) != 0)
            return -1;
        intersect(&builder, bitmap);
    }
    for (size_t i = 0; i < query->n_keywords; i++) {
        uint64_t *bitmap = next_bitmap(&builder);
        if (mark_text(reader, MEMBERSHIP_KEYWORD, keyword_id_sql, query->keywords[i], bitmap,
                      error) != 0)
            return -1;
        intersect(&builder, bitmap);
    }
    if (query->letter.data != NULL && query->letter.length > 0) {
        uint64_t *bitmap = next_bitmap(&builder);
        mark_letter(index, query->letter, bitmap);
        intersect(&builder, bitmap);
    }
    if (query->by_user || query->by_team) {
        uint64_t *bitmap = next_bitmap(&builder);
        if (query->by_user)
            mark_members(index, MEMBERSHIP_USER, query->user_id, bitmap);
        else
            mark_members(index, MEMBERSHIP_TEAM, query->team_id, bitmap);
        intersect(&builder, bitmap);
    }
    if (query->by_names) {
        uint64_t *bitmap = next_bitmap(&builder);
        mark_names(index, query, bitmap);
        intersect(&builder, bitmap);
    }
    if (query->leave_out_yanked)
        intersect(&builder, index->not_yanked);
    *filter = builder.has_any ? search->filter : NULL;
    return 0;
}
