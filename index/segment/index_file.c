/* Opening: the SQLite header says whether the file is ours, `parts` holds the blocks that search
   reads from memory; open_parts.c reads and checks them. Afterwards `struct index` is never written
   again and needs no lock. Documents stay in the file, which is mapped (table_rows.h). */
#include <cratedex/index_file.h>

#include "index/base/database.h"
#include "index/segment/index_database.h"
#include "index/segment/index_schema.h"
#include "index/segment/open_index.h"
#include "index/segment/open_parts.h"
#include "index/trie/trie.h"
#include "index/trie/trie_fuzzy.h"

#include <cratedex/canonical_name.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
    if (index_schema_check(database, error) != 0 || read_timestamp(index, database, error) != 0 ||
        read_downloads_day(index, database, error) != 0 ||
        category_list_open(&index->categories, database, error) != 0)
        return -1;
    if (open_parts(index, database, error) != 0)
        return -1;
    return table_rows_open(&index->documents, database, "documents", index->columns.n_crates,
                           index->path, index->stamp.device, index->stamp.inode, error);
}

/* Remembers which file is at the path: it may be another one by the time the path is opened again,
   or this one with other bytes. Where there is none, opening will say so. */
static int remember_file(struct index *index, const char *path, struct error *error)
{
    index->path = strdup(path);
    index->descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (index->path == NULL)
        return error_out_of_memory(error);
    if (index->descriptor >= 0 && file_stamp_take(index->descriptor, &index->stamp) != 0)
        return error_set(error, "%s: %s", path, strerror(errno));
    return 0;
}

/* Says what is wrong with a file that did not open. */
static void blame_file(const struct index *index, struct error *error)
{
    struct error cause = *error;
    if (index_is_unchanged(index))
        error_set(error, "%s is damaged: %s; build the index again", index->path, cause.message);
    else
        error_set(error, "%s was changed while it was opened: try again", index->path);
}

struct index *index_open(const char *path, struct error *error)
{
    sqlite3 *database = NULL;
    struct index *index = calloc(1, sizeof *index);
    if (index == NULL) {
        error_out_of_memory(error);
    } else if (remember_file(index, path, error) == 0 &&
               (database = index_database_reopen(index, error)) != NULL) {
        if (load(index, database, error) == 0 && index_is_unchanged(index)) {
            sqlite3_close(database);
            return index;
        }
        blame_file(index, error);
    }
    sqlite3_close(database);
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
    synonyms_close(&index->synonyms);
    category_list_close(&index->categories);
    postings_close(&index->postings);
    postings_close(&index->written);
    table_rows_close(&index->documents);
    if (index->descriptor >= 0)
        close(index->descriptor);
    free(index->not_yanked);
    free(index->path);
    free(index);
}

bool index_is_unchanged(const struct index *index)
{
    return file_stamp_holds(index->descriptor, &index->stamp);
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
