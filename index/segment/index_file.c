/* Opening: the SQLite header says whether the file is ours, `parts` holds the blocks that search
   reads from memory; open_parts.c reads and checks them. Afterwards `struct index` is never written
   again and needs no lock, but for which of its pages were checked (index_pages.h). Documents stay
   in the file, which is mapped (table_rows.h). */
#include <cratedex/index_file.h>

#include "index/base/database.h"
#include "index/segment/index_database.h"
#include "index/segment/index_schema.h"
#include "index/segment/open_index.h"
#include "index/segment/open_parts.h"
#include "index/trie/trie.h"
#include "index/trie/trie_fuzzy.h"

#include <cratedex/canonical_name.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int read_timestamp(struct index *index, sqlite3 *database, struct error *error)
{
    sqlite3_stmt *select =
        database_prepare(database, "SELECT value FROM meta WHERE key = 'dump_timestamp'", error);
    if (select == NULL)
        return -1;
    int found = database_step(select, error);
    if (found == 1)
        snprintf(index->dump_timestamp, sizeof index->dump_timestamp, "%s",
                 (const char *)sqlite3_column_text(select, 0));
    else if (found == 0)
        error_set(error, "the dump's timestamp is missing");
    sqlite3_finalize(select);
    return found == 1 ? 0 : -1;
}

/* A build that added counted downloads says up to which day; else it is the dump's. */
static int read_downloads_day(struct index *index, sqlite3 *database, struct error *error)
{
    sqlite3_stmt *select =
        database_prepare(database, "SELECT value FROM meta WHERE key = 'downloads_day'", error);
    if (select == NULL)
        return -1;
    int found = database_step(select, error);
    snprintf(index->downloads_day, sizeof index->downloads_day, "%.10s",
             found == 1 ? (const char *)sqlite3_column_text(select, 0) : index->dump_timestamp);
    sqlite3_finalize(select);
    return found < 0 ? -1 : 0;
}

static int load(struct index *index, sqlite3 *database, struct error *error)
{
    if (index_schema_check(database, &index->has_readmes, error) != 0 ||
        read_timestamp(index, database, error) != 0 ||
        read_downloads_day(index, database, error) != 0 ||
        category_list_open(&index->categories, database, error) != 0)
        return -1;
    if (open_parts(index, database, error) != 0)
        return -1;
    return table_rows_open(&index->documents, database, "documents", index->columns.n_crates,
                           index->pages, error);
}

static int load_all(struct index *index, struct error *error)
{
    sqlite3 *database = index_database_connect(index->pages, error);
    int result = database == NULL ? -1 : load(index, database, error);
    snprintf(index->fingerprint, sizeof index->fingerprint, "%016" PRIx64, index->pages->digest);
    sqlite3_close(database);
    return result;
}

/* Says what is wrong with a file that is an index and did not open. `is_unchanged` is asked for
   once: a call that fails may not fail again. */
static void blame_file(const struct index *index, bool is_unchanged, struct error *error)
{
    uint32_t damaged;
    const struct index_pages *pages = index->pages;
    if (!is_unchanged)
        error_set(error, "%s was changed while it was opened: try again", pages->path);
    else if (index_pages_count(pages, pages->damaged, &damaged) > 0)
        index_pages_complain(pages, damaged, error);
    else
        index_pages_blame(pages->path, "; build the index again", error);
}

struct index *index_open(const char *path, struct error *error)
{
    struct index *index = calloc(1, sizeof *index);
    if (index == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    index->pages = pages_vfs_open(path, error);
    if (index->pages != NULL) {
        int result = load_all(index, error);
        bool is_unchanged = index_is_unchanged(index);
        if (result == 0 && is_unchanged)
            return index;
        blame_file(index, is_unchanged, error);
    }
    index_close(index);
    return NULL;
}

void index_close(struct index *index)
{
    if (index == NULL)
        return;
    for (int part = 0; part < N_INDEX_PARTS; part++)
        free(index->blocks[part]);
    trie_close(&index->names);
    trie_close(&index->spelling);
    memberships_close(&index->memberships);
    order_bitmaps_close(&index->order_bitmaps);
    order_places_close(&index->order_places);
    rust_versions_close(&index->rust_versions);
    synonyms_close(&index->synonyms);
    category_list_close(&index->categories);
    name_substrings_close(&index->substrings);
    postings_close(&index->postings);
    postings_close(&index->written);
    table_rows_close(&index->documents);
    free(index->not_yanked);
    index_pages_close(index->pages);
    free(index);
}

bool index_is_unchanged(const struct index *index)
{
    return file_stamp_holds(index->pages->file, &index->pages->stamp);
}

uint32_t index_n_crates(const struct index *index)
{
    return index->columns.n_crates;
}

const char *index_dump_timestamp(const struct index *index)
{
    return index->dump_timestamp;
}

const char *index_downloads_day(const struct index *index)
{
    return index->downloads_day;
}

const char *index_fingerprint(const struct index *index)
{
    return index->fingerprint;
}

void index_pages_state(const struct index *index, struct index_pages_state *state)
{
    const struct index_pages *pages = index->pages;
    uint32_t first_checked;
    state->n_pages = pages->n_pages;
    state->n_checked = index_pages_count(pages, pages->checked, &first_checked);
    state->n_damaged = index_pages_count(pages, pages->damaged, &state->first_damaged);
}

int64_t index_check_pages(const struct index *index, uint32_t first, uint32_t n,
                          struct error *error)
{
    const struct index_pages *pages = index->pages;
    if (index_pages_read(index->pages, first, n, error) != 0)
        return -1;
    return first > pages->n_pages || n >= pages->n_pages - first + 1 ? 0 : (int64_t)first + n;
}

void index_crate(const struct index *index, uint32_t rank, struct index_crate *crate)
{
    const struct crate_columns *columns = &index->columns;
    uint32_t start = columns->name_offsets[rank - 1];
    crate->name = columns->names + start;
    crate->name_length = columns->name_offsets[rank] - start;
    crate->id = columns->ids[rank - 1];
    crate->downloads = columns->downloads[rank - 1];
    int64_t recent = columns->recent_downloads[rank - 1];
    crate->recent_downloads = recent == CRATE_NO_RECENT_DOWNLOADS ? 0 : recent;
    crate->popularity = columns->popularity[rank - 1];
}

/* Looks a name up. `first` is the most popular crate of that canonical name, 0 where there is none;
   returns the one that is spelled so, 0 where there is none. */
static uint32_t look_up(const struct index *index, const char *name, size_t length, uint32_t *first)
{
    char canonical[INDEX_MAX_NAME_BYTES];
    const unsigned char *values;
    *first = 0;
    if (length == 0 || length > sizeof canonical)
        return 0;
    canonical_name(canonical, name, length);
    uint32_t n_values = trie_find(&index->names, canonical, length, &values);
    if (n_values > 0)
        *first = trie_value(values, 0);
    for (uint32_t i = 0; i < n_values; i++) {
        struct index_crate crate;
        index_crate(index, trie_value(values, i), &crate);
        if (crate.name_length == length && memcmp(crate.name, name, length) == 0)
            return trie_value(values, i);
    }
    return 0;
}

uint32_t index_find_crate(const struct index *index, const char *name, size_t length)
{
    uint32_t first;
    uint32_t exact = look_up(index, name, length, &first);
    return exact != 0 ? exact : first;
}

uint32_t index_find_exact(const struct index *index, const char *name, size_t length)
{
    uint32_t first;
    return look_up(index, name, length, &first);
}
