/* Filters as bitmaps, joined by AND: the first one is built in place, each further one beside it and
   then intersected. Memberships come from the file's link tables, which are clustered by what is asked
   for; a letter is a range of the alphabetical order; yanked crates are marked when the index is
   opened. */
#include "index/base/bitmap.h"
#include "index/base/database.h"
#include "index/search/search_steps.h"

#include <cratedex/canonical_name.h>
#include <string.h>

/* Marks the ranks that a bound statement gives. */
static int mark_rows(const struct index *index, sqlite3_stmt *statement, uint64_t *bitmap,
                     struct error *error)
{
    int found;
    while ((found = database_step(statement, error)) == 1) {
        int64_t rank = sqlite3_column_int64(statement, 0);
        if (rank >= 1 && rank <= index->columns.n_crates)
            bitmap_set(bitmap, (uint32_t)rank);
    }
    sqlite3_reset(statement);
    return found;
}

static const char category_crates_sql[] =
    "SELECT rank FROM categories JOIN crates_categories ON category_id = id "
    "WHERE slug = ?1 OR substr(slug, 1, length(?1) + 2) = ?1 || '::'";
static const char keyword_crates_sql[] =
    "SELECT rank FROM keywords JOIN crates_keywords ON keyword_id = id WHERE keyword = ?1";
static const char owner_crates_sql[] =
    "SELECT rank FROM crate_owners WHERE owner_kind = ?1 AND owner_id = ?2";

static int mark_text(struct index_reader *reader, const char *sql, struct search_string text,
                     uint64_t *bitmap, struct error *error)
{
    sqlite3_stmt *statement = reader_statement(reader, sql, error);
    if (statement == NULL)
        return -1;
    sqlite3_bind_text(statement, 1, text.data, (int)text.length, SQLITE_STATIC);
    return mark_rows(reader->index, statement, bitmap, error);
}

static int mark_owner(struct index_reader *reader, int owner_kind, int64_t owner_id,
                      uint64_t *bitmap, struct error *error)
{
    sqlite3_stmt *statement = reader_statement(reader, owner_crates_sql, error);
    if (statement == NULL)
        return -1;
    sqlite3_bind_int(statement, 1, owner_kind);
    sqlite3_bind_int64(statement, 2, owner_id);
    return mark_rows(reader->index, statement, bitmap, error);
}

/* Bytes of the first character of valid UTF-8. */
static size_t first_character(struct search_string text)
{
    size_t length = 1;
    while (length < text.length && ((unsigned char)text.data[length] & 0xc0) == 0x80)
        length++;
    return length;
}

static void mark_letter(const struct index *index, struct search_string text, uint64_t *bitmap)
{
    const uint32_t *order = index->columns.orders[CRATE_ORDER_ALPHABETICAL];
    char letter[8];
    size_t length = first_character(text);
    if (length > sizeof letter)
        return;
    canonical_name(letter, text.data, length);
    uint32_t low = 0;
    uint32_t high = index->columns.n_crates;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        size_t name_length;
        const char *name = index_canonical_name(index, order[middle], &name_length);
        size_t shorter = name_length < length ? name_length : length;
        int compared = memcmp(name, letter, shorter);
        if (compared < 0 || (compared == 0 && name_length < length))
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < index->columns.n_crates; low++) {
        size_t name_length;
        const char *name = index_canonical_name(index, order[low], &name_length);
        if (name_length < length || memcmp(name, letter, length) != 0)
            break;
        bitmap_set(bitmap, order[low]);
    }
}

static void mark_names(const struct index *index, const struct search_query *query,
                       uint64_t *bitmap)
{
    for (size_t i = 0; i < query->n_names; i++) {
        struct search_string name = query->names[i];
        char canonical[256];
        const unsigned char *values;
        if (name.length > sizeof canonical)
            continue;
        canonical_name(canonical, name.data, name.length);
        uint32_t n_values = trie_find(&index->names, canonical, name.length, &values);
        for (uint32_t v = 0; v < n_values; v++) {
            struct index_crate crate;
            uint32_t rank = trie_value(values, v);
            index_crate(index, rank, &crate);
            if (memcmp(crate.name, name.data, name.length) == 0)
                bitmap_set(bitmap, rank);
        }
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
        if (mark_text(reader, category_crates_sql, query->category, bitmap, error) != 0)
            return -1;
        intersect(&builder, bitmap);
    }
    for (size_t i = 0; i < query->n_keywords; i++) {
        uint64_t *bitmap = next_bitmap(&builder);
        if (mark_text(reader, keyword_crates_sql, query->keywords[i], bitmap, error) != 0)
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
        if (mark_owner(reader, query->by_user ? 0 : 1,
                       query->by_user ? query->user_id : query->team_id, bitmap, error) != 0)
            return -1;
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
