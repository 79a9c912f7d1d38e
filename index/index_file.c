/* Opening: the SQLite header says whether the file is ours, `parts` holds the blocks that search reads
   from memory. Each is copied into memory of its own, its XXH3 checksum compared and its offsets
   checked, in one pass and in the order in which they depend on each other; afterwards `struct index`
   is never written again and needs no lock. Documents stay in the file, which is mapped
   (index/table_rows.h). */
#include <cratedex/index_file.h>

#include "index/bitmap.h"
#include "index/database.h"
#include "index/large_block.h"
#include "index/open_index.h"
#include "index/spelling.h"

#include <cratedex/canonical_name.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <xxhash.h>

const char *const index_part_names[N_INDEX_PARTS] = {
    "crate_columns", "names",        "terms",    "postings",      "name_substrings",
    "name_ends",     "keyword_list", "keywords", "spelling_list", "spelling"};

#define SQLITE_HEADER_BYTES 100
#define SQLITE_MAGIC "SQLite format 3"

/* A number of 32 bits in the header, most significant byte first. */
static uint32_t header_number(const unsigned char *header, size_t at)
{
    return (uint32_t)header[at] << 24 | (uint32_t)header[at + 1] << 16 |
           (uint32_t)header[at + 2] << 8 | header[at + 3];
}

/* Looks at the header of the file itself (https://www.sqlite.org/fileformat.html, section 1.3): from
   SQLite a file that was cut short gives no clear answer, or one only on the way. */
static int check_header(const char *path, struct error *error)
{
    unsigned char header[SQLITE_HEADER_BYTES];
    struct stat status;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return error_set(error, "%s: %s; build an index with `cratedex-index build DUMP -o FILE`",
                         path, strerror(errno));
    bool is_whole = fread(header, 1, sizeof header, file) == sizeof header &&
                    memcmp(header, SQLITE_MAGIC, sizeof SQLITE_MAGIC) == 0 &&
                    fstat(fileno(file), &status) == 0;
    fclose(file);
    if (!is_whole)
        return error_set(error, "%s is not a Cratedex index", path);
    if (header_number(header, 68) != INDEX_APPLICATION_ID)
        return error_set(error, "%s is an SQLite database but not a Cratedex index", path);
    uint32_t format = header_number(header, 60);
    if (format != INDEX_FORMAT_VERSION)
        return error_set(error,
                         "%s has index format %" PRIu32 ", this program reads format %d: build "
                         "the index again with this version of cratedex-index",
                         path, format, INDEX_FORMAT_VERSION);
    uint32_t page_bytes = (uint32_t)header[16] << 8 | header[17];
    int64_t promised = (int64_t)header_number(header, 28) * (page_bytes == 1 ? 65536 : page_bytes);
    if (status.st_size != promised)
        return error_set(error,
                         "%s is damaged: it has %lld bytes where its header says %lld; build the "
                         "index again",
                         path, (long long)status.st_size, (long long)promised);
    return 0;
}

