/* Each part is copied into memory of its own, out of pages that are checked on the way
   (pages_vfs.c), and its offsets are checked. This is done by tasks of two stages: first what a
   part needs nobody else for, then what needs the number of crates, of terms or the names of
   crates. The tasks of a stage depend on nothing of each other, so they are shared out among
   threads (open_stage.c).

   Meanwhile one thread more reads the parts ahead, in the order of the file. From a cold disk most
   of the time would else go to waiting for pages, a few at a time. */
#include "index/segment/open_parts.h"

#include "index/base/bitmap.h"
#include "index/base/database.h"
#include "index/base/large_block.h"
#include "index/base/read_ahead.h"
#include "index/segment/logins.h"
#include "index/segment/open_stage.h"
#include "index/segment/word_stems.h"
#include "index/trie/trie.h"
#include "index/trie/trie_fuzzy.h"
#include "index/trie/trie_open.h"

#include <stdlib.h>

/* Copies the blob. */
static int copy_blob(struct index *index, sqlite3 *database, enum index_part part,
                     sqlite3_blob *blob, struct error *error)
{
    int size = sqlite3_blob_bytes(blob);
    if (size <= 0)
        return error_set(error, "the part %s is empty", index_part_names[part]);
    char *block = large_block_allocate((size_t)size);
    index->blocks[part] = block;
    index->block_sizes[part] = (size_t)size;
    if (block == NULL)
        return error_out_of_memory(error);
    if (sqlite3_blob_read(blob, block, size, 0) != SQLITE_OK)
        return database_error(database, index_part_names[part], error);
    return 0;
}

static int load(struct index *index, sqlite3 *database, enum index_part part, struct error *error)
{
    sqlite3_stmt *select =
        database_prepare(database, "SELECT rowid FROM parts WHERE name = ?1", error);
    if (select == NULL)
        return -1;
    sqlite3_bind_text(select, 1, index_part_names[part], -1, SQLITE_STATIC);
    sqlite3_blob *blob = NULL;
    int result = database_step(select, error);
    if (result == 0)
        result = error_set(error, "the part %s is missing", index_part_names[part]);
    else if (result == 1 &&
             sqlite3_blob_open(database, "main", "parts", "data", sqlite3_column_int64(select, 0),
                               0, &blob) != SQLITE_OK)
        result = database_error(database, "the parts", error);
    if (result == 1)
        result = copy_blob(index, database, part, blob, error);
    sqlite3_blob_close(blob);
    sqlite3_finalize(select);
    return result;
}

static int load_columns(struct index *index, sqlite3 *database, enum index_part part,
                        struct error *error)
{
    if (load(index, database, part, error) != 0)
        return -1;
    return crate_columns_open(&index->columns, index->blocks[part], index->block_sizes[part],
                              error);
}

static struct trie *trie_of(struct index *index, enum index_part part)
{
    switch (part) {
    case INDEX_PART_NAMES:
        return &index->names;
    case INDEX_PART_TERMS:
        return &index->terms;
    case INDEX_PART_NAME_ENDS:
        return &index->name_ends;
    case INDEX_PART_KEYWORDS:
        return &index->keywords;
    case INDEX_PART_WORDS:
        return &index->words;
    case INDEX_PART_LOGINS:
        return &index->logins;
    default:
        return &index->spelling;
    }
}

static int load_trie(struct index *index, sqlite3 *database, enum index_part part,
                     struct error *error)
{
    if (load(index, database, part, error) != 0)
        return -1;
    return trie_open(trie_of(index, part), index->blocks[part], index->block_sizes[part], error);
}

static int load_fuzzy_trie(struct index *index, sqlite3 *database, enum index_part part,
                           struct error *error)
{
    if (load_trie(index, database, part, error) != 0)
        return -1;
    return trie_note_following(trie_of(index, part), error);
}

static int load_keyword_list(struct index *index, sqlite3 *database, enum index_part part,
                             struct error *error)
{
    if (load(index, database, part, error) != 0)
        return -1;
    return word_list_open(&index->keyword_list, index->blocks[part], index->block_sizes[part],
                          UINT32_MAX, index_part_names[INDEX_PART_KEYWORDS], error);
}

static int load_spelling_list(struct index *index, sqlite3 *database, enum index_part part,
                              struct error *error)
{
    if (load(index, database, part, error) != 0)
        return -1;
    return word_list_open(&index->spelling_list, index->blocks[part], index->block_sizes[part],
                          SPELLING_MAX_BYTES, index_part_names[INDEX_PART_SPELLING], error);
}

static int load_synonyms(struct index *index, sqlite3 *database, enum index_part part,
                         struct error *error)
{
    if (load(index, database, part, error) != 0)
        return -1;
    return synonyms_open(&index->synonyms, index->blocks[part], index->block_sizes[part], error);
}

/* In the order of the file, which is read ahead. */
static const struct open_task loading[] = {
    {load_columns, INDEX_PART_COLUMNS},
    {load, INDEX_PART_SUBSTRINGS},
    {load, INDEX_PART_POSTINGS},
    {load_trie, INDEX_PART_TERMS},
    {load, INDEX_PART_WRITTEN},
    {load_trie, INDEX_PART_WORDS},
    {load, INDEX_PART_WORD_STEMS},
    {load_fuzzy_trie, INDEX_PART_NAMES},
    {load_trie, INDEX_PART_NAME_ENDS},
    {load, INDEX_PART_CRATE_VALUES},
    {load, INDEX_PART_LICENSES},
    {load, INDEX_PART_MEMBERSHIPS},
    {load_trie, INDEX_PART_LOGINS},
    {load_keyword_list, INDEX_PART_KEYWORD_LIST},
    {load_trie, INDEX_PART_KEYWORDS},
    {load_spelling_list, INDEX_PART_SPELLING_LIST},
    {load_fuzzy_trie, INDEX_PART_SPELLING},
    {load_synonyms, INDEX_PART_SYNONYMS},
};
_Static_assert(sizeof loading / sizeof *loading == N_INDEX_PARTS, "every part is loaded");

static int open_substrings(struct index *index, sqlite3 *database, enum index_part part,
                           struct error *error)
{
    (void)database;
    return name_substrings_open(&index->substrings, &index->columns, index->blocks[part],
                                index->block_sizes[part], error);
}

/* Values of a trie must be places in something else: 1 … `n`. */
static int check_values(struct index *index, enum index_part part, uint32_t n, struct error *error)
{
    const struct trie *trie = trie_of(index, part);
    for (uint32_t i = 0; i < trie->n_values; i++) {
        uint32_t value = trie_value(trie->values, i);
        if (value == 0 || value > n)
            return error_set(error, "the trie of %s points outside of the index",
                             index_part_names[part]);
    }
    return 0;
}

static int open_memberships(struct index *index, sqlite3 *database, enum index_part part,
                            struct error *error)
{
    (void)database;
    uint32_t n_crates = index->columns.n_crates;
    if (memberships_open(&index->memberships, n_crates, index->blocks[part],
                         index->block_sizes[part], error) != 0)
        return -1;
    if (logins_check(&index->logins, &index->memberships, error) != 0)
        return -1;
    return memberships_make_bitmaps(&index->memberships, n_crates, error);
}

static int open_values(struct index *index, sqlite3 *database, enum index_part part,
                       struct error *error)
{
    (void)database;
    if (crate_values_open(&index->values, index->columns.n_crates, index->blocks[part],
                          index->block_sizes[part], error) != 0)
        return -1;
    return licenses_open(
        &index->licenses, index->values.attributes[CRATE_ATTRIBUTE_LICENSE].n_values,
        index->blocks[INDEX_PART_LICENSES], index->block_sizes[INDEX_PART_LICENSES], error);
}

static int make_order_bitmaps(struct index *index, sqlite3 *database, enum index_part part,
                              struct error *error)
{
    (void)database;
    (void)part;
    return order_bitmaps_make(&index->order_bitmaps, &index->columns, error);
}

static int make_order_places(struct index *index, sqlite3 *database, enum index_part part,
                             struct error *error)
{
    (void)database;
    (void)part;
    return order_places_make(&index->order_places, &index->columns, error);
}