sqlite3 *index_database_open(const char *path, struct error *error)
{
    if (check_header(path, error) != 0)
        return NULL;
    /* The path goes into a URI, where three characters have a meaning of their own, and so have two
       slashes at its beginning. */
    char *uri = sqlite3_mprintf(*path == '/' ? "file://" : "file:");
    for (const char *c = path; *c != '\0' && uri != NULL; c++) {
        const char *format = strchr("%?#", *c) != NULL ? "%z%%%02X" : "%z%c";
        uri = sqlite3_mprintf(format, uri, (unsigned char)*c);
    }
    if (uri != NULL)
        uri = sqlite3_mprintf("%z?mode=ro&immutable=1", uri);
    if (uri == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    sqlite3 *database = NULL;
    int result = sqlite3_open_v2(
        uri, &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
    sqlite3_free(uri);
    if (result != SQLITE_OK) {
        error_set(error, "%s: %s", path, sqlite3_errmsg(database));
    } else if (database_execute(database,
                                "PRAGMA mmap_size = 1099511627776; PRAGMA cache_size = -512; "
                                "PRAGMA query_only = 1; PRAGMA trusted_schema = 0",
                                error) == 0) {
        return database;
    } else {
        error_prefix(error, "%s is damaged: ", path);
    }
    sqlite3_close(database);
    return NULL;
}

/* Copies one part into memory and compares its checksum. */
static int load_part(struct index *index, sqlite3_stmt *select, enum index_part part,
                     struct error *error)
{
    sqlite3_bind_text(select, 1, index_part_names[part], -1, SQLITE_STATIC);
    int found = database_step(select, error);
    if (found < 0)
        return -1;
    if (found == 0)
        return error_set(error, "the part %s is missing", index_part_names[part]);
    const void *bytes = sqlite3_column_blob(select, 0);
    size_t size = (size_t)sqlite3_column_bytes(select, 0);
    const char *checksum = (const char *)sqlite3_column_text(select, 1);
    if (bytes == NULL || checksum == NULL)
        return error_set(error, "the part %s is empty", index_part_names[part]);
    index->blocks[part] = large_block_allocate(size);
    if (index->blocks[part] == NULL)
        return error_out_of_memory(error);
    memcpy(index->blocks[part], bytes, size);
    index->block_sizes[part] = size;
    char actual[17];
    snprintf(actual, sizeof actual, "%016" PRIx64, XXH3_64bits(index->blocks[part], size));
    if (strcmp(checksum, actual) != 0)
        return error_set(error, "the checksum of the part %s is wrong", index_part_names[part]);
    sqlite3_reset(select);
    return 0;
}

/* Values of a trie must be places in something else: 1 … `n`. */
static int check_values(const struct trie *trie, uint32_t n, const char *name, struct error *error)
{
    for (uint32_t i = 0; i < trie->n_values; i++) {
        uint32_t value = trie_value(trie->values, i);
        if (value == 0 || value > n)
            return error_set(error, "the trie of %s points outside of the index", name);
    }
    return 0;
}

static int open_trie(struct index *index, struct trie *trie, enum index_part part, uint32_t n,
                     struct error *error)
{
    if (trie_open(trie, index->blocks[part], index->block_sizes[part], error) != 0)
        return -1;
    return check_values(trie, n, index_part_names[part], error);
}

/* A list of words and the trie that leads to all of them. */
static int open_words(struct index *index, struct word_list *list, enum index_part list_part,
                      uint32_t max_length, struct trie *trie, enum index_part trie_part,
                      struct error *error)
{
    if (word_list_open(list, index->blocks[list_part], index->block_sizes[list_part], max_length,
                       index_part_names[trie_part], error) != 0 ||
        open_trie(index, trie, trie_part, list->n_words, error) != 0)
        return -1;
    if (trie->n_values != list->n_words)
        return error_set(error, "the list and the trie of %s differ", index_part_names[trie_part]);
    return 0;
}

static int mark_not_yanked(struct index *index, struct error *error)
{
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

static int open_parts(struct index *index, struct error *error)
{
    void **blocks = index->blocks;
    const size_t *sizes = index->block_sizes;
    if (crate_columns_open(&index->columns, blocks[INDEX_PART_COLUMNS], sizes[INDEX_PART_COLUMNS],
                           error) != 0)
        return -1;
    uint32_t n_crates = index->columns.n_crates;
    if (postings_open(&index->postings, n_crates, blocks[INDEX_PART_POSTINGS],
                      sizes[INDEX_PART_POSTINGS], error) != 0 ||
        name_substrings_open(&index->substrings, &index->columns, blocks[INDEX_PART_SUBSTRINGS],
                             sizes[INDEX_PART_SUBSTRINGS], error) != 0)
        return -1;
    if (open_trie(index, &index->names, INDEX_PART_NAMES, n_crates, error) != 0 ||
        open_trie(index, &index->terms, INDEX_PART_TERMS, index->postings.n_terms, error) != 0 ||
        open_trie(index, &index->name_ends, INDEX_PART_NAME_ENDS, n_crates, error) != 0 ||
        open_words(index, &index->keyword_list, INDEX_PART_KEYWORD_LIST, UINT32_MAX,
                   &index->keywords, INDEX_PART_KEYWORDS, error) != 0 ||
        open_words(index, &index->spelling_list, INDEX_PART_SPELLING_LIST, SPELLING_MAX_BYTES,
                   &index->spelling, INDEX_PART_SPELLING, error) != 0)
        return -1;
    if (trie_note_following(&index->names, error) != 0 ||
        trie_note_following(&index->spelling, error) != 0)
        return -1;
    if (postings_make_bitmaps(&index->postings, n_crates, error) != 0)
        return -1;
    return mark_not_yanked(index, error);
}

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
    if (read_timestamp(index, database, error) != 0 ||
        read_downloads_day(index, database, error) != 0)
        return -1;
    sqlite3_stmt *select =
        database_prepare(database, "SELECT data, xxh3 FROM parts WHERE name = ?1", error);
    int result = select == NULL ? -1 : 0;
    XXH3_state_t *digest = XXH3_createState();
    if (digest == NULL)
        result = error_out_of_memory(error);
    else
        XXH3_64bits_reset(digest);
    for (int part = 0; part < N_INDEX_PARTS && result == 0; part++) {
        result = load_part(index, select, (enum index_part)part, error);
        if (result == 0)
            XXH3_64bits_update(digest, index->blocks[part], index->block_sizes[part]);
    }
    sqlite3_finalize(select);
    if (result == 0) {
        XXH3_64bits_update(digest, index->dump_timestamp, strlen(index->dump_timestamp));
        snprintf(index->fingerprint, sizeof index->fingerprint, "%016" PRIx64,
                 XXH3_64bits_digest(digest));
        result = open_parts(index, error);
    }
    if (result == 0)
        result = table_rows_open(&index->documents, database, "documents", index->columns.n_crates,
                                 index->path, index->device, index->inode, error);
    XXH3_freeState(digest);
    return result;
}

/* Remembers which file was opened: `path` may be another one by the time a reader opens it. */
static int remember_file(struct index *index, const char *path, struct error *error)
{
    struct stat status;
    index->path = strdup(path);
    if (index->path == NULL)
        return error_out_of_memory(error);
    if (stat(path, &status) != 0)
        return error_set(error, "%s: %s", path, strerror(errno));
    index->device = status.st_dev;
    index->inode = status.st_ino;
    return 0;
}

struct index *index_open(const char *path, struct error *error)
{
    sqlite3 *database = index_database_open(path, error);
    if (database == NULL)
        return NULL;
    struct index *index = calloc(1, sizeof *index);
    if (index == NULL) {
        error_out_of_memory(error);
    } else if (remember_file(index, path, error) != 0) {
        error_prefix(error, "cannot open the index: ");
    } else if (load(index, database, error) == 0) {
        sqlite3_close(database);
        return index;
    } else {
        struct error cause = *error;
        error_set(error, "%s is damaged: %s; build the index again", path, cause.message);
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
    postings_close(&index->postings);
    table_rows_close(&index->documents);
    free(index->not_yanked);
    free(index->path);
    free(index);
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
    crate->downloads = columns->downloads[rank - 1];
    crate->recent_downloads = columns->recent_downloads[rank - 1];
    crate->popularity = columns->popularity[rank - 1];
}

uint32_t index_find_crate(const struct index *index, const char *name, size_t length)
{
    char canonical[INDEX_MAX_NAME_BYTES];
    const unsigned char *values;
    if (length == 0 || length > sizeof canonical)
        return 0;
    canonical_name(canonical, name, length);
    uint32_t n_values = trie_find(&index->names, canonical, length, &values);
    for (uint32_t i = 0; i < n_values; i++) {
        struct index_crate crate;
        index_crate(index, trie_value(values, i), &crate);
        if (memcmp(crate.name, name, length) == 0)
            return trie_value(values, i);
    }
    return n_values > 0 ? trie_value(values, 0) : 0;
}