/* Opens postings and makes sure that the trie leads to nothing else. */
static int open_listed(struct index *index, enum index_part part, struct postings *postings,
                       enum index_part trie, struct error *error)
{
    uint32_t n_crates = index->columns.n_crates;
    if (postings_open(postings, n_crates, index->blocks[part], index->block_sizes[part], error) !=
            0 ||
        check_values(index, trie, postings->n_terms, error) != 0)
        return -1;
    return postings_make_bitmaps(postings, n_crates, error);
}

static int open_postings(struct index *index, sqlite3 *database, enum index_part part,
                         struct error *error)
{
    (void)database;
    return open_listed(index, part, &index->postings, INDEX_PART_TERMS, error);
}

static int open_written(struct index *index, sqlite3 *database, enum index_part part,
                        struct error *error)
{
    (void)database;
    return open_listed(index, part, &index->written, INDEX_PART_WORDS, error);
}

static int check_names(struct index *index, sqlite3 *database, enum index_part part,
                       struct error *error)
{
    (void)database;
    return check_values(index, part, index->columns.n_crates, error);
}

/* The trie leads to all words of its list. */
static int check_words(struct index *index, sqlite3 *database, enum index_part part,
                       struct error *error)
{
    (void)database;
    const struct word_list *list =
        part == INDEX_PART_KEYWORDS ? &index->keyword_list : &index->spelling_list;
    if (check_values(index, part, list->n_words, error) != 0)
        return -1;
    if (trie_of(index, part)->n_values != list->n_words)
        return error_set(error, "the list and the trie of %s differ", index_part_names[part]);
    return 0;
}

static int mark_not_yanked(struct index *index, sqlite3 *database, enum index_part part,
                           struct error *error)
{
    (void)database;
    (void)part;
    uint32_t n_crates = index->columns.n_crates;
    index->not_yanked = calloc(bitmap_n_words(n_crates + 1), sizeof(uint64_t));
    if (index->not_yanked == NULL)
        return error_out_of_memory(error);
    for (uint32_t rank = 1; rank <= n_crates; rank++) {
        if (!index->columns.yanked[rank - 1])
            bitmap_set(index->not_yanked, rank);
    }
    return 0;
}

static const struct open_task connecting[] = {
    {open_substrings, INDEX_PART_SUBSTRINGS},   {open_postings, INDEX_PART_POSTINGS},
    {open_written, INDEX_PART_WRITTEN},         {check_names, INDEX_PART_NAMES},
    {check_names, INDEX_PART_NAME_ENDS},        {check_words, INDEX_PART_KEYWORDS},
    {check_words, INDEX_PART_SPELLING},         {mark_not_yanked, INDEX_PART_COLUMNS},
    {open_memberships, INDEX_PART_MEMBERSHIPS}, {open_values, INDEX_PART_CRATE_VALUES},
    {make_order_bitmaps, INDEX_PART_COLUMNS},   {make_order_places, INDEX_PART_COLUMNS},
};

/* Where the builder says that the parts lie in the file. Without it opening takes longer, no
   more. */
static struct read_ahead *read_parts_ahead(const struct index *index, sqlite3 *database)
{
    struct error error;
    int64_t begin;
    int64_t end;
    if (database_integer(database, "SELECT value FROM meta WHERE key = 'parts_begin'", &begin,
                         &error) != 0 ||
        database_integer(database, "SELECT value FROM meta WHERE key = 'parts_end'", &end,
                         &error) != 0)
        return NULL;
    index_pages_expect_in_order(index->pages, begin, end);
    return read_ahead_start(index->pages->path, begin, end);
}

int open_parts(struct index *index, sqlite3 *database, struct error *error)
{
    struct read_ahead *read_ahead = read_parts_ahead(index, database);
    int result = open_stage_run(index, database, loading, N_INDEX_PARTS, error);
    read_ahead_stop(read_ahead);
    if (result != 0)
        return -1;
    if (open_stage_run(index, NULL, connecting, sizeof connecting / sizeof *connecting, error) !=
            0 ||
        rust_versions_make(&index->rust_versions,
                           &index->values.attributes[CRATE_ATTRIBUTE_RUST_VERSION],
                           &index->memberships, error) != 0)
        return -1;
    return word_stems_open(&index->word_stems, index->written.n_terms, index->postings.n_terms,
                           index->blocks[INDEX_PART_WORD_STEMS],
                           index->block_sizes[INDEX_PART_WORD_STEMS], error);
}
